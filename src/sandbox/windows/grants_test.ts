import assert from "node:assert/strict";
import { join } from "node:path";
import { INHERIT, RIGHTS } from "./acl.ts";
import { type GrantRecord, holdRecord, undoStale } from "./grant_record.ts";
import { planGrants } from "./grants.ts";

const SID = "S-1-5-21-1-2-3-4";

Deno.test("grants: a root is given, what is protected in it is refused, the rest can be read", () => {
  const grants = planGrants({
    writable: [{ root: "C:\\w", readOnly: ["C:\\w\\.git"] }],
    readable: ["C:\\w", "C:\\tools"],
  }, SID);
  assert.deepEqual(grants, [
    {
      path: "C:\\w",
      entries: [
        { verdict: "allow", sid: SID, mask: RIGHTS.write, flags: INHERIT.none },
        { verdict: "allow", sid: SID, mask: RIGHTS.modify, flags: INHERIT.onlyBelow },
      ],
    },
    {
      path: "C:\\w\\.git",
      entries: [{ verdict: "deny", sid: SID, mask: RIGHTS.change, flags: INHERIT.below }],
    },
    {
      path: "C:\\tools",
      entries: [{ verdict: "allow", sid: SID, mask: RIGHTS.readExecute, flags: INHERIT.below }],
    },
  ]);
});

const RECORD: GrantRecord = {
  sid: SID,
  container: "codex.x",
  paths: ["C:\\w"],
  made: ["C:\\w\\.codex"],
};

Deno.test("grants: what a killed process left behind is undone, what is in use is not", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "grants-test-" });
  try {
    const undone: GrantRecord[] = [];
    const undo = () => undoStale(stateDir, (record) => void undone.push(record));
    await undo();
    const held = await holdRecord(stateDir, "one", RECORD);
    await undo();
    assert.deepEqual(undone, []);
    // The process ends without undoing.
    await held[Symbol.asyncDispose]();
    await undo();
    assert.deepEqual(undone, [RECORD]);
    await undo();
    assert.equal(undone.length, 1);
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

Deno.test("grants: a record that cannot be undone waits for the next time", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "grants-test-" });
  try {
    await (await holdRecord(stateDir, "one", RECORD))[Symbol.asyncDispose]();
    await Deno.writeTextFile(join(stateDir, "windows-grants", "broken.json"), "{");
    await undoStale(stateDir, () => {
      throw new Error("the drive is away");
    });
    let times = 0;
    await undoStale(stateDir, () => void (times += 1));
    assert.equal(times, 1);
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});
