import type { ModelProvider } from "../../src/protocol/mod.ts";
import {
  createModelClient,
  findModel,
  type ModelClientOptions,
  type ModelError,
  type ModelRequest,
  type ModelTurn,
  type ResponseEvent,
  type TurnHeaders,
} from "../../src/model/mod.ts";

/** Nothing of the catalogue is overridden. */
export const NO_OVERRIDES = {
  contextWindow: null,
  autoCompactTokenLimit: null,
  toolOutputTokenLimit: null,
  supportsReasoningSummaries: null,
} as const;

export function provider(
  baseUrl: string | null,
  extra: Partial<ModelProvider> = {},
): ModelProvider {
  return {
    id: "test",
    name: "Test",
    baseUrl,
    envKey: null,
    envKeyInstructions: null,
    bearerToken: null,
    queryParams: {},
    httpHeaders: {},
    envHttpHeaders: {},
    requestMaxRetries: 0,
    streamMaxRetries: 0,
    streamIdleTimeoutMs: 60_000,
    requiresOpenaiAuth: false,
    supportsWebsockets: false,
    wireApi: "responses",
    ...extra,
  };
}

export function clientOptions(
  of: ModelProvider,
  extra: Partial<ModelClientOptions> = {},
): ModelClientOptions {
  return {
    provider: of,
    credentials: {
      get: () => Promise.resolve({ authorization: null, accountId: null, kind: "none" }),
      afterRejection: () => Promise.resolve(false),
    },
    env: {},
    originator: "test_client",
    userAgent: "test_client/1.2.3 (Linux 1; x86_64) xterm",
    version: "1.2.3",
    betaFeatures: [],
    residency: null,
    enableRequestCompression: true,
    fixture: null,
    ...extra,
  };
}

export function modelRequest(extra: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: findModel("gpt-5.2-codex", NO_OVERRIDES),
    instructions: "Be brief.",
    input: [{ type: "message", role: "user", content: [{ type: "input_text", text: "hi" }] }],
    tools: [],
    parallelToolCalls: true,
    effort: null,
    summary: "auto",
    verbosity: null,
    outputSchema: null,
    promptCacheKey: "thread-1",
    ...extra,
  };
}

/** One turn of a client for this provider. */
export function openTurn(
  of: ModelProvider,
  extra: Partial<ModelClientOptions> = {},
  headers: Partial<TurnHeaders> = {},
): ModelTurn {
  return createModelClient(clientOptions(of, extra)).openTurn(() => ({
    threadId: "thread-1",
    turnMetadata: null,
    subagent: null,
    ...headers,
  }));
}

/** What a request came to: its events, and the error that ended them. */
export interface Exchange {
  readonly events: readonly ResponseEvent[];
  readonly error: ModelError | null;
}

/** Runs one request to its end. Only errors of the model room are caught. */
export async function exchange(
  turn: ModelTurn,
  request: ModelRequest = modelRequest(),
  signal: AbortSignal = new AbortController().signal,
): Promise<Exchange> {
  const events: ResponseEvent[] = [];
  try {
    for await (const event of turn.stream(request, signal)) events.push(event);
    return { events, error: null };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "ModelError") throw error;
    return { events, error: error as ModelError };
  }
}
