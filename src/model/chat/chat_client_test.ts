import assert from "node:assert/strict";
import {
  type Exchange,
  exchange,
  modelRequest,
  openTurn,
  provider,
} from "../../../tests/support/model_rig.ts";
import {
  chatChunk,
  chatDone,
  completed,
  functionCall,
  type RawPiece,
  type RecordedRequest,
  reply,
  type Script,
  type ScriptedModelOptions,
  type ScriptStep,
  startScriptedModel,
  textReply,
} from "../../scripted/mod.ts";
import type { ModelProvider } from "../../protocol/mod.ts";
import type { ModelRequest } from "../types.ts";

/** A message of a request, as far as tests look at it. */
interface Message {
  readonly role: string;
  readonly tool_calls: readonly { readonly extra_content?: unknown }[];
}

interface ChatExchange extends Exchange {
  readonly requests: readonly RecordedRequest[];
}

/** One request over Chat Completions. */
async function ask(
  script: Script,
  request: Partial<ModelRequest> = {},
  more: Partial<ModelProvider> = {},
  options: ScriptedModelOptions = {},
): Promise<ChatExchange> {
  await using model = await startScriptedModel(script, options);
  const turn = openTurn(provider(model.baseUrl, { wireApi: "chat", ...more }));
  return { ...await exchange(turn, modelRequest(request)), requests: [...model.requests] };
}

/** The answer in these pieces, by the book to its end. */
function pieces(...events: readonly RawPiece[]): ScriptStep {
  return { events: [...events, chatChunk({}, "stop"), chatDone()] };
}

function rawBody(exchange: ChatExchange, index = 0): Record<string, unknown> {
  return JSON.parse(exchange.requests[index]?.text ?? "{}");
}

function doneItems({ events }: Exchange) {
  return events.flatMap((event) => event.type === "item_done" ? [event.item] : []);
}

Deno.test("a plain request names as little as it can", async () => {
  const plain = await ask([textReply("hello", { input: 7, cached: 2, output: 3, reasoning: 1 })], {
    model: {
      ...modelRequest().model,
      slug: "qwen",
      supportsReasoningSummaries: false,
      supportsVerbosity: false,
    },
  });
  assert.equal(plain.error, null);
  assert.equal(plain.requests[0]?.path, "/v1/chat/completions");
  assert.deepEqual(rawBody(plain), {
    model: "qwen",
    messages: [{ role: "system", content: "Be brief." }, { role: "user", content: "hi" }],
    stream: true,
    stream_options: { include_usage: true },
  });
  assert.deepEqual(plain.events, [
    { type: "created" },
    { type: "item_added", item: { type: "message", role: "assistant", content: [] } },
    { type: "text_delta", delta: "hello" },
    {
      type: "item_done",
      item: {
        type: "message",
        role: "assistant",
        content: [{ type: "output_text", text: "hello" }],
      },
    },
    {
      type: "completed",
      responseId: "chatcmpl-1",
      usage: {
        inputTokens: 7,
        cachedInputTokens: 2,
        outputTokens: 3,
        reasoningOutputTokens: 1,
        totalTokens: 10,
      },
    },
  ]);
});

Deno.test("tools, effort and schema are asked for where the model has them", async () => {
  const full = await ask([textReply("x")], {
    tools: [{ type: "function", name: "f", description: "d", parameters: {} }],
    effort: "high",
    outputSchema: { type: "object" },
  });
  const { tools, tool_choice, parallel_tool_calls, reasoning_effort, response_format } = rawBody(
    full,
  );
  assert.deepEqual(tools, [{
    type: "function",
    function: { name: "f", description: "d", parameters: {} },
  }]);
  assert.deepEqual([tool_choice, parallel_tool_calls, reasoning_effort], ["auto", true, "high"]);
  assert.deepEqual(response_format, {
    type: "json_schema",
    json_schema: { name: "codex_output_schema", strict: true, schema: { type: "object" } },
  });
});

