import assert from "node:assert/strict";
import { openDeadPort } from "../../tests/support/dead_port.ts";
import { exchange, openTurn, provider } from "../../tests/support/model_rig.ts";
import {
  completed,
  created,
  failed,
  httpError,
  incomplete,
  reply,
  type ScriptStep,
  startScriptedModel,
  textReply,
} from "../scripted/mod.ts";
import type { ModelError } from "./model_error.ts";

/** The error that one answer of the server ends in. */
async function errorOf(step: ScriptStep, idleMs = 60_000): Promise<ModelError> {
  await using model = await startScriptedModel(() => step);
  const of = provider(model.baseUrl, { streamIdleTimeoutMs: idleMs });
  const { error } = await exchange(openTurn(of));
  assert.ok(error, "the request succeeded");
  assert.equal(model.requests.length, 1, "the request was repeated unseen");
  return error;
}

const DISCONNECTED = "stream disconnected before completion: ";

Deno.test("a stream that closes early says so in the words that programs know", async () => {
  const error = await errorOf(reply(created()));
  assert.equal(error.message, `${DISCONNECTED}stream closed before response.completed`);
  assert.equal(error.details.code, "stream_disconnected");
  assert.equal(error.details.retryable, true);
});

Deno.test("a connection cut in the middle is worth a retry", async () => {
  const error = await errorOf({ events: [created(), created()], cutAfter: 1 });
  assert.equal(error.details.code, "stream_disconnected");
  assert.ok(error.message.startsWith(DISCONNECTED));
  assert.equal(error.details.retryable, true);
});

Deno.test("silence ends the stream after the idle time", async () => {
  const error = await errorOf({ events: [created()], hang: true }, 50);
  assert.equal(error.message, `${DISCONNECTED}idle timeout waiting for SSE`);
  assert.equal(error.details.code, "idle_timeout");
  assert.equal(error.details.retryable, true);
});

Deno.test("comments do not count as life", async () => {
  const error = await errorOf({ events: [created()], raw: ": ping\n\n", hang: true }, 50);
  assert.equal(error.details.code, "idle_timeout");
});

Deno.test("a server that takes the request and never answers is silent too", async () => {
  const error = await errorOf({ until: new Promise(() => {}) }, 50);
  assert.equal(error.details.code, "idle_timeout");
});

Deno.test("broken JSON and foreign lines are passed over", async () => {
  await using model = await startScriptedModel([{
    raw: [
      "data: {broken\n\n",
      "data: [1]\n\n",
      "retry: 5\nid: 7\n\n",
      'data: {"type":"response.output_text.delta"}\n\n',
      'data: {"type":"response.output_item.done","item":{"type":"message","role":"assistant"}}\n\n',
      'data: {"type":"response.created"}\r\n\r\n',
      `data: ${JSON.stringify(completed())}`,
    ].join(""),
  }]);
  const { events, error } = await exchange(openTurn(provider(model.baseUrl)));
  assert.equal(error, null);
  assert.deepEqual(events.map((event) => event.type), ["created", "completed"]);
});

Deno.test("a response in one piece reads as a stream does", async () => {
  const say = {
    type: "message",
    role: "assistant",
    content: [{ type: "output_text", text: "hi" }],
  };
  const body = {
    id: "r",
    object: "response",
    status: "completed",
    output: [{ ...say, id: "m" }, { type: "unheard_of" }],
    usage: { input_tokens: 3, output_tokens: 4 },
  };
  await using model = await startScriptedModel([{ body }]);
  const { events, error } = await exchange(openTurn(provider(model.baseUrl)));
  assert.equal(error, null);
  assert.deepEqual(events.map((event) => event.type), ["created", "item_done", "completed"]);
  const last = events.at(-1);
  assert.equal(last?.type === "completed" && last.usage?.totalTokens, 7);
  const failed = await errorOf({
    body: { object: "response", status: "failed", error: { code: "x", message: "no GPU" } },
  });
  assert.match(failed.message, /no GPU$/);
  const refused = await errorOf({ body: { error: { message: "no credit" } } });
  assert.match(refused.message, /no credit$/);
});

