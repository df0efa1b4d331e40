import assert from "node:assert/strict";
import type { Confined } from "../sandbox/mod.ts";
import { ProcessError } from "./process_error.ts";
import { ProcessTable } from "./process_table.ts";
import { plainCommand, script, text, untilDead } from "./testing.ts";
import type { OpenProcessOptions, OpenProcessResult, ProcessEnd, WriteResult } from "./types.ts";

const never = new AbortController().signal;

/** More than the first lines here have. */
const LONGEST_LINE = 100;

interface Opened {
  readonly result: OpenProcessResult & { readonly kind: "opened" };
  readonly events: string[];
  readonly chunks: Uint8Array[];
  /** Resolves with the first whole line. */
  readonly line: Promise<string>;
  /** Resolves with `onExit`. */
  readonly end: Promise<ProcessEnd>;
}

async function open(
  table: ProcessTable,
  command: Confined,
  yieldMs: number,
  rest: Partial<OpenProcessOptions> = {},
): Promise<Opened> {
  const events: string[] = [];
  const chunks: Uint8Array[] = [];
  let head = "";
  const line = Promise.withResolvers<string>();
  const end = Promise.withResolvers<ProcessEnd>();
  const result = await table.open("call", {
    command,
    tty: false,
    yieldMs,
    signal: never,
    onStart: () => void events.push("start"),
    onChunk: (chunk) => {
      events.push("chunk");
      chunks.push(chunk);
      if (head.length > LONGEST_LINE) return;
      head += text(chunk);
      if (head.includes("\n")) line.resolve(head.split("\n", 1).join().trim());
    },
    onExit: (ended) => {
      events.push("exit");
      end.resolve(ended);
    },
    ...rest,
  });
  assert.equal(result.kind, "opened");
  if (result.kind !== "opened") throw new Error("not opened");
  return { result, events, chunks, line: line.promise, end: end.promise };
}

function look(table: ProcessTable, id: string, yieldMs = 60_000): Promise<WriteResult> {
  return table.write(id, "", { yieldMs, signal: never });
}

Deno.test("a quick command is answered at its end, with its code, and not stored", async () => {
  await using table = new ProcessTable();
  const { result, events, end } = await open(table, script("printf hi; exit 7"), 60_000);
  assert.match(result.processId, /^[1-9][0-9]{3,4}$/);
  assert.equal(text(result.poll.output), "hi");
  assert.equal(result.poll.totalBytes, 2);
  assert.equal(result.poll.exitCode, 7);
  assert.equal(result.poll.exited, true);
  assert.deepEqual(events, ["start", "chunk", "exit"]);
  const { exitCode, transcript, processId } = await end;
  assert.equal(exitCode, 7);
  assert.equal(text(transcript), "hi");
  assert.equal(processId, result.processId);
  assert.equal(table.size, 0);
});

Deno.test("what was printed early is in the pieces and the transcript of a process that lives on", async () => {
  await using table = new ProcessTable();
  const fifo = await Deno.makeTempFile();
  try {
    await Deno.remove(fifo);
    await new Deno.Command("mkfifo", { args: [fifo] }).output();
    const opened = await open(table, script(`echo early; read -r _ < ${fifo}; echo late`), 1);
    assert.equal(opened.result.poll.exited, false);
    assert.equal(opened.result.poll.exitCode, null);
    assert.deepEqual(table.list(), [{ processId: opened.result.processId, callId: "call" }]);
    assert.equal(await opened.line, "early");
    const early = await look(table, opened.result.processId, 1);
    assert.equal(early.kind, "polled");
    if (early.kind !== "polled") return;
    // Where it started quickly, the first answer had it already.
    assert.equal(text(opened.result.poll.output) + text(early.poll.output), "early\n");
    assert.equal(early.poll.exited, false);
    await Deno.writeTextFile(fifo, "go\n");
    assert.equal(text((await opened.end).transcript), "early\nlate\n");
    assert.equal(opened.chunks.map(text).join(""), "early\nlate\n");

    const last = await look(table, opened.result.processId);
    assert.equal(last.kind, "polled");
    if (last.kind !== "polled") return;
    assert.equal(text(last.poll.output), "late\n");
    assert.equal(last.poll.exitCode, 0);
    assert.equal(last.callId, "call");
    assert.deepEqual(await look(table, opened.result.processId), { kind: "unknown_process" });
    assert.deepEqual(opened.events, ["start", "chunk", "chunk", "exit"]);
  } finally {
    await Deno.remove(fifo);
  }
});

Deno.test("output waits for a slow onStart, and a failing one ends the process", async () => {
  await using table = new ProcessTable();
  const order: string[] = [];
  await open(table, script("echo x"), 60_000, {
    onStart: async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push("start");
    },
    onChunk: () => void order.push("chunk"),
  });
  assert.deepEqual(order, ["start", "chunk"]);

  let exits = 0;
  const failing = open(table, script("sleep 600"), 60_000, {
    onStart: () => Promise.reject(new RangeError("no room")),
    onExit: () => void exits++,
  });
  await assert.rejects(failing, RangeError);
  assert.equal(exits, 1);
});