Deno.test("reasoning before the answer is an item of its own; blanks between them are none", async () => {
  for (const field of ["reasoning_content", "reasoning"]) {
    const found = await ask([pieces(
      chatChunk({ role: "assistant", content: null, [field]: "let me" }),
      chatChunk({ content: "", [field]: " think" }),
      chatChunk({ content: "\n\n" }),
      chatChunk({ content: "Yes" }),
      chatChunk({ content: "." }),
    )]);
    assert.deepEqual(doneItems(found), [
      {
        type: "reasoning",
        summary: [],
        content: [{ type: "reasoning_text", text: "let me think" }],
      },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "Yes." }] },
    ]);
    const deltas = found.events.flatMap((event) => "delta" in event ? [event.delta] : []);
    assert.deepEqual(deltas, ["let me", " think", "Yes", "."]);
  }
});

Deno.test("reasoning is found in lists of parts and between tags", async () => {
  const cases: Record<string, unknown>[][] = [
    [{ reasoning_details: [{ type: "reasoning.text", text: "let me" }] }, {
      reasoning_details: [{ type: "reasoning.summary", summary: " think" }, {
        type: "reasoning.encrypted",
        data: "x",
      }],
    }, { content: "Yes." }],
    [{ content: [{ type: "thinking", thinking: [{ type: "text", text: "let me think" }] }] }, {
      content: [{ type: "text", text: "Yes." }],
    }],
    [{ content: "\n<th" }, { content: "ink>let me" }, { content: " think<" }, {
      content: "/think>\n\nYes.",
    }],
  ];
  for (const deltas of cases) {
    const found = await ask([pieces(...deltas.map((delta) => chatChunk(delta)))]);
    assert.deepEqual(doneItems(found), [
      {
        type: "reasoning",
        summary: [],
        content: [{ type: "reasoning_text", text: "let me think" }],
      },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "Yes." }] },
    ]);
  }
});

Deno.test("reasoning goes back in the member in which it came", async () => {
  const thinking = (field: string) =>
    pieces(
      chatChunk({ [field]: "hm" }),
      chatChunk({
        tool_calls: [{ index: 0, id: "c1", function: { name: "f", arguments: "{}" } }],
      }),
    );
  for (const field of ["reasoning_content", "reasoning"]) {
    await using model = await startScriptedModel([thinking(field), textReply("x")]);
    const turn = openTurn(provider(model.baseUrl, { wireApi: "chat" }));
    const request = modelRequest();
    const first = await exchange(turn, request);
    const output = { type: "function_call_output", call_id: "c1", output: "" } as const;
    await exchange(turn, { ...request, input: [...request.input, ...doneItems(first), output] });
    const { messages } = JSON.parse(model.requests[1]?.text ?? "{}");
    assert.equal(messages[2][field], "hm");
  }
});

Deno.test("what a server gives along with a call goes back with it, to the same model only", async () => {
  const signature = { google: { thought_signature: "sig" } };
  const step = pieces(
    chatChunk({ reasoning_details: [{ type: "reasoning.text", text: "let", index: 0 }] }),
    chatChunk({
      reasoning_details: [
        { type: "reasoning.text", text: " me", index: 0, signature: "s" },
        { type: "reasoning.text", index: 0, signature: null },
        { type: "reasoning.encrypted", data: "e", index: 1 },
      ],
    }),
    chatChunk({
      tool_calls: [
        { index: 0, id: "c1", function: { name: "f", arguments: "{}" }, extra_content: signature },
        { index: 1, id: "c2", function: { name: "f", arguments: "{}" } },
      ],
    }),
  );
  await using model = await startScriptedModel([step, textReply("x"), textReply("x")]);
  const turn = openTurn(provider(model.baseUrl, { wireApi: "chat" }));
  const request = modelRequest();
  const calls = doneItems(await exchange(turn, request));
  const input = [...request.input, ...calls];
  await exchange(turn, { ...request, input });
  await exchange(turn, { ...request, input, model: { ...request.model, slug: "another" } });
  const sent = model.requests.slice(1)
    .map(({ text }) => JSON.parse(text).messages.find(({ role }: Message) => role === "assistant"));
  assert.deepEqual(sent[0].reasoning_details, [
    { type: "reasoning.text", text: "let me", index: 0, signature: "s" },
    { type: "reasoning.encrypted", data: "e", index: 1 },
  ]);
  const extras = (message: Message) => message.tool_calls.map((call) => call.extra_content);
  assert.deepEqual(extras(sent[0]), [signature, undefined]);
  assert.equal("reasoning_details" in sent[1], false);
  assert.deepEqual(extras(sent[1]), [undefined, undefined]);
});