Deno.test("each failure code has its meaning", async () => {
  const cases = [
    ["context_length_exceeded", "context_window_exceeded", "context_window_exceeded", false],
    ["insufficient_quota", "quota_exceeded", "usage_limit_exceeded", false],
    ["usage_not_included", "usage_not_included", "usage_limit_exceeded", false],
    ["invalid_prompt", "invalid_prompt", "other", false],
    ["server_is_overloaded", "server_overloaded", "server_overloaded", false],
    ["slow_down", "server_overloaded", "server_overloaded", false],
    ["whatever", "stream_disconnected", "other", true],
  ] as const;
  for (const [wire, code, info, retryable] of cases) {
    const { details } = await errorOf(reply(created(), failed(wire, "told so")));
    assert.deepEqual([details.code, details.info.type, details.retryable], [code, info, retryable]);
  }
});

Deno.test("a failure is told at once, not when the connection ends", async () => {
  const error = await errorOf({ events: [failed("whatever", "told so")], hang: true });
  assert.equal(error.message, `${DISCONNECTED}told so`);
});

Deno.test("a rate limit names its delay in the text", async () => {
  const message = "Rate limit reached. Please try again in 1.5s.";
  const { details } = await errorOf(reply(failed("rate_limit_exceeded", message)));
  assert.equal(details.retryAfterMs, 1500);
  const other = await errorOf(reply(failed("whatever", message)));
  assert.equal(other.details.retryAfterMs, null);
});

Deno.test("an incomplete response names its reason and is worth a retry", async () => {
  const error = await errorOf(reply(created(), incomplete("max_output_tokens")));
  assert.equal(
    error.message,
    `${DISCONNECTED}Incomplete response returned, reason: max_output_tokens`,
  );
  assert.equal(error.details.retryable, true);
});

Deno.test("an error event explains a stream that then closes", async () => {
  const event = { type: "error", code: "context_length_exceeded", message: "too long" };
  const error = await errorOf(reply(created(), event));
  assert.equal(error.details.code, "context_window_exceeded");
});

Deno.test("statuses: which are worth a retry, and what they are called", async () => {
  const cases = [
    [httpError(400, { message: "x" }), "bad_request", "other", false],
    [httpError(401, { message: "x" }), "unauthorized", "other", false],
    [{ status: 404, body: "x" }, "unexpected_status", "other", false],
    [{ status: 403, body: "x" }, "unexpected_status", "other", false],
    [{ status: 408, body: "x" }, "unexpected_status", "other", true],
    [{ status: 425, body: "x" }, "unexpected_status", "other", true],
    [{ status: 429, body: "x" }, "rate_limited", "response_too_many_failed_attempts", true],
    [
      httpError(429, { code: "insufficient_quota" }),
      "quota_exceeded",
      "usage_limit_exceeded",
      false,
    ],
    [{ status: 500, body: "x" }, "internal_server_error", "internal_server_error", true],
    [{ status: 502, body: "x" }, "unexpected_status", "other", true],
    [httpError(503, { code: "slow_down" }), "server_overloaded", "server_overloaded", true],
    [{ status: 503, body: "x" }, "unexpected_status", "other", true],
  ] as const;
  for (const [step, code, info, retryable] of cases) {
    const { details } = await errorOf(step);
    assert.deepEqual(
      [details.httpStatus, details.code, details.info.type, details.retryable],
      [step.status, code, info, retryable],
    );
  }
});

Deno.test("of a refusal is kept what can be read of it, and not more than anybody reads", async () => {
  const long = await errorOf({ status: 400, body: `begin ${"é".repeat(3_000_000)}` });
  assert.match(long.message, /^begin é+$/);
  assert.equal(long.message.length, 256 * 1024);
  const cut = await errorOf({
    status: 400,
    events: [{ raw: "what came first" }, { raw: " and what never came" }],
    cutAfter: 1,
  });
  assert.equal(cut.message, "what came first");
});

Deno.test("Retry-After reaches the error", async () => {
  const headers = { "retry-after": "7", "x-request-id": "rid" };
  const error = await errorOf({ status: 429, body: "slow", headers });
  assert.equal(error.details.retryAfterMs, 7000);
  assert.equal(
    error.message,
    "exceeded retry limit, last status: 429 Too Many Requests, request id: rid",
  );
  const told = await errorOf(httpError(429, { message: "50 a day, until tomorrow" }));
  assert.match(told.message, /429 Too Many Requests: 50 a day, until tomorrow$/);
});

