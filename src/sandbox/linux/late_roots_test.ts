import assert from "node:assert/strict";
import { createRootHistory } from "./late_roots.ts";

Deno.test("late roots: one that an earlier command could move is left out, and named", () => {
  const settle = createRootHistory();
  const ask = (...roots: string[]) => {
    const settled = settle(roots.map((root) => ({ root, scratch: false, readOnlySubpaths: [] })));
    for (const { code } of settled.limits) assert.equal(code, "late_root");
    const named = settled.limits.map(({ message }) => message.split(" ", 1)[0]);
    return { kept: settled.roots.map(({ root }) => root), named };
  };
  // The first command has them all, one in the other too.
  assert.deepEqual(ask("/tmp", "/w", "/tmp/own"), { kept: ["/tmp", "/w", "/tmp/own"], named: [] });
  assert.deepEqual(ask("/tmp", "/w", "/tmp/own", "/w/new"), {
    kept: ["/tmp", "/w", "/tmp/own"],
    named: ["/w/new"],
  });
  // It does not become better with time, nor with another policy between.
  assert.deepEqual(ask(), { kept: [], named: [] });
  assert.deepEqual(ask("/w", "/w/new"), { kept: ["/w"], named: ["/w/new"] });
  // What lies in no other root is not reached without its own.
  assert.deepEqual(ask("/elsewhere", "/w/new"), { kept: ["/elsewhere", "/w/new"], named: [] });
});