Deno.test("a call without an id, or with one that is taken, gets one of its own", async () => {
  const input = [
    ...modelRequest().input,
    { type: "function_call", name: "f", arguments: "{}", call_id: "call_0" } as const,
    { type: "function_call_output", call_id: "call_0", output: "" } as const,
  ];
  const found = await ask([pieces(
    chatChunk({ tool_calls: [{ index: 0, id: "call_0", function: { name: "f" } }] }),
    chatChunk({ tool_calls: [{ index: 1, function: { name: "f" } }] }),
    chatChunk({ tool_calls: [{ index: 2, id: "call_1", function: { name: "f" } }] }),
  )], { input });
  const ids = doneItems(found).map((item) => "call_id" in item ? item.call_id : null);
  assert.equal(new Set([...ids, "call_0"]).size, 4, ids.join());
  assert.equal(ids[2], "call_1");
});

Deno.test("whatever ends a complete answer, it is complete", async () => {
  const said = chatChunk({ content: "x" });
  const stop = chatChunk({}, "stop");
  const endings: ScriptStep[] = [
    { events: [said, stop] },
    { events: [said, chatDone()] },
    { events: [said, stop, chatDone(), said] },
    { events: [said, stop], cutAfter: 2 },
    { events: [chatChunk({ content: "x" }, "eos")] },
  ];
  for (const ending of endings) {
    const found = await ask([ending]);
    assert.equal(found.error, null);
    assert.equal(found.events.at(-1)?.type, "completed");
    assert.equal(doneItems(found).length, 1);
  }
});

Deno.test("a server that keeps a complete stream open is not waited for until it is idle", async () => {
  const events = [chatChunk({ content: "x" }), chatChunk({}, "stop")];
  const found = await ask([{ events, hang: true }]);
  assert.equal(found.events.at(-1)?.type, "completed");
});

Deno.test("an answer that is cut short is none", async () => {
  const cases: [ScriptStep, RegExp][] = [
    [{ events: [chatChunk({ content: "x" })] }, /stream closed before response\.completed$/],
    [{ events: [chatChunk({ content: "x" }, "length")] }, /reason: max_output_tokens$/],
    [{ events: [chatChunk({ content: "x" }, "content_filter")] }, /reason: content_filter$/],
    [{ events: [chatChunk({ content: "x" }, "error")] }, /the server reported an error$/],
    [
      { raw: 'data: {"choices":[{"error":{"message":"no provider"}}]}\n\n' },
      /no provider$/,
    ],
    [{ raw: 'data: {"error":"model runner crashed"}\n\n' }, /model runner crashed$/],
    [{ raw: 'data: {"object":"error","message":"no GPU","code":500}\n\n' }, /no GPU$/],
    [{ body: { error: { message: "late", code: 502 } } }, /late$/],
    [{ body: { detail: "no such route" } }, /no such route$/],
    [{ raw: 'event: error\ndata: {"message":"out of memory"}\n\n' }, /out of memory$/],
    [{ events: [chatDone()] }, /stream closed before response\.completed$/],
  ];
  for (const [step, message] of cases) {
    const { error } = await ask([step]);
    assert.match(error?.message ?? "", message);
    assert.equal(error?.details.code, "stream_disconnected");
    assert.equal(error?.details.retryable, true);
  }
});

