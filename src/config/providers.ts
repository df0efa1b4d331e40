import type { ModelProvider } from "../protocol/mod.ts";
import { ConfigError } from "./error.ts";
import type { ConfigTable } from "./schema.ts";

type Env = Readonly<Record<string, string>>;
type ProviderTable = NonNullable<ConfigTable["model_providers"]>[string];

const MAX_RETRIES = 100;
/** Longest delay that a timer takes; more would fire at once. */
const MAX_TIMER_MS = 2_147_483_647;

const PLAIN = {
  baseUrl: null,
  envKey: null,
  envKeyInstructions: null,
  bearerToken: null,
  queryParams: {},
  httpHeaders: {},
  envHttpHeaders: {},
  requestMaxRetries: 4,
  streamMaxRetries: 5,
  streamIdleTimeoutMs: 300_000,
  requiresOpenaiAuth: false,
  supportsWebsockets: false,
  wireApi: "responses",
} as const;

/** Default ports of the local servers that `--oss` knows. */
export const LOCAL_PROVIDERS: Readonly<Record<string, { port: number; model: string }>> = {
  ollama: { port: 11_434, model: "gpt-oss:20b" },
  lmstudio: { port: 1_234, model: "openai/gpt-oss-20b" },
};

/**
 * Built-in providers and those of the user, by id. An entry that names a built-in one is ignored, but for the protocol
 * of a local server: older versions of these speak Chat Completions only.
 */
export function allProviders(
  configured: ConfigTable["model_providers"],
  env: Env,
): Record<string, ModelProvider> {
  const providers: Record<string, ModelProvider> = Object.create(null);
  for (const [id, table] of Object.entries(configured ?? {})) {
    providers[id] = userProvider(id, table);
  }
  providers["openai"] = openaiProvider(env);
  for (const [id, { port }] of Object.entries(LOCAL_PROVIDERS)) {
    providers[id] = {
      ...localProvider(id, port, env),
      wireApi: configured?.[id]?.wire_api ?? PLAIN.wireApi,
    };
  }
  return providers;
}

/** @throws ConfigError `unknown_provider` */
export function chooseProvider(
  providers: Readonly<Record<string, ModelProvider>>,
  id: string,
): ModelProvider {
  const provider = providers[id];
  if (provider !== undefined) return provider;
  if (id === "ollama-chat") {
    throw new ConfigError(
      "unknown_provider",
      'There is no provider "ollama-chat" any more. Use "ollama"; for a version of Ollama without the ' +
        'Responses API, write wire_api = "chat" and a name below [model_providers.ollama].',
      { key: "model_provider" },
    );
  }
  throw new ConfigError(
    "unknown_provider",
    `Model provider \`${id}\` not found. Known are: ${Object.keys(providers).join(", ")}`,
    { key: "model_provider" },
  );
}

function openaiProvider(env: Env): ModelProvider {
  return {
    ...PLAIN,
    id: "openai",
    name: "OpenAI",
    baseUrl: present(env["OPENAI_BASE_URL"]),
    envHttpHeaders: {
      "OpenAI-Organization": "OPENAI_ORGANIZATION",
      "OpenAI-Project": "OPENAI_PROJECT",
    },
    requiresOpenaiAuth: true,
    supportsWebsockets: true,
  };
}

function localProvider(id: string, defaultPort: number, env: Env): ModelProvider {
  const wanted = present(env["CODEX_OSS_PORT"]);
  const port = wanted !== null && /^\d{1,5}$/.test(wanted) && Number(wanted) <= 65_535
    ? Number(wanted)
    : defaultPort;
  return {
    ...PLAIN,
    id,
    name: "gpt-oss",
    baseUrl: present(env["CODEX_OSS_BASE_URL"]) ?? `http://localhost:${port}/v1`,
  };
}

function userProvider(id: string, table: ProviderTable): ModelProvider {
  return {
    id,
    name: table.name ?? id,
    baseUrl: table.base_url ?? null,
    envKey: table.env_key ?? null,
    envKeyInstructions: table.env_key_instructions ?? null,
    bearerToken: table.experimental_bearer_token ?? null,
    queryParams: table.query_params ?? {},
    httpHeaders: table.http_headers ?? {},
    envHttpHeaders: table.env_http_headers ?? {},
    requestMaxRetries: Math.min(table.request_max_retries ?? PLAIN.requestMaxRetries, MAX_RETRIES),
    streamMaxRetries: Math.min(table.stream_max_retries ?? PLAIN.streamMaxRetries, MAX_RETRIES),
    streamIdleTimeoutMs: Math.min(
      table.stream_idle_timeout_ms ?? PLAIN.streamIdleTimeoutMs,
      MAX_TIMER_MS,
    ),
    requiresOpenaiAuth: table.requires_openai_auth ?? false,
    supportsWebsockets: table.supports_websockets ?? false,
    wireApi: table.wire_api ?? PLAIN.wireApi,
  };
}

/** The value without blanks around it, or `null` when nothing is left. */
function present(value: string | undefined): string | null {
  const trimmed = value?.trim() ?? "";
  return trimmed === "" ? null : trimmed;
}
