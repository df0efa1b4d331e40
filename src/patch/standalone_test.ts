import assert from "node:assert/strict";
import { join } from "node:path";
import { runSelfApply, runStandalone } from "./standalone.ts";

const ADD = "*** Begin Patch\n*** Add File: f\n+x\n*** End Patch";
const SUCCESS = { exitCode: 0, stdout: "Success. Updated the following files:\nA f\n", stderr: "" };

async function inTempDir(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function stdin(content: string | Uint8Array): () => Promise<Uint8Array> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return () => Promise.resolve(bytes);
}

const unread = () => Promise.reject(new Error("stdin is not wanted"));

Deno.test("the command takes one argument or stdin", () =>
  inTempDir(async (cwd) => {
    const run = (args: string[], readStdin: () => Promise<Uint8Array>) =>
      runStandalone({ args, readStdin, cwd });
    assert.deepEqual(await run([ADD], unread), SUCCESS);
    assert.equal(await Deno.readTextFile(join(cwd, "f")), "x\n");
    assert.deepEqual(await run([], stdin(ADD)), SUCCESS);

    const bare = await run([], stdin(""));
    assert.deepEqual([bare.exitCode, bare.stdout], [2, ""]);
    assert.ok(bare.stderr.startsWith("Usage: apply_patch"));
    assert.deepEqual(await run([ADD, "more"], unread), {
      exitCode: 2,
      stdout: "",
      stderr: "Error: apply_patch accepts exactly one argument.\n",
    });
    for (const args of [[""], ["-"], ["nothing"]]) {
      const { exitCode, stdout, stderr } = await run(args, unread);
      assert.deepEqual([exitCode, stdout], [1, ""]);
      assert.ok(stderr.startsWith("Invalid patch: "));
    }
    assert.equal((await run([], stdin(new Uint8Array([0xff])))).exitCode, 1);
  }));

Deno.test("failures go to stderr, with code 1", () =>
  inTempDir(async (cwd) => {
    const run = (...lines: string[]) =>
      runStandalone({
        args: [["*** Begin Patch", ...lines, "*** End Patch"].join("\n")],
        readStdin: unread,
        cwd,
      });
    const failed = (stderr: string) => ({ exitCode: 1, stdout: "", stderr });
    assert.deepEqual(await run(), failed("No files were modified.\n"));
    assert.deepEqual(await run("*** Delete File: f"), failed("Failed to delete file f\n"));
    assert.deepEqual(
      await run("*** Update File: f", "-a"),
      failed("Failed to read file to update f: No such file or directory (os error 2)\n"),
    );
    assert.ok((await run("nothing")).stderr.startsWith("Invalid patch hunk on line 2: "));
  }));

Deno.test("started by the program itself, `-` stands for stdin and later arguments do not count", () =>
  inTempDir(async (cwd) => {
    const run = (args: string[], readStdin: () => Promise<Uint8Array>) =>
      runSelfApply({ args, readStdin, cwd });
    assert.deepEqual(await run([ADD], unread), SUCCESS);
    assert.deepEqual(await run([ADD, "more"], unread), SUCCESS);
    assert.deepEqual(await run(["-"], stdin(ADD)), SUCCESS);
    const big = `*** Begin Patch\n*** Add File: f\n+${"x".repeat(1_000_000)}\n*** End Patch\n`;
    assert.deepEqual(await run(["-"], stdin(big)), SUCCESS);
    assert.equal((await Deno.stat(join(cwd, "f"))).size, 1_000_001);
    assert.equal((await run([], unread)).exitCode, 1);
  }));