Deno.test("a used-up plan says when it works again and brings the limits along", async () => {
  const error = await errorOf(httpError(429, {
    type: "usage_limit_reached",
    plan_type: "plus",
    resets_at: 1_739_900_000,
  }, { "x-codex-primary-used-percent": "100", "x-codex-primary-window-minutes": "300" }));
  assert.equal(error.details.code, "usage_limit_reached");
  assert.equal(error.details.retryable, false);
  assert.deepEqual(error.details.rateLimits?.primary, {
    usedPercent: 100,
    windowMinutes: 300,
    resetsAt: null,
  });
  assert.match(error.message, /Pro.*2025/u);
});

Deno.test("a connection that fails is tried again unseen, with one budget for the turn", async () => {
  // Without keep-alive: HTTP itself repeats a request on a kept connection that turns out to be closed.
  const back: ScriptStep = { ...textReply("back"), headers: { connection: "close" } };
  await using model = await startScriptedModel((_request, index) =>
    index === 1 || index === 3 ? back : { drop: true }
  );
  const turn = openTurn(provider(model.baseUrl, { requestMaxRetries: 1 }));
  assert.equal((await exchange(turn)).error, null);
  assert.equal(model.requests.length, 2);
  // The answer has filled the budget again: one more failure is bridged.
  assert.equal((await exchange(turn)).error, null);
  assert.equal(model.requests.length, 4);
  assert.equal((await exchange(turn)).error?.details.code, "connection_failed");
  assert.equal(model.requests.length, 6);
  // Nothing has answered since: the retries that people see are not multiplied.
  assert.equal((await exchange(turn)).error?.details.code, "connection_failed");
  assert.equal(model.requests.length, 7);
});

Deno.test("nobody listening is a failed connection, an unreadable address is final", async () => {
  using dead = await openDeadPort();
  const refused = await exchange(openTurn(provider(`http://127.0.0.1:${dead.port}/v1`)));
  assert.equal(refused.error?.details.code, "connection_failed");
  assert.equal(refused.error?.details.retryable, true);
  for (const address of ["no address", "localhost:1234/v1", "ftp://x/v1"]) {
    const bad = await exchange(openTurn(provider(address, { requestMaxRetries: 3 })));
    assert.equal(bad.error?.details.retryable, false);
    assert.match(bad.error?.message ?? "", /base_url has to begin with http/);
  }
});

Deno.test("an address that lacks its end is told", async () => {
  for (const wireApi of ["responses", "chat"] as const) {
    await using model = await startScriptedModel([{ status: 404, body: "404 page not found" }]);
    const base = model.baseUrl.replace("/v1", "");
    const { error } = await exchange(openTurn(provider(base, { wireApi })));
    assert.match(error?.message ?? "", /^unexpected status 404.*provider test probably lacks \/v1/);
  }
  await using chat = await startScriptedModel([{ status: 404, body: "404 page not found" }]);
  const { error } = await exchange(openTurn(provider(chat.baseUrl, { wireApi: "chat" })));
  assert.match(error?.message ?? "", /^unexpected status 404 .*completions$/);
});

Deno.test("a server without this protocol is told how to be asked, one without the model is not", async () => {
  const hint = /wire_api = "chat" below \[model_providers\.test\]/;
  const refused = [{ status: 404, body: "404 page not found" }, { status: 405, body: "" }];
  for (const step of refused) {
    const { message, details } = await errorOf(step);
    assert.match(message, hint);
    assert.match(message, /^unexpected status 40[45] /);
    assert.deepEqual([details.httpStatus, details.retryable], [step.status, false]);
  }
  for (const step of [httpError(404, { message: 'model "m" not found' }), httpError(403, {})]) {
    assert.doesNotMatch((await errorOf(step)).message, hint);
  }
});

Deno.test("a refusal whose text breaks off is still a refusal", async () => {
  const error = await errorOf({ status: 500, raw: "data: half", cutAfter: 0 });
  assert.equal(error.details.code, "internal_server_error");
});
