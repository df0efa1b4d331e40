import assert from "node:assert/strict";
import { join } from "node:path";
import { type ScriptedModel, startScriptedModel } from "../src/scripted/mod.ts";
import { answer, exec, execCommand, finalAnswer } from "./scenarios/answers.ts";
import { spawnCodex } from "./support/run_codex.ts";
import { openStage, type Stage } from "./support/stage.ts";

const UNIX_ONLY = { ignore: Deno.build.os === "windows" };

/** Lines of a child's stdout, one at a time. */
async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** A command that notes its process id and then never ends. */
const SLEEPER = "echo $$ > pid; exec sleep 600";

async function isRunning(pid: number): Promise<boolean> {
  // Signal 0 also reaches a zombie, so the state is asked for.
  const { success, stdout } = await new Deno.Command("ps", {
    args: ["-o", "stat=", "-p", String(pid)],
  }).output();
  return success && !new TextDecoder().decode(stdout).trim().startsWith("Z");
}

async function noted(stage: Stage): Promise<number> {
  const pid = Number(await Deno.readTextFile(join(stage.workspace, "pid")));
  assert.ok(pid > 1);
  return pid;
}

interface Running {
  readonly child: Deno.ChildProcess;
  readonly lines: AsyncGenerator<string>;
  readonly stderr: Promise<string>;
  readonly seen: string[];
}

/** A run whose command has started and noted its id. */
async function startSleeper(stage: Stage, model: ScriptedModel): Promise<Running> {
  const child = spawnCodex(stage, { args: exec("go"), baseUrl: model.baseUrl });
  const running: Running = {
    child,
    lines: linesOf(child.stdout),
    stderr: new Response(child.stderr).text(),
    seen: [],
  };
  for (let next = await running.lines.next(); !next.done; next = await running.lines.next()) {
    running.seen.push(next.value);
    if (next.value.includes('"item.started"')) break;
  }
  await fileAppears(join(stage.workspace, "pid"));
  return running;
}

async function fileAppears(path: string): Promise<void> {
  const hasText = () => Deno.readTextFile(path).then((text) => text.endsWith("\n"), () => false);
  for await (const _event of watching(path)) if (await hasText()) return;
}

/** An event for each change beside a file, and one at the beginning. */
async function* watching(path: string): AsyncGenerator<void> {
  using watcher = Deno.watchFs(join(path, ".."));
  yield;
  for await (const _event of watcher) yield;
}

async function rest(running: Running): Promise<string[]> {
  for await (const line of running.lines) running.seen.push(line);
  return running.seen;
}

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  Deno.test(
    `${signal} ends the command, the items and the turn, exit ${code}`,
    UNIX_ONLY,
    async () => {
      await using stage = await openStage();
      await using model = await startScriptedModel([
        answer(execCommand("c1", SLEEPER, { yield_time_ms: 30_000 })),
        finalAnswer(),
      ]);
      const running = await startSleeper(stage, model);
      const pid = await noted(stage);
      assert.equal(await isRunning(pid), true);
      running.child.kill(signal);
      const lines = await rest(running);
      const status = await running.child.status;
      assert.deepEqual([status.code, status.signal], [code, null], await running.stderr);
      assert.equal(lines.at(-1), '{"type":"turn.failed","error":{"message":"interrupted"}}');
      const item = JSON.parse(lines.at(-2) ?? "");
      assert.deepEqual([item.type, item.item.status], ["item.completed", "failed"]);
      assert.equal(await isRunning(pid), false);
    },
  );
}

Deno.test("a run that was interrupted can go on, and the model is told", UNIX_ONLY, async () => {
  await using stage = await openStage();
  await using model = await startScriptedModel([
    answer(execCommand("c1", SLEEPER, { yield_time_ms: 30_000 })),
    finalAnswer("again"),
  ]);
  const running = await startSleeper(stage, model);
  running.child.kill("SIGINT");
  await rest(running);
  await running.child.status;
  await running.stderr;
  const again = spawnCodex(stage, {
    args: ["exec", "resume", "--last", "go on"],
    baseUrl: model.baseUrl,
  });
  const { code, stdout } = await again.output();
  assert.deepEqual([code, new TextDecoder().decode(stdout)], [0, "again\n"]);
  const sent = JSON.stringify(model.requests.at(-1)?.body.input);
  assert.match(sent, /sleep 600[^]*aborted[^]*<turn_aborted>[^]*go on/);
});

Deno.test("a request that hangs is broken off", UNIX_ONLY, async () => {
  await using stage = await openStage();
  await using model = await startScriptedModel([{ events: [], hang: true }]);
  const child = spawnCodex(stage, { args: exec("go"), baseUrl: model.baseUrl });
  const request = await model.nextRequest();
  child.kill("SIGINT");
  const { code, stdout } = await child.output();
  await request.gone;
  assert.equal(code, 130);
  assert.match(
    new TextDecoder().decode(stdout),
    /"turn\.failed","error":\{"message":"interrupted"\}\}\n$/,
  );
});

