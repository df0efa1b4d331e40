import assert from "node:assert/strict";
import { join } from "node:path";
import { openLockedFolder } from "./locked_folder.ts";

const CAN_TRY = "tryLock" in Deno.FsFile.prototype;

async function bench() {
  const root = await Deno.makeTempDir({ prefix: "locked-folder-test-" });
  const told: unknown[] = [];
  return {
    root,
    told,
    open: () => openLockedFolder(root, "mine-", (reason) => void told.push(reason)),
    names: () => [...Deno.readDirSync(root)].map(({ name }) => name).sort(),
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

Deno.test("locked folder: there for a time, for this user alone, and gone with all that is in it", async () => {
  await using at = await bench();
  {
    await using folder = await at.open();
    assert.match(folder.path.slice(at.root.length), /^.mine-[A-Za-z0-9]{6}$/);
    if (Deno.build.os !== "windows") {
      assert.equal((Deno.statSync(folder.path).mode ?? 0) & 0o777, 0o700);
    }
    await Deno.mkdir(join(folder.path, "deep"));
    await Deno.writeTextFile(join(folder.path, "deep", "file"), "");
  }
  assert.deepEqual(at.names(), []);
  assert.deepEqual(at.told, []);
});

Deno.test({
  name: "locked folder: leftovers go with the next; what is in use, unfinished or another's stays" +
    (CAN_TRY ? "" : " (ignored: this runtime cannot try a lock)"),
  ignore: !CAN_TRY,
  fn: async () => {
    await using at = await bench();
    await using living = await at.open();
    for (const name of ["mine-dead00", "mine-nolock", "other-dead0"]) {
      await Deno.mkdir(join(at.root, name));
    }
    for (const name of ["mine-dead00", "other-dead0"]) {
      await Deno.writeTextFile(join(at.root, name, ".lock"), "");
    }
    // A link is no folder of ours, wherever it leads.
    const elsewhere = await Deno.makeTempDir();
    await Deno.writeTextFile(join(elsewhere, ".lock"), "");
    await Deno.symlink(elsewhere, join(at.root, "mine-link00"));
    {
      await using _next = await at.open();
    }
    const alive = living.path.slice(at.root.length + 1);
    const kept = [alive, "mine-link00", "mine-nolock", "other-dead0"].sort();
    assert.deepEqual(at.names(), kept);
    assert.ok((await Deno.stat(join(elsewhere, ".lock"))).isFile);
    await Deno.remove(elsewhere, { recursive: true });
  },
});

Deno.test("locked folder: a root that is not there is an error", async () => {
  await assert.rejects(
    openLockedFolder("/no/such/root", "mine-", () => {}),
    Deno.errors.NotFound,
  );
});
