import {
  assistantMessage,
  completed,
  created,
  failed as responseFailed,
  httpError,
  incomplete,
  reply,
  type ScriptStep,
  textDeltas,
} from "../../src/scripted/mod.ts";
import type { Expected, Scenario } from "../support/scenario.ts";
import { answer, exec, FEW_RETRIES, finalAnswer } from "./answers.ts";
import { done, failed, message, retry, run } from "./expected.ts";

const CUT = /^stream disconnected before completion: /;

/** The same answer to every request. */
function always(step: ScriptStep): Scenario["model"] {
  return () => step;
}

function differs(why: string, scenario: Scenario): Scenario {
  return { ...scenario, differs: why };
}

/** The run fails with this text after that many requests. */
function fails(
  name: string,
  model: Scenario["model"],
  requests: number,
  ...lines: readonly Expected[]
): Scenario {
  return {
    name,
    model,
    runs: [{ args: exec("go", ...FEW_RETRIES), exit: 1, lines: run(...lines) }],
    requests,
  };
}

export const SERVER_ERRORS: readonly Scenario[] = [
  fails(
    "400: no retry, the body is the message",
    always(httpError(400, { message: "bad thing", type: "invalid_request_error" })),
    1,
    ...failed('{"error":{"message":"bad thing","type":"invalid_request_error"}}'),
  ),
  differs(
    "it asks six times; a refusal does not change by asking again",
    fails(
      "401: no retry",
      always(httpError(401, { message: "no key" })),
      1,
      ...failed(/^unexpected status 401 Unauthorized: no key, url: \{baseUrl\}\/responses/),
    ),
  ),
  differs(
    "it asks six times; what is not there does not appear",
    fails(
      "404: no retry",
      always(httpError(404, { message: "no such model" })),
      1,
      ...failed(/^unexpected status 404 Not Found: no such model, url: \{baseUrl\}\/responses/),
    ),
  ),
  differs(
    "it gives up at once; waiting is what the server asks for",
    fails(
      "429: too many requests",
      always(httpError(429, { message: "slow down" })),
      2,
      retry(
        "Reconnecting... 1/1 (exceeded retry limit, last status: 429 Too Many Requests: slow down)",
      ),
      ...failed(/^exceeded retry limit, last status: 429 Too Many Requests/),
    ),
  ),
  fails(
    "429: the plan's limit is reached, no retry",
    always(httpError(429, {
      type: "usage_limit_reached",
      message: "limit",
      plan_type: "plus",
      resets_at: 2_000_000_000,
    })),
    1,
    ...failed(/usage limit/i),
  ),
  differs(
    "it multiplies two kinds of retries, unseen",
    fails(
      "500 every time",
      always(httpError(500, { message: "oops" })),
      2,
      retry(/^Reconnecting\.\.\. 1\/1 \(.*oops\)$/),
      ...failed(/oops/),
    ),
  ),
  differs("its first retries are not told", {
    name: "500 once, then fine: one notice, then the answer",
    model: [httpError(500, { message: "oops" }), finalAnswer()],
    runs: [{
      args: exec("go", ...FEW_RETRIES),
      exit: 0,
      lines: run(retry(/^Reconnecting\.\.\. 1\/1 \(.*oops\)$/), message(0, "done"), done(1)),
    }],
    requests: 2,
  }),
  fails(
    "a stream that is cut every time",
    always({ events: textDeltas("m1", "half an answer"), cutAfter: 2 }),
    2,
    retry(/^Reconnecting\.\.\. 1\/1 \(stream disconnected before completion: /),
    ...failed(CUT),
  ),
  fails(
    "a stream that ends too early every time",
    always(reply(created())),
    2,
    retry(
      "Reconnecting... 1/1 (stream disconnected before completion: stream closed before response.completed)",
    ),
    ...failed("stream disconnected before completion: stream closed before response.completed"),
  ),
  {
    name: "a stream that is cut once: one notice, then the answer",
    model: [{ events: textDeltas("m1", "half an answer"), cutAfter: 2 }, finalAnswer()],
    runs: [{
      args: exec("go", ...FEW_RETRIES),
      exit: 0,
      lines: run(
        retry(/^Reconnecting\.\.\. 1\/1 \(stream disconnected before completion: /),
        message(0, "done"),
        done(1),
      ),
    }],
    requests: 2,
  },
  fails(
    "the context window is full",
    always(reply(created(), responseFailed("context_length_exceeded", "too long"))),
    1,
    ...failed(/context window/i),
  ),
  fails(
    "no money left",
    always(reply(created(), responseFailed("insufficient_quota", "pay up"))),
    1,
    ...failed(/quota/i),
  ),
  fails(
    "the server is overloaded",
    always(reply(created(), responseFailed("server_is_overloaded", "busy"))),
    1,
    ...failed(/capacity|overloaded/i),
  ),
  fails(
    "the server is busy within the stream",
    always(reply(created(), responseFailed("rate_limit_exceeded", "Please try again in 1ms."))),
    2,
    retry(/^Reconnecting\.\.\. 1\/1 \(stream disconnected before completion: Please try again/),
    ...failed(/^stream disconnected before completion: Please try again in 1ms\.$/),
  ),
  fails(
    "an answer that is left incomplete",
    always(reply(created(), incomplete("max_output_tokens"))),
    2,
    retry(/max_output_tokens/),
    ...failed(/max_output_tokens/),
  ),
  fails(
    "nobody listens",
    "dead",
    0,
    retry(/^Reconnecting\.\.\. 1\/1 \(stream disconnected before completion: /),
    ...failed(CUT),
  ),
  {
    name: "what was said before an error stays said",
    model: [
      answer(assistantMessage("m1", "first")),
      httpError(400, { message: "no" }),
    ],
    runs: [
      {
        args: exec("go", ...FEW_RETRIES),
        exit: 0,
        lines: run(message(0, "first"), done(1)),
      },
      {
        args: ["exec", "--json", ...FEW_RETRIES, "resume", "{thread}", "more"],
        exit: 1,
        lines: run(...failed('{"error":{"message":"no"}}')),
      },
    ],
    requests: 2,
  },
  {
    name: "the answer comes in odd pieces",
    model: [{
      events: [
        created(),
        ...textDeltas("m1", "smörgås 😀 done"),
        completed("r", { input: 100, cached: 10, output: 20 }),
      ],
      chunking: "realistic",
    }],
    runs: [{ args: exec("go"), exit: 0, lines: run(message(0, "smörgås 😀 done"), done(1)) }],
    requests: 1,
  },
];
