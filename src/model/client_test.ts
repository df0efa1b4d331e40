import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import { exchange, modelRequest, openTurn, provider } from "../../tests/support/model_rig.ts";
import {
  assistantMessage,
  completed,
  created,
  functionCall,
  httpError,
  type ScriptStep,
  startScriptedModel,
  textDeltas,
  textReply,
} from "../scripted/mod.ts";
import type { AuthHeaders, Credentials, ResponseEvent } from "./types.ts";
import { processorTime } from "../../tests/support/processor_time.ts";

const LOGIN: AuthHeaders = { authorization: "Bearer token-1", accountId: "acc", kind: "chatgpt" };

Deno.test("events of a reply come in order and end with the usage", async () => {
  await using model = await startScriptedModel([{
    events: [
      created(),
      ...textDeltas("m1", "hi there"),
      functionCall("c1", "shell", { command: ["ls"] }),
      { type: "response.output_item.done", item: { type: "from_the_future" } },
      { type: "response.something.new", x: 1 },
      completed("resp_9", { input: 10, cached: 4, output: 3, reasoning: 2 }),
    ],
    chunking: "realistic",
  }]);
  const { events, error } = await exchange(openTurn(provider(model.baseUrl)));
  assert.equal(error, null);
  assert.deepEqual(events.map((event) => event.type), [
    "created",
    "item_added",
    "text_delta",
    "text_delta",
    "item_done",
    "item_done",
    "completed",
  ]);
  assert.deepEqual(events.at(-1), {
    type: "completed",
    responseId: "resp_9",
    usage: {
      inputTokens: 10,
      cachedInputTokens: 4,
      outputTokens: 3,
      reasoningOutputTokens: 2,
      totalTokens: 13,
    },
  });
});

Deno.test("body keys stand in the order of the wire, headers name the client and the thread", async () => {
  await using model = await startScriptedModel([textReply("x")]);
  const of = provider(`${model.baseUrl}/`, {
    queryParams: { "api-version": "1", "a b": "c&d" },
    httpHeaders: { "X-Static": "s", "bad name": "x", "X-Bad": "a\nb" },
    envHttpHeaders: { "X-Env": "SET", "X-Blank": "BLANK", "X-Unset": "UNSET", "X-Wide": "WIDE" },
  });
  const turn = openTurn(of, {
    env: { SET: "from env", BLANK: "  ", WIDE: "grün" },
    betaFeatures: ["one", "two"],
    residency: "us",
  }, { turnMetadata: '{"dir":"/größe"}', subagent: "review" });
  await exchange(turn);
  const [request] = model.requests;
  assert.ok(request);
  assert.deepEqual([request.path, request.query], [
    "/v1/responses",
    "?api-version=1&a%20b=c%26d",
  ]);
  assert.deepEqual(Object.keys(request.body), [
    "model",
    "instructions",
    "input",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "reasoning",
    "store",
    "stream",
    "include",
    "prompt_cache_key",
  ]);
  const { headers } = request;
  // UTF-8, which the server's side shows byte by byte.
  const wide = Uint8Array.from(headers["x-wide"] ?? "", (char) => char.charCodeAt(0));
  assert.equal(new TextDecoder().decode(wide), "grün");
  assert.equal(headers["session_id"], "thread-1");
  assert.equal(headers["originator"], "test_client");
  assert.equal(headers["user-agent"], "test_client/1.2.3 (Linux 1; x86_64) xterm");
  assert.equal(headers["accept"], "text/event-stream");
  assert.equal(headers["content-type"], "application/json");
  assert.equal(headers["x-codex-beta-features"], "one,two");
  assert.equal(headers["x-openai-subagent"], "review");
  assert.equal(headers["x-openai-internal-codex-residency"], "us");
  assert.equal(headers["x-codex-turn-metadata"], '{"dir":"/gr\\u00f6\\u00dfe"}');
  assert.equal(headers["x-static"], "s");
  assert.equal(headers["x-env"], "from env");
  for (const name of ["authorization", "content-encoding", "x-codex-turn-state", "x-blank"]) {
    assert.equal(headers[name], undefined, name);
  }
  assert.equal(headers["x-bad"], undefined);
  assert.equal(headers["x-unset"], undefined);
});

Deno.test("turn state is echoed within the turn only", async () => {
  const step: ScriptStep = { ...textReply("x"), headers: { "x-codex-turn-state": "sticky" } };
  await using model = await startScriptedModel(() => step);
  const turn = openTurn(provider(model.baseUrl));
  await exchange(turn);
  await exchange(turn);
  await exchange(openTurn(provider(model.baseUrl)));
  assert.deepEqual(model.requests.map((request) => request.headers["x-codex-turn-state"]), [
    undefined,
    "sticky",
    undefined,
  ]);
});

