import assert from "node:assert/strict";
import { commandJson, commandText, newChunkId, pollText } from "./format.ts";

const TOKENS = { mode: "tokens", limit: 10_000 } as const;

Deno.test("the text form of a finished command", () => {
  const report = { exitCode: 4, durationMs: 312, text: "a\nb\n", timedOut: false };
  assert.equal(
    commandText(report, TOKENS),
    "Exit code: 4\nWall time: 0.3 seconds\nOutput:\na\nb\n",
  );
  assert.equal(
    commandText({ ...report, durationMs: 4, text: "" }, TOKENS),
    "Exit code: 4\nWall time: 0 seconds\nOutput:\n",
  );
});

Deno.test("a timeout is told before the output", () => {
  const report = { exitCode: 124, durationMs: 301.4, text: "x", timedOut: true };
  assert.equal(
    commandText(report, TOKENS),
    "Exit code: 124\nWall time: 0.3 seconds\nOutput:\ncommand timed out after 301 milliseconds\nx",
  );
});

Deno.test("the number of lines is told when a cut changed it", () => {
  const text = Array.from({ length: 400 }, (_, n) => `line ${n}\n`).join("");
  const shown = commandText(
    { exitCode: 0, durationMs: 0, text, timedOut: false },
    { mode: "bytes", limit: 100 },
  );
  assert.match(shown, /\nTotal output lines: 400\nOutput:\nline 0\n/);
});

Deno.test("the JSON form always shows a fraction of a second", () => {
  const report = { exitCode: 0, durationMs: 3, text: 'a"\n', timedOut: false };
  assert.equal(
    commandJson(report, TOKENS),
    '{"output":"a\\"\\n","metadata":{"exit_code":0,"duration_seconds":0.0}}',
  );
  assert.match(commandJson({ ...report, durationMs: 1_250 }, TOKENS), /"duration_seconds":1\.3}/);
});

Deno.test("the form of a look at a session", () => {
  const report = {
    chunkId: "00ff00",
    wallMs: 137.8,
    exitCode: 3,
    sessionId: null,
    text: "hello\n",
    totalBytes: 6,
    maxTokens: 10_000,
  };
  assert.equal(
    pollText(report),
    "Chunk ID: 00ff00\nWall time: 0.1378 seconds\nProcess exited with code 3\nOriginal token count: 2\nOutput:\nhello\n",
  );
  assert.equal(
    pollText({ ...report, exitCode: null, sessionId: "1234", text: "", totalBytes: 0 }),
    "Chunk ID: 00ff00\nWall time: 0.1378 seconds\nProcess running with session ID 1234\nOriginal token count: 0\nOutput:\n",
  );
});

Deno.test("a long session output is cut as the format says", () => {
  const text = Array.from({ length: 20_000 }, (_, n) => `${n + 1}\n`).join("");
  const shown = pollText({
    chunkId: "000000",
    wallMs: 0,
    exitCode: 0,
    sessionId: null,
    text,
    totalBytes: text.length,
    maxTokens: 50,
  });
  const body = shown.slice(shown.indexOf("Output:\n") + 8);
  assert.equal(body.slice(0, 27), "Total output lines: 20000\n\n");
  assert.equal(body.slice(27), `${text.slice(0, 100)}…27174 tokens truncated…${text.slice(-100)}`);
});

Deno.test("chunk ids are six hexadecimal digits and differ", () => {
  const ids = Array.from({ length: 50 }, newChunkId);
  assert.ok(ids.every((id) => /^[0-9a-f]{6}$/.test(id)));
  assert.ok(new Set(ids).size > 40);
});
