import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import {
  completed,
  created,
  failed,
  functionCall,
  httpError,
  type RecordedRequest,
  reply,
  type Script,
  type ScriptedModel,
  startScriptedModel,
  textDeltas,
  textReply,
} from "./mod.ts";

function ask(model: ScriptedModel, body: unknown = {}, init: RequestInit = {}): Promise<Response> {
  return fetch(`${model.baseUrl}/responses`, {
    method: "POST",
    body: JSON.stringify(body),
    ...init,
  });
}

Deno.test("a step of events arrives as an event stream, and the request is on record", async () => {
  await using model = await startScriptedModel([textReply("hello")]);
  const response = await ask(model, { model: "m", input: [] }, { headers: { "X-A": "1" } });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const text = await response.text();
  assert.deepEqual(text.match(/^event: .*$/gmu), [
    "event: response.created",
    "event: response.output_item.done",
    "event: response.completed",
  ]);
  const [request] = model.requests;
  assert.equal(request?.method, "POST");
  assert.equal(request?.path, "/v1/responses");
  assert.equal(request?.headers["x-a"], "1");
  assert.equal(request?.body.model, "m");
});

Deno.test("steps are taken in order; past the last one requests are refused", async () => {
  await using model = await startScriptedModel([
    httpError(500, { message: "no" }, { "x-request-id": "r" }),
    { status: 404, body: "plain" },
  ]);
  const first = await ask(model);
  assert.equal(first.status, 500);
  assert.equal(first.headers.get("x-request-id"), "r");
  assert.deepEqual(await first.json(), { error: { message: "no" } });
  const second = await ask(model);
  assert.deepEqual([second.status, await second.text()], [404, "plain"]);
  const third = await ask(model);
  assert.equal(third.status, 400);
  await third.body?.cancel();
});

Deno.test("a function decides from the request", async () => {
  const script: Script = (request, index) =>
    index === 0 ? reply(functionCall("c1", "shell", { n: 1 })) : textReply(request.body.model);
  await using model = await startScriptedModel(script);
  assert.match(await (await ask(model)).text(), /"arguments":"\{\\"n\\":1\}"/u);
  assert.match(await (await ask(model, { model: "seen" })).text(), /"text":"seen"/u);
});

Deno.test("realistic chunking splits lines and characters and loses nothing", async () => {
  const words = "Größe → 東京 🚀 ".repeat(50);
  const events = [created(), ...textDeltas("m", words), completed()];
  await using model = await startScriptedModel([
    { events, chunking: "realistic" },
    { events, chunking: 1 },
    { events },
  ]);
  const first = await ask(model);
  const pieces: Uint8Array[] = [];
  for await (const piece of first.body!) pieces.push(piece);
  const cutInside = pieces.some((piece) => (piece[0]! & 0xc0) === 0x80);
  assert.ok(cutInside, "no piece began inside a UTF-8 character");
  const joined = await new Blob(pieces as BlobPart[]).text();
  assert.equal(joined, await (await ask(model)).text());
  assert.equal(joined, await (await ask(model)).text());
});

Deno.test("a cut ends the body in the middle, a drop comes before any answer", async () => {
  await using model = await startScriptedModel([
    { events: [created(), completed()], cutAfter: 1 },
    { drop: true },
  ]);
  const cut = await ask(model);
  let seen = "";
  await assert.rejects(async () => {
    for await (const piece of cut.body!.pipeThrough(new TextDecoderStream())) seen += piece;
  });
  assert.match(seen, /response\.created/u);
  assert.doesNotMatch(seen, /response\.completed/u);
  await assert.rejects(ask(model), TypeError);
});

Deno.test("a hanging step lasts until the client goes, and the server sees it go", async () => {
  await using model = await startScriptedModel([{ events: [created()], hang: true }]);
  const leave = new AbortController();
  const response = await ask(model, {}, { signal: leave.signal });
  const request = await model.nextRequest();
  const reader = response.body!.getReader();
  assert.equal((await reader.read()).done, false);
  leave.abort();
  await assert.rejects(reader.read());
  await request.gone;
});

Deno.test("disposing ends hanging answers and waiting callers", async () => {
  const model = await startScriptedModel([{ events: [created()], hang: true }]);
  const response = await ask(model);
  await model.nextRequest();
  const waiting = model.nextRequest();
  const refused = assert.rejects(waiting, /disposed/u);
  await model[Symbol.asyncDispose]();
  await refused;
  await assert.rejects(response.text());
});

Deno.test("nextRequest hands out each request once, early and late callers alike", async () => {
  await using model = await startScriptedModel(() => textReply("x"));
  const early: Promise<RecordedRequest> = model.nextRequest();
  await (await ask(model, { model: "one" })).text();
  await (await ask(model, { model: "two" })).text();
  assert.equal((await early).body.model, "one");
  assert.equal((await model.nextRequest()).body.model, "two");
});

Deno.test("an answer waits for its gate, and pauses between events", async () => {
  const gate = Promise.withResolvers<void>();
  const middle = Promise.withResolvers<void>();
  await using model = await startScriptedModel([{
    until: gate.promise,
    events: [created(), { wait: middle.promise }, { wait: 1 }, completed()],
  }]);
  const asked = ask(model);
  await model.nextRequest();
  gate.resolve();
  const reader = (await asked).body!.pipeThrough(new TextDecoderStream()).getReader();
  const first = await reader.read();
  assert.match(first.value ?? "", /created/u);
  middle.resolve();
  const second = await reader.read();
  assert.match(second.value ?? "", /completed/u);
  assert.equal((await reader.read()).done, true);
});

const CAN_COMPRESS = (() => {
  try {
    return zstdCompressSync("x").length > 0;
  } catch {
    return false;
  }
})();

Deno.test({
  name: "compressed bodies are on record as text (needs a runtime with zstd)",
  ignore: !CAN_COMPRESS,
  fn: async () => {
    await using model = await startScriptedModel([textReply("x")]);
    const body = new Uint8Array(zstdCompressSync('{"model":"packed"}'));
    await (await ask(model, null, { body, headers: { "content-encoding": "zstd" } })).text();
    assert.equal(model.requests[0]?.text, '{"model":"packed"}');
    assert.equal(model.requests[0]?.body.model, "packed");
  },
});

Deno.test("bodies that come in chunks are put together", async () => {
  await using model = await startScriptedModel([textReply("x")]);
  const body = ReadableStream.from(['{"model":', '"streamed"}']).pipeThrough(
    new TextEncoderStream(),
  );
  await (await ask(model, null, { body })).text();
  assert.equal(model.requests[0]?.body.model, "streamed");
});

Deno.test("the list of models takes no step", async () => {
  await using model = await startScriptedModel([textReply("x")], {
    models: { body: { models: [{ slug: "a" }] }, headers: { etag: "e1" } },
  });
  const response = await fetch(`${model.baseUrl}/models?client_version=1.2.3`);
  assert.deepEqual(await response.json(), { models: [{ slug: "a" }] });
  assert.equal(response.headers.get("etag"), "e1");
  assert.equal(model.modelRequests[0]?.query, "?client_version=1.2.3");
  assert.equal(model.requests.length, 0);
  assert.match(await (await ask(model)).text(), /completed/u);
});

Deno.test("a failure carries its code", async () => {
  await using model = await startScriptedModel([reply(failed("rate_limit_exceeded", "slow"))]);
  assert.match(await (await ask(model)).text(), /"code":"rate_limit_exceeded"/u);
});