Deno.test("the command is disposed once: at its end, or when it did not start", async () => {
  await using table = new ProcessTable();
  let disposed = 0;
  const onDispose = (): void => void disposed++;
  await open(table, script("true", { onDispose }), 60_000, {
    onExit: () => assert.equal(disposed, 1),
  });
  assert.equal(disposed, 1);
  for (const tty of [false, true]) {
    const result = await table.open("call", {
      command: plainCommand(["no-such-program"], { onDispose }),
      tty,
      yieldMs: 250,
      signal: never,
      onStart: () => assert.fail("it did not start"),
      onChunk: () => {},
      onExit: () => assert.fail("it did not start"),
    });
    assert.equal(result.kind, "not_started");
    if (result.kind === "not_started") assert.equal(result.error.code, "not_found");
  }
  assert.equal(disposed, 3);
});

Deno.test("death by signal is code −1 on pipes", async () => {
  await using table = new ProcessTable();
  const { result } = await open(table, script("echo x; kill -9 $$"), 60_000);
  assert.equal(result.poll.exitCode, -1);
  assert.equal(text(result.poll.output), "x\n");
});

Deno.test("what a finished command left behind in its group is killed", async () => {
  await using table = new ProcessTable();
  const { result } = await open(table, script("sleep 600 & echo $!"), 60_000);
  assert.equal(result.poll.exitCode, 0);
  assert.ok(result.poll.wallMs < 1900, `${result.poll.wallMs} ms`);
  await untilDead(Number(text(result.poll.output)));
});

Deno.test("text cannot be sent without a terminal, and to nobody", async () => {
  await using table = new ProcessTable();
  const { result } = await open(table, script("sleep 600"), 1);
  const options = { yieldMs: 60_000, signal: never };
  assert.deepEqual(await table.write(result.processId, "x", options), { kind: "stdin_closed" });
  assert.deepEqual(await table.write("999", "x", options), { kind: "unknown_process" });
});

Deno.test("an abort ends the waiting and kills the group; before the start it is thrown", async () => {
  await using table = new ProcessTable();
  for (const when of ["open", "write"]) {
    const controller = new AbortController();
    const abort = (): void => controller.abort(new RangeError("stop"));
    const opened = await open(table, script("sleep 600 & echo $!; wait"), 60_000, {
      signal: when === "open" ? controller.signal : AbortSignal.timeout(60_000),
      ...(when === "open" ? { onChunk: abort } : { yieldMs: 1 }),
    });
    let { poll } = opened.result;
    const pid = Number(when === "open" ? text(poll.output) : await opened.line);
    assert.ok(pid > 1);
    if (when === "write") {
      const signal = controller.signal;
      const looking = table.write(opened.result.processId, "", { yieldMs: 60_000, signal });
      abort();
      const last = await looking;
      assert.equal(last.kind, "polled");
      if (last.kind === "polled") poll = last.poll;
    }
    assert.equal(poll.exitCode, -1);
    await untilDead(pid);
    assert.equal(table.size, 0);
  }
  const aborted = open(table, script("true"), 1, { signal: AbortSignal.abort(new RangeError()) });
  await assert.rejects(aborted, RangeError);
});

Deno.test("all are terminated with their groups, stored or not, on pipes or terminals", async () => {
  const table = new ProcessTable();
  const forever = "sleep 600 & echo $! $$; wait";
  const waiting = Promise.withResolvers<string>();
  const stored = await open(table, script(forever), 1);
  const onTerminal = await open(table, script(forever), 1, { tty: true });
  const ends = [stored.end, onTerminal.end];
  const unstored = open(table, script(forever), 60_000, {
    onChunk: (chunk) => waiting.resolve(text(chunk).trim()),
  });
  const lines = await Promise.all([stored.line, onTerminal.line, waiting.promise]);
  const pids = lines.flatMap((line) => line.split(" ").map(Number));
  assert.equal(pids.filter((pid) => pid > 1).length, 6, lines.join());
  await table.terminateAll();
  for (const pid of pids) await untilDead(pid);
  assert.equal((await unstored).result.poll.exited, true);
  assert.deepEqual((await Promise.all(ends)).map((end) => end.exitCode), [-1, 1]);
  assert.equal(table.size, 0);
  // The table still works, until it is disposed.
  assert.equal((await open(table, script("true"), 60_000)).result.poll.exitCode, 0);
  await table[Symbol.asyncDispose]();
  await assert.rejects(
    open(table, script("true"), 1),
    (error) => error instanceof ProcessError && error.code === "disposed",
  );
});

