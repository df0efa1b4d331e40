import assert from "node:assert/strict";
import { descendants, parsePs, readProcessTree } from "./process_tree.ts";

Deno.test("process tree: lines of ps, zombies left out", () => {
  assert.deepEqual(parsePs("    1     0 Ss\n  412     1 S+\n  413   412 Z\n\n"), [
    { pid: 1, parent: 0 },
    { pid: 412, parent: 1 },
  ]);
});

Deno.test("process tree: descendants, near ones first", () => {
  const tree = new Map([[1, [2, 3]], [2, [4]], [9, [10]]]);
  assert.deepEqual(descendants(tree, 1), [2, 3, 4]);
  assert.deepEqual(descendants(tree, 4), []);
});

Deno.test({
  name: "process tree: a child of this process is in it",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const child = new Deno.Command("sleep", { args: ["1000"], stdin: "null" }).spawn();
    try {
      assert.ok(descendants(await readProcessTree(), Deno.pid).includes(child.pid));
    } finally {
      child.kill("SIGKILL");
      await child.status;
    }
  },
});
