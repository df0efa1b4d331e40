import assert from "node:assert/strict";
import { createMountPlanner, planMounts } from "./mounts.ts";

function plan(roots: string[], readOnly: string[]): string[] {
  return planMounts(roots, readOnly).map(({ path, writable }) =>
    `${writable ? "rw" : "ro"} ${path}`
  );
}

Deno.test("mounts: outer before inner, whatever the order of the policy", () => {
  assert.deepEqual(plan(["/tmp/w", "/tmp"], ["/tmp/w/.git", "/tmp/.git"]), [
    "rw /tmp",
    "ro /tmp/.git",
    "rw /tmp/w",
    "ro /tmp/w/.git",
  ]);
});

Deno.test("mounts: what no root covers is read-only anyway", () => {
  assert.deepEqual(plan(["/w"], ["/elsewhere/.git", "/"]), ["rw /w"]);
});

Deno.test("mounts: a root that is named wins over the protection of another root", () => {
  assert.deepEqual(plan(["/w", "/w/.git"], ["/w/.git", "/w/.codex"]), [
    "rw /w",
    "ro /w/.codex",
    "rw /w/.git",
  ]);
  assert.deepEqual(plan(["/w", "/w/.git/hooks"], ["/w/.git"]), [
    "rw /w",
    "ro /w/.git",
    "rw /w/.git/hooks",
  ]);
});

Deno.test("mounts: folders on the way to a read-only path are held in place", () => {
  assert.deepEqual(plan(["/w"], ["/w/a/b/c"]), ["rw /w", "rw /w/a", "rw /w/a/b", "ro /w/a/b/c"]);
});

Deno.test("mounts: holding a folder in place opens nothing that is read-only", () => {
  assert.deepEqual(plan(["/w"], ["/w/.git", "/w/.git/worktrees/t"]), [
    "rw /w",
    "ro /w/.git",
    "ro /w/.git/worktrees/t",
  ]);
});

Deno.test("mounts: the whole disk as a root comes first", () => {
  assert.deepEqual(plan(["/", "/w"], ["/w/.git"]), ["rw /", "rw /w", "ro /w/.git"]);
});

Deno.test("mounts: one that remembers answers every question as one that does not", () => {
  const remembering = createMountPlanner();
  const questions: readonly (readonly [string[], string[]])[] = [
    [["/w"], ["/w/.git"]],
    [["/w"], ["/w/.git"]],
    [["/w", "/w/.git"], []],
    [["/w"], ["/w/.git"]],
    [["/w"], []],
    [[], ["/w"]],
    [["/w", "/tmp"], ["/tmp/.git", "/w/a/b"]],
    [["/w", "/tmp"], ["/w/a/b", "/tmp/.git"]],
  ];
  for (const [roots, readOnly] of questions) {
    assert.deepEqual(remembering(roots, readOnly), planMounts(roots, readOnly));
  }
});