Deno.test("ids come from the whole range and are not given twice", async () => {
  const draws = [0, 0, 0.999999999, 0.999999999];
  await using table = new ProcessTable({ random: () => draws.shift() ?? 0.5 });
  const ids: string[] = [];
  for (let i = 0; i < 4; i++) {
    ids.push((await open(table, script("sleep 600"), 1)).result.processId);
  }
  assert.deepEqual(ids, ["1000", "1001", "99999", "1002"]);
});

Deno.test("one too many evicts the least recently used, never the newest 8", async () => {
  await using table = new ProcessTable({ limit: 10 });
  const opened: Opened[] = [];
  for (let i = 0; i < 10; i++) opened.push(await open(table, script("sleep 600"), 1));
  const ids = opened.map(({ result }) => result.processId);
  await look(table, ids[0]!, 1);
  opened.push(await open(table, script("sleep 600"), 1));
  const left = table.list().map(({ processId }) => processId);
  assert.equal(table.size, 10);
  assert.deepEqual(ids.filter((id) => !left.includes(id)), [ids[1]], "0 was used, 1 is the oldest");
  assert.equal((await opened[1]!.end).exitCode, -1);
});

Deno.test("an ended process among the newest 8 stays", async () => {
  await using table = new ProcessTable({ limit: 9 });
  const folder = await Deno.makeTempDir();
  try {
    const fifo = `${folder}/fifo`;
    await new Deno.Command("mkfifo", { args: [fifo] }).output();
    const first = await open(table, script("sleep 600"), 1);
    const ended = await open(table, script(`exec 2>&-; read -r _ < ${fifo}`), 1);
    for (let i = 0; i < 7; i++) await open(table, script("sleep 600"), 1);
    await Deno.writeTextFile(fifo, "go\n");
    await ended.end;
    await open(table, script("sleep 600"), 1);
    const left = table.list().map(({ processId }) => processId);
    assert.ok(left.includes(ended.result.processId));
    assert.ok(!left.includes(first.result.processId));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an ended process that is not protected goes before an older one that runs", async () => {
  await using table = new ProcessTable({ limit: 10 });
  const folder = await Deno.makeTempDir();
  try {
    const fifo = `${folder}/fifo`;
    await new Deno.Command("mkfifo", { args: [fifo] }).output();
    const first = await open(table, script("sleep 600"), 1);
    const second = await open(table, script(`read -r _ < ${fifo}`), 1);
    for (let i = 0; i < 8; i++) await open(table, script("sleep 600"), 1);
    await Deno.writeTextFile(fifo, "go\n");
    await second.end;
    await open(table, script("sleep 600"), 1);
    const ids = table.list().map(({ processId }) => processId);
    assert.ok(ids.includes(first.result.processId));
    assert.ok(!ids.includes(second.result.processId));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a flood keeps head and tail, and counts everything", async () => {
  await using table = new ProcessTable();
  await open(table, script("head -c 1000000 /dev/zero"), 60_000);
  const flood = "printf head; head -c 30000000 /dev/zero; printf tail";
  let pieces = 0;
  const { result, end } = await open(table, script(flood), 60_000, {
    onChunk: () => void pieces++,
  });
  const { output, totalBytes } = result.poll;
  assert.equal(totalBytes, 30_000_008);
  assert.equal(output.length, 1024 * 1024);
  assert.equal(text(output.subarray(0, 4)), "head");
  assert.equal(text(output.subarray(-4)), "tail");
  assert.deepEqual((await end).transcript, output);
  assert.ok(pieces <= 10_000);
});

Deno.test("pieces: at most 8192 bytes, whole characters, invalid bytes alone, at most 10000", async () => {
  await using table = new ProcessTable();
  const line = await open(table, script("printf 'é%.0s' $(seq 100000)"), 60_000);
  const strict = new TextDecoder("utf-8", { fatal: true });
  assert.equal(line.chunks.map((chunk) => strict.decode(chunk)).join(""), "é".repeat(100_000));
  assert.ok(line.chunks.every((chunk) => chunk.length <= 8192));

  const mixed = await open(table, script("printf 'ab\\377\\376cd\\342\\202'"), 60_000);
  assert.deepEqual(mixed.chunks.map((chunk) => [...chunk]), [
    [97, 98],
    [255],
    [254],
    [99, 100],
    [0xe2],
    [0x82],
  ]);
  const binary = await open(table, script("head -c 200000 /dev/zero | tr '\\0' '\\377'"), 60_000);
  assert.equal(binary.chunks.length, 10_000);
  assert.equal(binary.result.poll.totalBytes, 200_000);
});

Deno.test("a thrown onExit or onChunk does not break the table", async () => {
  await using table = new ProcessTable();
  const failing = (): never => {
    throw new RangeError("no");
  };
  const exit = await open(table, script("echo x"), 60_000, { onExit: failing });
  assert.equal(exit.result.poll.exitCode, 0);
  const chunk = await open(table, script("echo x"), 60_000, { onChunk: failing });
  assert.equal(chunk.result.poll.exited, true);
  assert.equal((await chunk.end).exitCode, -1);
});
