import assert from "node:assert/strict";
import { join } from "node:path";
import { runCodex } from "./support/run_codex.ts";
import { probeBoth } from "./support/sandbox_rig.ts";
import { openStage, type Stage } from "./support/stage.ts";

const probed = Deno.build.os === "linux" ? (await probeBoth()).bubblewrap : null;
const ignore = probed?.ignore ?? true;
const reason = probed?.reason ?? " (ignored: not Linux)";

/** The folders of a test lie in a temporary folder, which would be writable anyway. */
const TMP_IS_CLOSED = ["-c", "sandbox_workspace_write.exclude_slash_tmp=true"];

function sandboxed(
  stage: Stage,
  { before = [], behind = [], script }: {
    before?: readonly string[];
    behind?: readonly string[];
    script: string;
  },
) {
  const args = [...TMP_IS_CLOSED, ...before, "sandbox", "linux", ...behind];
  return runCodex(stage, { args: [...args, "sh", "-c", script] });
}

function test(name: string, fn: (stage: Stage) => Promise<void>): void {
  Deno.test({
    name: `sandbox, flags in front: ${name}${reason}`,
    ignore,
    async fn() {
      await using stage = await openStage({
        git: false,
        files: { "inner/keep": "", "extra/keep": "" },
      });
      await fn(stage);
    },
  });
}

test("-C is the folder to work in", async (stage) => {
  const run = await sandboxed(stage, { before: ["-C", "inner"], script: "pwd" });
  assert.deepEqual([run.code, run.stdout], [0, `${join(stage.workspace, "inner")}\n`]);
  const none = await sandboxed(stage, { before: ["-C", "none"], script: "pwd" });
  assert.deepEqual([none.code, none.stdout], [1, ""]);
  assert.match(none.stderr, /--cd none/);
});

test("-s says what may be written, and --full-auto behind it more", async (stage) => {
  const touch = (before: readonly string[], behind: readonly string[] = []) =>
    sandboxed(stage, { before, behind, script: "touch new 2>/dev/null" });
  assert.notEqual((await touch([])).code, 0);
  assert.notEqual((await touch(["-s", "read-only"])).code, 0);
  assert.equal((await touch(["-s", "workspace-write"])).code, 0);
  assert.equal((await touch(["--full-auto"])).code, 0);
  assert.equal((await touch(["-s", "read-only"], ["--full-auto"])).code, 0);
});

test("--add-dir opens a folder for writing", async (stage) => {
  const script = "touch ../extra/new 2>/dev/null";
  const before = ["-C", "inner", "-s", "workspace-write"];
  assert.notEqual((await sandboxed(stage, { before, script })).code, 0);
  const opened = [...before, "--add-dir", "../extra"];
  assert.equal((await sandboxed(stage, { before: opened, script })).code, 0);
});

test("nothing runs without a sandbox", async (stage) => {
  const open = await sandboxed(stage, {
    before: ["-s", "danger-full-access"],
    script: "touch new",
  });
  assert.deepEqual([open.code, open.stdout], [2, ""]);
  const bypass = await sandboxed(stage, { before: ["--yolo"], script: "touch new 2>/dev/null" });
  assert.notEqual(bypass.code, 0);
  assert.match(bypass.stderr, /^warning: --dangerously-bypass-approvals-and-sandbox has no effect/);
});
