import assert from "node:assert/strict";
import { writeProgram } from "../../tests/support/write_program.ts";
import { runToEnd } from "./run_to_end.ts";
import { isAlive, plainCommand, script, text, untilDead } from "./testing.ts";
import type { RunOptions, RunResult } from "./types.ts";

const never = new AbortController().signal;

function run(command: RunOptions["command"], rest: Partial<RunOptions> = {}): Promise<RunResult> {
  return runToEnd({ command, timeoutMs: 60_000, signal: never, ...rest });
}

async function notStarted(command: RunOptions["command"]): Promise<string> {
  const { outcome } = await run(command);
  assert.equal(outcome.kind, "not_started");
  return outcome.kind === "not_started" ? outcome.error.code : "";
}

Deno.test("a command's streams, their sum and its code come back", async () => {
  const { outcome, output } = await run(script("echo out; echo err >&2; exit 3"));
  assert.deepEqual(outcome, { kind: "exited", code: 3 });
  assert.equal(text(output.stdout), "out\n");
  assert.equal(text(output.stderr), "err\n");
  assert.equal(text(output.aggregated), "out\nerr\n");
  assert.equal(output.droppedBytes, 0);
});

Deno.test("a command leads a session and a group of its own, in its folder, with its environment only", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { output } = await run(
      script("read -r stat < /proc/self/stat; echo $$ $stat; pwd; env", {
        cwd: folder,
        env: { PATH: "/usr/bin:/bin", ONLY: "this" },
      }),
    );
    const [first = "", cwd, ...env] = text(output.stdout).trimEnd().split("\n");
    const [pid] = first.split(" ");
    const [, , , group, session] = first.slice(first.lastIndexOf(")")).split(" ");
    assert.deepEqual([group, session], [pid, pid]);
    assert.equal(cwd, await Deno.realPath(folder));
    const names = env.map((line) => line.slice(0, line.indexOf("="))).sort();
    // bash adds the last three itself.
    assert.deepEqual(names, ["ONLY", "PATH", "PWD", "SHLVL", "_"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("stdin is empty, or the bytes that were given", async () => {
  assert.equal(text((await run(script("cat; echo end"))).output.stdout), "end\n");
  const given = await run(script("cat"), { stdin: new TextEncoder().encode("in\n") });
  assert.equal(text(given.output.stdout), "in\n");
  const unread = await run(script("exit 0"), { stdin: new Uint8Array(1_000_000) });
  assert.deepEqual(unread.outcome, { kind: "exited", code: 0 });
});

Deno.test("a timeout kills the whole group and keeps the output", async () => {
  const { outcome, output } = await run(script("sleep 600 & echo $!; sleep 600"), {
    timeoutMs: 2_000,
  });
  assert.equal(outcome.kind, "timed_out");
  if (outcome.kind === "timed_out") assert.ok(outcome.afterMs >= 1_990, String(outcome.afterMs));
  await untilDead(Number(text(output.stdout)));
});

Deno.test("a kill also reaches the jobs of a shell with job control", async () => {
  const controller = new AbortController();
  const { output } = await run(script("set -m; sleep 600 & echo $!; sleep 600"), {
    signal: controller.signal,
    onChunk: () => controller.abort(),
  });
  await untilDead(Number(text(output.stdout)));
});

Deno.test("an abort kills the whole group and keeps the output", async () => {
  const controller = new AbortController();
  const { outcome, output } = await run(script("sleep 600 & echo $!; wait"), {
    signal: controller.signal,
    onChunk: () => controller.abort(),
  });
  assert.deepEqual(outcome, { kind: "aborted" });
  await untilDead(Number(text(output.stdout)));
});

Deno.test("after an abort nothing is started", async () => {
  const marker = await Deno.makeTempFile();
  try {
    const { outcome } = await run(script(`echo ran > ${marker}`), { signal: AbortSignal.abort() });
    assert.deepEqual(outcome, { kind: "aborted" });
    assert.equal(await Deno.readTextFile(marker), "");
  } finally {
    await Deno.remove(marker);
  }
});

Deno.test("death by signal is an outcome that keeps its output", async () => {
  const { outcome, output } = await run(script("echo last words; kill -9 $$"));
  assert.deepEqual(outcome, { kind: "signaled", signal: "SIGKILL" });
  assert.equal(text(output.stdout), "last words\n");
});

Deno.test("a background child that holds the pipe costs neither time nor output", async () => {
  const { outcome, output, durationMs } = await run(script("sleep 600 & echo $!"));
  const pid = Number(text(output.stdout));
  try {
    assert.deepEqual(outcome, { kind: "exited", code: 0 });
    assert.ok(durationMs < 1900, `${durationMs} ms`);
    assert.ok(isAlive(pid), "it is not ours to kill: the command ended by itself");
  } finally {
    Deno.kill(pid, "SIGKILL");
  }
});

Deno.test("a background child that prints on is cut off after two seconds", async () => {
  const { output, durationMs } = await run(script("yes & echo $!"));
  const pid = Number(text(output.stdout).match(/\d+/)?.[0]);
  try {
    assert.ok(durationMs < 10_000, `${durationMs} ms`);
    assert.ok(text(output.stdout).includes("y\ny\n"));
  } finally {
    if (isAlive(pid)) Deno.kill(pid, "SIGKILL");
  }
});

Deno.test("what cannot be started says why", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const plain = `${folder}/plain`;
    await Deno.writeTextFile(plain, "#!/bin/sh\n", { mode: 0o644 });
    const orphan = `${folder}/orphan`;
    await writeProgram(orphan, "#!/no/such/interpreter\n");
    assert.equal(await notStarted(plainCommand([])), "empty_argv");
    assert.equal(await notStarted(plainCommand([""])), "not_found");
    assert.equal(await notStarted(plainCommand(["no-such-program"])), "not_found");
    assert.equal(await notStarted(plainCommand(["/no/such/program"])), "not_found");
    assert.equal(await notStarted(plainCommand([orphan])), "not_found");
    assert.equal(await notStarted(plainCommand([plain])), "permission_denied");
    assert.equal(await notStarted(plainCommand([folder])), "permission_denied");
    assert.equal(await notStarted(plainCommand(["true"], { cwd: "/no/such/dir" })), "bad_cwd");
    assert.equal(await notStarted(plainCommand(["true"], { cwd: plain })), "bad_cwd");
    assert.equal(await notStarted(plainCommand(["true", "a\0b"])), "other");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("programs are searched on the command's PATH, and relative ones in its folder", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await writeProgram(`${folder}/only-here`, "#!/bin/sh\necho found\n");
    const found = await run(plainCommand(["only-here"], { env: { PATH: `/nowhere:${folder}` } }));
    assert.equal(text(found.output.stdout), "found\n");
    assert.equal(await notStarted(plainCommand(["only-here"])), "not_found");
    assert.equal(await notStarted(plainCommand(["deno"], { env: {} })), "not_found");
    const relative = await run(plainCommand(["./only-here"], { cwd: folder }));
    assert.equal(text(relative.output.stdout), "found\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a flood is read to its end, its head kept, the rest counted", async () => {
  let pieces = 0;
  let biggest = 0;
  const { outcome, output } = await run(script("echo head; head -c 100000000 /dev/zero"), {
    onChunk: (_stream, chunk) => {
      pieces++;
      biggest = Math.max(biggest, chunk.length);
    },
  });
  assert.deepEqual(outcome, { kind: "exited", code: 0 });
  assert.equal(output.stdout.length, 1024 * 1024);
  assert.equal(text(output.stdout.subarray(0, 5)), "head\n");
  assert.equal(output.droppedBytes, 100_000_005 - 1024 * 1024);
  assert.equal(pieces, 10_000);
  assert.equal(biggest, 8192);
});

Deno.test("pieces join to the output and none cuts a character", async () => {
  const pieces: string[] = [];
  const strict = new TextDecoder("utf-8", { fatal: true });
  const { output } = await run(script("for i in $(seq 3000); do printf 'a€😀é'; done"), {
    onChunk: (_stream, chunk) => pieces.push(strict.decode(chunk)),
  });
  assert.equal(pieces.join(""), "a€😀é".repeat(3000));
  assert.equal(text(output.stdout), pieces.join(""));
});

Deno.test("a receiver that fails neither blocks the command nor goes unnoticed", async () => {
  const failing = run(script("seq 100000"), {
    onChunk: () => {
      throw new RangeError("full");
    },
  });
  await assert.rejects(failing, RangeError);
});