Deno.test("what the headers of a response tell comes before its events", async () => {
  await using model = await startScriptedModel([{
    ...textReply("x"),
    headers: {
      "openai-model": "other-model",
      "x-codex-primary-used-percent": "12.5",
      "x-models-etag": "e1",
      "x-reasoning-included": "true",
    },
  }]);
  const { events } = await exchange(openTurn(provider(model.baseUrl)));
  assert.deepEqual(events.slice(0, 5).map((event) => event.type), [
    "server_model",
    "rate_limits",
    "models_etag",
    "server_reasoning_included",
    "created",
  ]);
});

Deno.test("the provider's variable comes before its token, and that before the login", async () => {
  await using model = await startScriptedModel(() => textReply("x"));
  const credentials: Credentials = {
    get: () => Promise.resolve(LOGIN),
    afterRejection: () => Promise.resolve(false),
  };
  const of = provider(model.baseUrl, { requiresOpenaiAuth: true });
  const env = { KEY: "from-env" };
  await exchange(
    openTurn({ ...of, envKey: "KEY", bearerToken: "literal" }, { env, credentials }),
  );
  await exchange(openTurn({ ...of, bearerToken: "literal" }, { env, credentials }));
  await exchange(openTurn(of, { env, credentials }));
  await exchange(openTurn({ ...of, requiresOpenaiAuth: false }, { env, credentials }));
  assert.deepEqual(model.requests.map((request) => request.headers["authorization"]), [
    "Bearer from-env",
    "Bearer literal",
    "Bearer token-1",
    undefined,
  ]);
  assert.equal(model.requests[2]?.headers["chatgpt-account-id"], "acc");
});

Deno.test("a missing key variable fails before any request and is named", async () => {
  await using model = await startScriptedModel([textReply("x")]);
  const of = provider(model.baseUrl, { envKey: "NO_KEY", envKeyInstructions: "Ask Bob." });
  const { error } = await exchange(openTurn(of, { env: { NO_KEY: " " } }));
  assert.equal(error?.details.code, "missing_env_var");
  assert.equal(error?.details.retryable, false);
  assert.match(error?.message ?? "", /NO_KEY.*Ask Bob\./u);
  assert.equal(model.requests.length, 0);
});

const CAN_COMPRESS = (() => {
  try {
    return zstdCompressSync("x").length > 0;
  } catch {
    return false;
  }
})();

Deno.test({
  name: "only a ChatGPT login to the vendor compresses (needs a runtime with zstd)",
  ignore: !CAN_COMPRESS,
  fn: onlyTheVendorGetsCompressedBodies,
});

async function onlyTheVendorGetsCompressedBodies(): Promise<void> {
  await using model = await startScriptedModel(() => textReply("x"));
  const of = provider(model.baseUrl, { requiresOpenaiAuth: true, name: "OpenAI" });
  const login = (kind: AuthHeaders["kind"]): Credentials => ({
    get: () => Promise.resolve({ ...LOGIN, kind }),
    afterRejection: () => Promise.resolve(false),
  });
  await exchange(openTurn(of, { credentials: login("chatgpt") }));
  await exchange(openTurn(of, { credentials: login("api_key") }));
  await exchange(openTurn({ ...of, name: "openai" }, { credentials: login("chatgpt") }));
  await exchange(
    openTurn(of, { credentials: login("chatgpt"), enableRequestCompression: false }),
  );
  assert.deepEqual(model.requests.map((request) => request.headers["content-encoding"]), [
    "zstd",
    undefined,
    undefined,
    undefined,
  ]);
  assert.equal(model.requests[0]?.body["model"], "gpt-5.2-codex");
}

Deno.test("after a 401 the login is renewed once, then the refusal stands", async () => {
  await using model = await startScriptedModel(() => httpError(401, { message: "bad key" }));
  const rejected: (string | null)[] = [];
  let version = 1;
  const credentials: Credentials = {
    get: () => Promise.resolve({ ...LOGIN, authorization: `Bearer token-${version}` }),
    afterRejection: (headers) => {
      rejected.push(headers.authorization);
      version += 1;
      return Promise.resolve(true);
    },
  };
  const of = provider(model.baseUrl, { requiresOpenaiAuth: true });
  const { error } = await exchange(openTurn(of, { credentials }));
  assert.deepEqual(rejected, ["Bearer token-1"]);
  assert.deepEqual(model.requests.map((request) => request.headers["authorization"]), [
    "Bearer token-1",
    "Bearer token-2",
  ]);
  assert.equal(error?.details.code, "unauthorized");
  assert.equal(error?.details.retryable, false);
  assert.equal(
    error?.message,
    `unexpected status 401 Unauthorized: bad key, url: ${model.baseUrl}/responses. ` +
      "The login was renewed, and is refused all the same. Should that happen again, log in with `codex login`.",
  );
});

