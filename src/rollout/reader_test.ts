import assert from "node:assert/strict";
import { join } from "node:path";
import type { RolloutError } from "./error.ts";
import { readRollout } from "./reader.ts";
import type { RolloutLine } from "./types.ts";

class Session implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async make(lines: readonly (string | object)[], end = "\n"): Promise<Session> {
    const session = new Session(await Deno.makeTempDir({ prefix: "rollout-" }));
    const texts = lines.map((line) => typeof line === "string" ? line : JSON.stringify(line));
    await Deno.writeTextFile(session.path, texts.join("\n") + end);
    return session;
  }

  get path(): string {
    return join(this.folder, "s.jsonl");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Deno.remove(this.folder, { recursive: true });
  }
}

function line(type: string, payload: object): object {
  return { timestamp: "2026-11-24T01:53:40.491Z", type, payload };
}

const META = line("session_meta", { id: "own", cwd: "/r", base_instructions: { text: "be" } });

function item(text: string): object {
  return line("response_item", {
    type: "message",
    role: "user",
    content: [{ type: "input_text", text }],
  });
}

function tokens(total: number): object {
  const usage = { total_tokens: total };
  return line("event_msg", {
    type: "token_count",
    info: { total_token_usage: usage, last_token_usage: usage, model_context_window: null },
  });
}

function compacted(replacement?: readonly string[]): object {
  return line("compacted", {
    message: "sum",
    replacement_history: replacement?.map((text) => ({
      type: "message",
      role: "user",
      content: [{ type: "input_text", text }],
    })),
  });
}

function texts(history: readonly RolloutLine[]): string[] {
  return history.map((each) => {
    if (each.type === "response_item" && each.item.type === "message") {
      const [part] = each.item.content;
      return part?.type === "input_text" ? part.text : "?";
    }
    return each.type === "compacted" ? `[${each.replacementHistory?.length ?? "-"}]` : each.type;
  });
}

Deno.test("what bears on the history is kept, in order; the rest gives the last facts", async () => {
  await using session = await Session.make([
    META,
    line("session_meta", { id: "source", cwd: "/other" }),
    item("a"),
    line("turn_context", { model: "m1" }),
    tokens(1),
    item("b"),
    line("event_msg", { type: "thread_rolled_back", num_turns: 1 }),
    line("event_msg", { type: "agent_message", message: "x" }),
    line("turn_context", { model: "m2" }),
    tokens(2),
    line("event_msg", { type: "token_count", info: null, rate_limits: null }),
    item("c"),
  ]);
  const loaded = await readRollout(session.path);
  assert.equal(loaded.threadId, "own");
  assert.equal(loaded.meta.cwd, "/r");
  assert.equal(loaded.baseInstructions, "be");
  assert.deepEqual(texts(loaded.history), ["a", "b", "event_msg", "c"]);
  assert.equal(loaded.lastModel, "m2");
  assert.equal(loaded.lastTokenInfo?.lastTokenUsage.totalTokens, 2);
  assert.equal(loaded.skippedLines, 0);
});

Deno.test("torn, corrupt and unknown lines are counted and passed over", async () => {
  await using session = await Session.make([
    "not json",
    META,
    "",
    line("world_state", { x: 1 }),
    item("a"),
    '{"timestamp":"2026',
    item("b"),
  ], '\n{"timestamp":"2026-11-24T01:53:40.491Z","type":"response_it');
  const loaded = await readRollout(session.path);
  assert.deepEqual(texts(loaded.history), ["a", "b"]);
  assert.equal(loaded.skippedLines, 4);
});

Deno.test("a compaction with its replacement makes what came before worthless", async () => {
  await using session = await Session.make([
    META,
    item("a"),
    compacted(["s1"]),
    item("b"),
    compacted(),
    item("c"),
    compacted(["s1", "s2"]),
    item("d"),
    compacted(),
    item("e"),
  ]);
  const loaded = await readRollout(session.path);
  assert.deepEqual(texts(loaded.history), ["[2]", "d", "[-]", "e"]);
});

Deno.test("files without content or session are refused by code", async () => {
  for (
    const [lines, code] of [
      [[], "empty_file"],
      [["", "  "], "empty_file"],
      [[item("a")], "no_session_meta"],
      [["{"], "no_session_meta"],
    ] as const
  ) {
    await using session = await Session.make(lines, lines.length === 0 ? "" : "\n");
    await assert.rejects(readRollout(session.path), (error: RolloutError) => error.code === code);
  }
  await assert.rejects(
    readRollout("/nowhere/at/all.jsonl"),
    (error: RolloutError) => error.code === "not_found",
  );
});

Deno.test("a long file is read from its last compaction on, with the same result", async () => {
  const filler = item("é".repeat(500_000)); // A megabyte, so that lines cross every block border.
  const tail = [compacted(["s"]), item("after"), "{torn", item("end")];
  const before = [tokens(7), line("turn_context", { model: "m" }), item("before")];
  await using session = await Session.make([
    META,
    ...Array.from({ length: 20 }, () => filler),
    ...before,
    ...tail,
  ]);
  assert.ok((await Deno.stat(session.path)).size > 16 * 1024 * 1024);
  const loaded = await readRollout(session.path);
  assert.equal(loaded.threadId, "own");
  assert.deepEqual(texts(loaded.history), ["[1]", "after", "end"]);
  assert.equal(loaded.lastModel, "m");
  assert.equal(loaded.lastTokenInfo?.lastTokenUsage.totalTokens, 7);
  assert.equal(loaded.skippedLines, 1);
});

Deno.test("a long file without compaction is read whole, lines over block borders included", async () => {
  const filler = "x".repeat(700_001);
  await using session = await Session.make([
    META,
    ...Array.from({ length: 25 }, (_, index) => item(index + filler)),
    tokens(9),
  ]);
  const loaded = await readRollout(session.path);
  assert.deepEqual(
    texts(loaded.history),
    Array.from({ length: 25 }, (_, index) => index + filler),
  );
  assert.equal(loaded.lastTokenInfo?.lastTokenUsage.totalTokens, 9);
});