Deno.test("errors within the stream and refusals are told apart by cause", async () => {
  const cases: [ScriptStep, string][] = [
    [{ raw: 'data: {"error":{"code":400,"message":"bad tool"}}\n\n' }, "bad_request"],
    [
      { raw: 'data: {"error":{"type":"exceed_context_size_error","message":"m"}}\n\n' },
      "context_window_exceeded",
    ],
    [
      { status: 400, body: { error: { message: "This model's maximum context length is 8" } } },
      "context_window_exceeded",
    ],
    [
      { status: 400, body: { object: "error", message: "maximum context length is 8" } },
      "context_window_exceeded",
    ],
    [{ raw: 'data: {"error":"prompt is too long: 9 tokens"}\n\n' }, "context_window_exceeded"],
    [{ status: 400, body: { error: { message: "bad" } } }, "bad_request"],
    [{ status: 401, body: { error: { message: "key" } } }, "unauthorized"],
    [{ status: 404, body: "no such model" }, "unexpected_status"],
    [{ status: 429, body: { error: { message: "slow" } } }, "rate_limited"],
    [{ status: 500, body: "oops" }, "internal_server_error"],
  ];
  for (const [step, code] of cases) {
    const { error } = await ask([step]);
    assert.equal(error?.details.code, code);
  }
});

Deno.test("a prompt that is too long is known by each server's own words", async () => {
  const cases: [number, unknown][] = [
    [400, { error: { message: "This model's maximum prompt length is 8 but the request has 9" } }],
    [400, { error: { type: "exceed_context_size_error", message: "m", n_ctx: 8 } }],
    [500, { error: { code: 500, message: "the request exceeds the available context size" } }],
    [400, { error: "Trying to keep the first 9 tokens when context the overflows." }],
    [400, [{ error: { message: "The input token count (9) exceeds the maximum number (8)" } }]],
    [422, { error: "`inputs` tokens + `max_new_tokens` must be <= 8" }],
    [400, { message: "Input is too long for requested model." }],
    [413, "prompt is too long: 9 tokens > 8 maximum"],
  ];
  for (const [status, body] of cases) {
    const { error } = await ask([{ status, body }]);
    assert.equal(error?.details.code, "context_window_exceeded", JSON.stringify(body));
  }
});

Deno.test("a web page is no answer, and asking again would not help", async () => {
  const page = { headers: { "content-type": "text/html; charset=utf-8" }, body: "<html></html>" };
  const { error } = await ask([page]);
  assert.match(
    error?.message ?? "",
    /^http.*\/v1\/chat\/completions answers with a web page.*base_url/,
  );
  assert.equal(error?.details.retryable, false);
});

Deno.test("calls are read wherever servers put them, also behind the reason for the end", async () => {
  const call = (name: string, args = "") => ({ function: { name, arguments: args } });
  const named = (...calls: unknown[]) => chatChunk({ tool_calls: calls }, "tool_calls");
  const cases: [RawPiece[], string[]][] = [
    [[named({ index: 0, ...call("f") }), named({ index: 1, ...call("g") })], ["f{}", "g{}"]],
    [[named(call("f"), call("g"), call("h", "{}"))], ["f{}", "g{}", "h{}"]],
    [[
      chatChunk({ function_call: { name: "f", arguments: "" } }),
      chatChunk({ function_call: { arguments: '{"a":1}' } }, "function_call"),
    ], ['f{"a":1}']],
  ];
  for (const [events, expected] of cases) {
    const found = await ask([pieces(...events)]);
    const calls = doneItems(found).map((item) =>
      item.type === "function_call" ? item.name + item.arguments : item.type
    );
    assert.deepEqual(calls, expected);
  }
});

Deno.test("token counts within a choice count too", async () => {
  const usage = { prompt_tokens: 5, completion_tokens: 2 };
  const choice = { index: 0, delta: {}, finish_reason: "stop", usage };
  const { events } = await ask([{
    raw: `data: ${JSON.stringify({ choices: [choice] })}\n\ndata: [DONE]\n\n`,
  }]);
  const last = events.at(-1);
  assert.equal(last?.type === "completed" && last.usage?.totalTokens, 7);
});

