import assert from "node:assert/strict";
import {
  completed,
  created,
  itemDone,
  reply,
  type ScriptedModel,
  startScriptedModel,
  textReply,
} from "../scripted/mod.ts";
import { apiKeyOf } from "./api_key.ts";
import { ResponsesProxyError } from "./error.ts";
import { type ResponsesProxy, startResponsesProxy } from "./proxy.ts";

const KEY = "sk-proxy_TEST-1";

function start(
  upstream: string,
  more: { allowsShutdown?: boolean; failures?: string[] } = {},
): ResponsesProxy {
  return startResponsesProxy({
    apiKey: KEY,
    upstream,
    port: 0,
    allowsShutdown: more.allowsShutdown ?? false,
    onFailure: (message) => void more.failures?.push(message),
  });
}

function ask(
  { port }: ResponsesProxy,
  init: RequestInit = { method: "POST", body: "{}" },
  path = "/v1/responses",
): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, init);
}

function responsesOf(model: ScriptedModel): string {
  return `${model.baseUrl}/responses`;
}

Deno.test("a request goes on with the key of the proxy, and the answer comes back", async () => {
  await using model = await startScriptedModel([textReply("hello")]);
  await using proxy = start(responsesOf(model));
  const response = await ask(proxy, {
    method: "POST",
    headers: {
      authorization: "Bearer stolen",
      "x-own": "kept",
      "content-type": "application/json",
    },
    body: '{"model":"m","input":[]}',
  });
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /event-stream/);
  assert.match(await response.text(), /hello/);
  const [sent] = model.requests;
  assert.equal(sent?.headers["authorization"], `Bearer ${KEY}`);
  assert.equal(sent?.headers["x-own"], "kept");
  assert.equal(sent?.headers["host"], new URL(model.baseUrl).host);
  assert.equal(sent?.text, '{"model":"m","input":[]}');
});

Deno.test("events are passed on as they come, not at the end", async () => {
  await using model = await startScriptedModel([{ ...reply(created()), hang: true }]);
  await using proxy = start(responsesOf(model));
  const response = await ask(proxy);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  assert.match((await reader.read()).value ?? "", /response\.created/);
  // The client goes away, and so does the request upstream.
  await reader.cancel();
  await model.requests[0]?.gone;
});

Deno.test("nothing but POST /v1/responses is forwarded", async () => {
  await using model = await startScriptedModel([]);
  await using proxy = start(responsesOf(model));
  const refused: [string, string][] = [
    ["GET", "/v1/responses"],
    ["PUT", "/v1/responses"],
    ["POST", "/v1/responses/"],
    ["POST", "/v1/responses?a=b"],
    ["POST", "/v1/responses/../files"],
    ["POST", "/v1/files"],
    ["POST", "/"],
    ["GET", "/shutdown"],
  ];
  for (const [method, path] of refused) {
    const response = await ask(proxy, { method }, path);
    assert.equal(response.status, 403, `${method} ${path}`);
    await response.body?.cancel();
  }
  for (const header of ["origin", "sec-fetch-site"]) {
    const headers = { [header]: "https://page.example" };
    const response = await ask(proxy, { method: "POST", body: "{}", headers });
    assert.equal(response.status, 403, header);
    await response.body?.cancel();
  }
  assert.equal(model.requests.length, 0);
});

Deno.test("errors and redirects of the server are the client's to judge", async () => {
  await using model = await startScriptedModel([
    { status: 429, headers: { "retry-after": "7" }, body: '{"error":{}}' },
    { status: 302, headers: { location: "http://127.0.0.1:9/elsewhere" } },
  ]);
  await using proxy = start(responsesOf(model));
  const busy = await ask(proxy);
  assert.deepEqual([busy.status, busy.headers.get("retry-after")], [429, "7"]);
  assert.equal(await busy.text(), '{"error":{}}');
  const moved = await ask(proxy, { method: "POST", body: "{}", redirect: "manual" });
  assert.equal(moved.status, 302);
  await moved.body?.cancel();
});

Deno.test("a server that is not there: 502, and one word about it", async () => {
  const failures: string[] = [];
  const model = await startScriptedModel([]);
  const upstream = responsesOf(model);
  await model[Symbol.asyncDispose]();
  await using proxy = start(upstream, { failures });
  const response = await ask(proxy);
  assert.equal(response.status, 502);
  await response.body?.cancel();
  assert.equal(failures.length, 1);
  assert.ok(!failures.join().includes(KEY));
});

Deno.test("GET /shutdown ends it where that is allowed, answers on their way included", async () => {
  await using model = await startScriptedModel([
    { ...reply(created()), hang: true },
    reply(created(), itemDone({ type: "message", role: "assistant", content: [] }), completed()),
  ]);
  await using proxy = start(responsesOf(model), { allowsShutdown: true });
  const open = await ask(proxy);
  const answer = await ask(proxy, { method: "GET" }, "/shutdown");
  assert.equal(answer.status, 200);
  await answer.body?.cancel();
  await proxy.finished;
  await open.text().catch(() => {});
  await assert.rejects(ask(proxy));
});

Deno.test("the key is what stdin holds, but for its line end", () => {
  const read = (text: string) => apiKeyOf(new TextEncoder().encode(text));
  assert.equal(read(`${KEY}\n`), KEY);
  assert.equal(read(`${KEY}\r\n`), KEY);
  const codeOf = (text: string): string => {
    try {
      return read(text);
    } catch (error) {
      assert.ok(error instanceof ResponsesProxyError);
      assert.ok(text.trim() === "" || !error.message.includes(text.trim()));
      return error.code;
    }
  };
  assert.deepEqual(["", "\n", "a b", "a\nb", "schlüssel", "a\0"].map(codeOf), [
    ...["no_key", "no_key", "bad_key", "bad_key", "bad_key", "bad_key"],
  ]);
});

Deno.test("an upstream address that is none is refused at the start", () => {
  for (const upstream of ["", "nope", "ftp://host/x", "file:///etc/passwd"]) {
    assert.throws(
      () => start(upstream),
      (error) => error instanceof ResponsesProxyError && error.code === "bad_upstream",
    );
  }
});
