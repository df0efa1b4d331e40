import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { RolloutError } from "./error.ts";
import { RolloutRecorder } from "./recorder.ts";
import type { RolloutItem, SessionMeta } from "./types.ts";
import { SILENT_LOGGER } from "../telemetry/mod.ts";

const ID = "01a20b42-3e7a-7f12-864d-ec5296f64ba8";
// Local time on purpose: the name of the file goes by the local calendar.
const START = new Date(2026, 1, 3, 4, 5, 6, 789);

class Home implements AsyncDisposable {
  readonly failures: RolloutError[] = [];
  otherWriters = 0;

  private constructor(readonly path: string) {}

  static async make(): Promise<Home> {
    return new Home(await Deno.makeTempDir({ prefix: "rollout-" }));
  }

  get common() {
    return {
      codexHome: this.path,
      now: () => Date.UTC(2026, 1, 3, 12, 0, 0, 5),
      mode: "limited" as const,
      logger: SILENT_LOGGER,
      onFailure: (error: RolloutError) => void this.failures.push(error),
      onOtherWriter: () => void this.otherWriters++,
    };
  }

  create(): RolloutRecorder {
    return RolloutRecorder.create({ ...this.common, meta: META });
  }

  resume(path: string): Promise<RolloutRecorder> {
    return RolloutRecorder.resume({ ...this.common, path, threadId: ID });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

const META: SessionMeta = {
  id: ID,
  forkedFromId: null,
  timestamp: START.toISOString(),
  cwd: "/r",
  originator: "codex_exec",
  cliVersion: "0.104.0",
  source: "exec",
  modelProvider: "s",
  baseInstructions: "be",
  git: null,
};

function message(text: string): RolloutItem {
  return {
    type: "response_item",
    item: { type: "message", role: "user", content: [{ type: "input_text", text }] },
  };
}

function context(turnId: string, model: string): RolloutItem {
  return {
    type: "turn_context",
    context: {
      turnId,
      cwd: "/r",
      approvalPolicy: "never",
      sandboxPolicy: { type: "danger-full-access" },
      model,
      personality: null,
      collaborationMode: null,
      effort: null,
      summary: "auto",
      userInstructions: null,
      developerInstructions: null,
      finalOutputJsonSchema: null,
      truncationPolicy: null,
    },
  };
}

interface Line {
  readonly timestamp: string;
  readonly type: string;
  // deno-lint-ignore no-explicit-any -- a test reads what any line may hold
  readonly payload: any;
}

async function read(path: string): Promise<Line[]> {
  const text = await Deno.readTextFile(path);
  assert.ok(text.endsWith("\n"));
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("a session without a prompt leaves no file, and creates no folder", async () => {
  await using home = await Home.make();
  const recorder = home.create();
  recorder.record([message("context")]);
  await recorder.flush();
  await recorder.close();
  assert.deepEqual([...Deno.readDirSync(home.path)], []);
});

Deno.test("name by local time, lines by UTC, session line first, order kept", async () => {
  await using home = await Home.make();
  await using recorder = home.create();
  assert.equal(
    recorder.path,
    join(home.path, "sessions", "2026", "02", "03", `rollout-2026-02-03T04-05-06-${ID}.jsonl`),
  );
  recorder.record([message("0")]);
  await recorder.persist();
  for (let index = 1; index < 200; index++) recorder.record([message(String(index))]);
  await recorder.flush();
  const lines = await read(recorder.path);
  assert.equal(lines[0]?.type, "session_meta");
  assert.deepEqual(
    lines.slice(1).map((line) => line.payload.content[0].text),
    Array.from({ length: 200 }, (_, index) => String(index)),
  );
  assert.ok(lines.every((line) => line.timestamp === "2026-02-03T12:00:00.005Z"));
});

Deno.test({
  name: "file and folders are the owner's alone",
  ignore: Deno.build.os === "windows", // No permission bits there.
  async fn() {
    await using home = await Home.make();
    await using recorder = home.create();
    await recorder.persist();
    const mode = async (path: string) => ((await Deno.stat(path)).mode ?? 0) & 0o777;
    assert.equal(await mode(recorder.path), 0o600);
    let folder = dirname(recorder.path);
    for (; folder !== home.path; folder = dirname(folder)) assert.equal(await mode(folder), 0o700);
  },
});

Deno.test("settings are written when they change, whatever the turn", async () => {
  await using home = await Home.make();
  await using recorder = home.create();
  recorder.record([context("1", "a"), context("1", "a"), context("2", "a"), context("2", "b")]);
  recorder.record([context("3", "a")]);
  await recorder.persist();
  await recorder.flush();
  const contexts = (await read(recorder.path)).filter((line) => line.type === "turn_context");
  assert.deepEqual(contexts.map((line) => line.payload.model), ["a", "b", "a"]);
});

Deno.test("a resumed session grows, and starts on a new line after a torn one", async () => {
  await using home = await Home.make();
  const first = home.create();
  await first.persist();
  await first.close();
  await Deno.writeTextFile(first.path, '{"torn', { append: true });
  await using again = await home.resume(first.path);
  again.record([message("on")]);
  await again.flush();
  const texts = (await Deno.readTextFile(first.path)).split("\n");
  assert.equal(texts.length, 4);
  assert.equal(texts[1], '{"torn');
  assert.equal(JSON.parse(texts[2] ?? "").payload.content[0].text, "on");
});

Deno.test("resuming a file that is gone or a folder is refused at once", async () => {
  await using home = await Home.make();
  await assert.rejects(
    home.resume(join(home.path, "gone.jsonl")),
    (error: RolloutError) => error.code === "not_found",
  );
  assert.deepEqual([...Deno.readDirSync(home.path)], []);
  await assert.rejects(home.resume(home.path), (error: RolloutError) => error.code === "io");
  // The failed attempt must not count as a writer.
  await using recorder = home.create();
  await recorder.persist();
  assert.equal(home.otherWriters, 0);
});

Deno.test("a home that cannot be written to is reported once and disturbs nothing", async () => {
  await using home = await Home.make();
  await Deno.writeTextFile(join(home.path, "sessions"), "in the way");
  const recorder = home.create();
  await recorder.persist();
  recorder.record([message("x")]);
  await recorder.persist();
  await recorder.flush();
  await recorder.close();
  assert.equal(home.failures.length, 1);
  assert.equal(home.failures[0]?.path, recorder.path);
});

Deno.test({
  name: "a full disk is reported once and disturbs nothing",
  ignore: Deno.build.os !== "linux", // Needs /dev/full.
  async fn() {
    await using home = await Home.make();
    const path = join(home.path, "full.jsonl");
    await Deno.symlink("/dev/full", path);
    const recorder = await home.resume(path);
    recorder.record([message("x"), message("y")]);
    await recorder.flush();
    recorder.record([message("z")]);
    await recorder.close();
    assert.deepEqual(home.failures.map((error) => error.code), ["no_space"]);
  },
});

Deno.test("two writers of one thread mix no lines, and the second is warned", async () => {
  await using home = await Home.make();
  await using first = home.create();
  await first.persist();
  assert.equal(home.otherWriters, 0);
  await using second = await home.resume(first.path);
  assert.equal(home.otherWriters, 1);
  const long = "x".repeat(100_000);
  for (let index = 0; index < 20; index++) {
    first.record([message(`a${long}`)]);
    second.record([message(`b${long}`)]);
  }
  await Promise.all([first.flush(), second.flush()]);
  const texts = (await read(first.path)).slice(1).map((line) => line.payload.content[0].text[0]);
  assert.deepEqual(texts.toSorted().join(""), "a".repeat(20) + "b".repeat(20));
});

Deno.test("after closing nothing is written, and the next writer is alone", async () => {
  await using home = await Home.make();
  const recorder = home.create();
  await recorder.persist();
  await recorder.close();
  recorder.record([message("late")]);
  await recorder.flush();
  assert.equal((await read(recorder.path)).length, 1);
  await using _next = await home.resume(recorder.path);
  assert.equal(home.otherWriters, 0);
});