Deno.test("a server that refuses to count tokens is asked without, once and for all", async () => {
  await using model = await startScriptedModel(() => textReply("x"), {
    chat: { refuseUsage: true, omitUsage: true },
  });
  const turn = openTurn(provider(model.baseUrl, { wireApi: "chat" }));
  for (const _ of [1, 2]) {
    const { error, events } = await exchange(turn);
    assert.equal(error, null);
    const last = events.at(-1);
    assert.equal(last?.type === "completed" && last.usage, null);
  }
  assert.deepEqual(model.requests.map(({ text }) => text.includes("stream_options")), [
    false,
    false,
  ]);
});

Deno.test("what a server does not know is left out from then on, one after the other", async () => {
  const members = ["stream_options", "parallel_tool_calls", "verbosity"];
  const refusing = (named: string) => ({ status: 400, body: { error: { message: named } } });
  const steps = [
    refusing("Unrecognized request argument supplied: verbosity"),
    refusing("does not support parameters: ['parallel_tool_calls'], model=m"),
    refusing("stream_options: Extra inputs are not permitted"),
    textReply("x"),
    textReply("x"),
    refusing("verbosity is still not known"),
  ];
  await using model = await startScriptedModel(steps);
  const turn = openTurn(provider(model.baseUrl, { wireApi: "chat" }));
  const request = modelRequest({
    model: { ...modelRequest().model, supportsVerbosity: true },
    tools: [{ type: "function", name: "f", description: "d", parameters: {} }],
    verbosity: "low",
    parallelToolCalls: true,
  });
  for (const _ of [1, 2]) assert.equal((await exchange(turn, request)).error, null);
  // A member that was not sent is not what is wrong.
  assert.equal((await exchange(turn, request)).error?.details.code, "bad_request");
  const sent = model.requests.map(({ text }) => members.filter((name) => text.includes(name)));
  assert.deepEqual(sent.map(({ length }) => length), [3, 2, 1, 0, 0, 0]);
});

Deno.test("silence ends the answer after the idle time", async () => {
  const { error } = await ask([{ events: [chatChunk({ content: "x" })], hang: true }], {}, {
    streamIdleTimeoutMs: 50,
  });
  assert.equal(error?.details.code, "idle_timeout");
});

Deno.test("an answer in one piece reads as a stream does", async () => {
  const step = reply(functionCall("c1", "f", { x: 1 }), completed("r", { input: 5 }));
  const whole = await ask([step], {}, {}, { chat: { wholeAnswers: true } });
  const streamed = await ask([step]);
  assert.deepEqual(whole.events, streamed.events);
  assert.deepEqual(doneItems(whole), [
    { type: "function_call", name: "f", arguments: '{"x":1}', call_id: "c1" },
  ]);
});

Deno.test("what a server repeats of an answer beside each piece is not said twice", async () => {
  const call = { id: "c1", function: { name: "f", arguments: "{}" } };
  const chunks = [
    { delta: { content: "a" }, message: { role: "assistant", content: "a" } },
    { delta: { content: "b" }, message: { role: "assistant", content: "ab" } },
    {
      delta: { tool_calls: [{ index: 0, ...call }] },
      message: { role: "assistant", content: "ab" },
    },
    { delta: {}, message: { content: "ab", tool_calls: [call] }, finish_reason: "tool_calls" },
  ];
  const raw = chunks.map((choice) => `data: ${JSON.stringify({ choices: [choice] })}\n\n`).join("");
  assert.deepEqual(doneItems(await ask([{ raw: `${raw}data: [DONE]\n\n` }])), [
    { type: "message", role: "assistant", content: [{ type: "output_text", text: "ab" }] },
    { type: "function_call", name: "f", arguments: "{}", call_id: "c1" },
  ]);
});

Deno.test("odd chunks are passed over", async () => {
  const { error, events } = await ask([{
    raw: ': waiting\n\ndata: nonsense\n\ndata: {"choices":[]}\n\ndata: {"choices":[null]}\n\n' +
      'data: {"choices":[{"delta":null}]}\n\ndata: {"choices":[{"delta":{"content":[{"type":"text","text":"ok"}]}}]}\n\n' +
      "data: [DONE]\n\n",
  }]);
  assert.equal(error, null);
  assert.equal(events.filter((event) => event.type === "text_delta").length, 1);
});