Deno.test("a process left in the background does not outlive the run", UNIX_ONLY, async () => {
  await using stage = await openStage();
  const noting = fileAppears(join(stage.workspace, "pid"));
  await using model = await startScriptedModel([
    answer(execCommand("c1", SLEEPER, { yield_time_ms: 300 })),
    { ...finalAnswer(), until: noting },
  ]);
  const child = spawnCodex(stage, { args: exec("go"), baseUrl: model.baseUrl });
  const { code } = await child.output();
  assert.equal(code, 0);
  assert.equal(await isRunning(await noted(stage)), false);
});

Deno.test("when nobody reads any more, the run stops quietly", UNIX_ONLY, async () => {
  await using stage = await openStage();
  const reading = Promise.withResolvers<void>();
  await using model = await startScriptedModel([
    answer(execCommand("c1", SLEEPER, { yield_time_ms: 300 })),
    { ...answer(execCommand("c2", "echo more")), until: reading.promise },
    finalAnswer(),
  ]);
  const running = await startSleeper(stage, model);
  const pid = await noted(stage);
  await running.lines.return(undefined);
  reading.resolve();
  const status = await running.child.status;
  assert.deepEqual([status.code, status.signal], [141, null]);
  assert.equal(await running.stderr, "");
  assert.equal(await isRunning(pid), false);
});

Deno.test("a run that is stopped leaves the file of -o as it was", UNIX_ONLY, async () => {
  await using stage = await openStage();
  await using model = await startScriptedModel([{ events: [], hang: true }]);
  const file = join(stage.workspace, "out.txt");
  await Deno.writeTextFile(file, "old");
  const child = spawnCodex(stage, { args: exec("go", "-o", file), baseUrl: model.baseUrl });
  const output = child.output();
  await Promise.race([model.nextRequest(), output]);
  child.kill("SIGTERM");
  assert.equal((await output).code, 143);
  assert.equal(await Deno.readTextFile(file), "old");
});

Deno.test("an answer that nobody reads is no success", UNIX_ONLY, async () => {
  await using stage = await openStage();
  const closed = Promise.withResolvers<void>();
  await using model = await startScriptedModel([{ ...finalAnswer(), until: closed.promise }]);
  const child = spawnCodex(stage, {
    args: ["exec", "--skip-git-repo-check", "go"],
    baseUrl: model.baseUrl,
  });
  await child.stdout.cancel();
  closed.resolve();
  const stderr = await new Response(child.stderr).text();
  assert.equal((await child.status).code, 141, stderr);
});

Deno.test("a run that still waits for its prompt ends at once", UNIX_ONLY, async () => {
  await using stage = await openStage();
  const child = spawnCodex(stage, { args: ["exec"], stdin: "" });
  for await (const line of linesOf(child.stderr)) {
    if (line === "Reading prompt from stdin...") break;
  }
  child.kill("SIGINT");
  assert.deepEqual(await new Response(child.stdout).text(), "");
  assert.equal((await child.status).code, 130);
  await child.stdin.abort();
});

Deno.test("logs go to stderr, and only when they are asked for", async () => {
  await using stage = await openStage();
  await using model = await startScriptedModel((_request, index) =>
    index % 2 === 0 ? answer(execCommand("c1", "true")) : finalAnswer()
  );
  for (const level of ["error", "debug"]) {
    const child = spawnCodex(stage, {
      args: ["exec", "--json", "go"],
      baseUrl: model.baseUrl,
      env: { RUST_LOG: level },
    });
    const { code, stdout, stderr } = await child.output();
    assert.equal(code, 0);
    for (const line of new TextDecoder().decode(stdout).trim().split("\n")) JSON.parse(line);
    assert.equal(stderr.length > 0, level === "debug");
  }
});

Deno.test("session files: none before the prompt, none when ephemeral, one with the id", async () => {
  await using stage = await openStage();
  await using model = await startScriptedModel([finalAnswer(), finalAnswer()]);
  const files = async () => {
    const found: string[] = [];
    const visit = async (folder: string): Promise<void> => {
      for await (const entry of Deno.readDir(folder)) {
        const path = join(folder, entry.name);
        if (entry.isDirectory) await visit(path);
        else found.push(entry.name);
      }
    };
    await visit(join(stage.codexHome, "sessions")).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    return found;
  };
  await spawnCodex(stage, { args: ["exec"], stdin: null, baseUrl: model.baseUrl }).output();
  assert.deepEqual(await files(), []);
  await spawnCodex(stage, { args: exec("go", "--ephemeral"), baseUrl: model.baseUrl }).output();
  assert.deepEqual(await files(), []);
  const { stdout } = await spawnCodex(stage, { args: exec("go"), baseUrl: model.baseUrl }).output();
  const thread = JSON.parse(new TextDecoder().decode(stdout).split("\n")[0] ?? "").thread_id;
  const [file, ...others] = await files();
  assert.deepEqual(others, []);
  assert.match(file ?? "", /^rollout-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-/);
  assert.ok(file?.endsWith(`-${thread}.jsonl`));
});