Deno.test("the login hears what time its servers have, and nobody else's", async () => {
  const date = "Tue, 03 Mar 2026 04:05:06 GMT";
  await using model = await startScriptedModel(() => ({ ...textReply("x"), headers: { date } }));
  const times: number[] = [];
  const credentials: Credentials = {
    get: () => Promise.resolve(LOGIN),
    afterRejection: () => Promise.resolve(false),
    noteServerTime: (ms) => void times.push(ms),
  };
  await exchange(openTurn(provider(model.baseUrl), { credentials }));
  const own = provider(model.baseUrl, { requiresOpenaiAuth: true });
  await exchange(openTurn(own, { credentials }));
  assert.deepEqual(times, [Date.parse(date)]);
});

Deno.test("a login that cannot be renewed fails with the reason of the port", async () => {
  await using model = await startScriptedModel(() => httpError(401, { message: "bad key" }));
  const credentials: Credentials = {
    get: () => Promise.resolve(LOGIN),
    afterRejection: () => Promise.reject(new Error("log in again")),
  };
  const of = provider(model.baseUrl, { requiresOpenaiAuth: true });
  const { error } = await exchange(openTurn(of, { credentials }));
  assert.equal(error?.message, "log in again");
  assert.deepEqual(error?.details.info, { type: "unauthorized" });
  assert.equal(model.requests.length, 1);
});

Deno.test("completion ends the stream although the server keeps the connection open", async () => {
  await using model = await startScriptedModel([{ ...textReply("x"), hang: true }]);
  const { events, error } = await exchange(openTurn(provider(model.baseUrl)));
  assert.equal(error, null);
  assert.equal(events.at(-1)?.type, "completed");
  await model.requests[0]?.gone;
});

Deno.test("an orderly end leaves the connection for the next request", async () => {
  await using model = await startScriptedModel(() => textReply("x"));
  const turn = openTurn(provider(model.baseUrl));
  await exchange(turn);
  await exchange(turn);
  assert.equal(model.requests[0]?.gone, model.requests[1]?.gone);
});

Deno.test("leaving the iteration early closes the connection", async () => {
  await using model = await startScriptedModel([{ events: [created()], hang: true }]);
  const turn = openTurn(provider(model.baseUrl));
  for await (const event of turn.stream(modelRequest(), new AbortController().signal)) {
    assert.equal(event.type, "created");
    break;
  }
  await model.requests[0]?.gone;
});

Deno.test("an abort ends a silent stream at once", async () => {
  await using model = await startScriptedModel([{ events: [created()], hang: true }]);
  const stop = new AbortController();
  const seen: ResponseEvent[] = [];
  const turn = openTurn(provider(model.baseUrl));
  await assert.rejects(async () => {
    for await (const event of turn.stream(modelRequest(), stop.signal)) {
      seen.push(event);
      stop.abort("user");
    }
  }, (error: Error & { details: { code: string }; cause: unknown }) => {
    return error.details.code === "aborted" && error.cause === "user";
  });
  assert.equal(seen.length, 1);
  await model.requests[0]?.gone;
});

Deno.test("an abort ends the wait for an answer", async () => {
  const never = Promise.withResolvers<void>();
  await using model = await startScriptedModel([{ until: never.promise }]);
  const stop = new AbortController();
  const asked = exchange(openTurn(provider(model.baseUrl)), modelRequest(), stop.signal);
  const request = await model.nextRequest();
  stop.abort();
  assert.equal((await asked).error?.details.code, "aborted");
  await request.gone;
});

Deno.test("an aborted signal means no request", async () => {
  await using model = await startScriptedModel([]);
  const { error } = await exchange(
    openTurn(provider(model.baseUrl)),
    modelRequest(),
    AbortSignal.abort(),
  );
  assert.equal(error?.details.code, "aborted");
  assert.equal(model.requests.length, 0);
});

Deno.test("a fixture file stands in for the network", async () => {
  const path = await Deno.makeTempFile();
  try {
    const events = [created(), assistantMessage("m", "from file"), completed()];
    await Deno.writeTextFile(
      path,
      events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""),
    );
    const { events: got, error } = await exchange(
      openTurn(provider("http://127.0.0.1:9"), { fixture: path }),
    );
    assert.equal(error, null);
    assert.deepEqual(got.map((event) => event.type), ["created", "item_done", "completed"]);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("twenty thousand deltas are cheap", async () => {
  const count = 20_000;
  const pieces = Array.from({ length: count }, (_, index) => `word${index} `);
  await using model = await startScriptedModel([
    { events: [created(), ...textDeltas("m", pieces.join(""), pieces), completed()] },
  ]);
  let deltas = 0;
  const start = processorTime();
  const turn = openTurn(provider(model.baseUrl));
  for await (const event of turn.stream(modelRequest(), new AbortController().signal)) {
    if (event.type === "text_delta") deltas += 1;
  }
  assert.equal(deltas, count);
  assert.ok(processorTime() - start < 5_000, "usually about 50 ms");
});
