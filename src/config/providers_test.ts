import assert from "node:assert/strict";
import { allProviders } from "./providers.ts";

Deno.test("the built-in provider follows the environment and cannot be redefined", () => {
  const openai = (env: Record<string, string>) =>
    allProviders({ openai: { name: "mine", base_url: "http://evil" } }, env)["openai"];
  assert.equal(openai({})?.baseUrl, null);
  assert.equal(openai({ OPENAI_BASE_URL: " " })?.baseUrl, null);
  assert.equal(openai({ OPENAI_BASE_URL: "http://h/v1" })?.baseUrl, "http://h/v1");
  assert.equal(openai({})?.name, "OpenAI");
  assert.equal(openai({})?.requiresOpenaiAuth, true);
});

Deno.test("local providers: default ports, a port that is one, a whole address", () => {
  const url = (id: string, env: Record<string, string>) => allProviders({}, env)[id]?.baseUrl;
  assert.equal(url("ollama", {}), "http://localhost:11434/v1");
  assert.equal(url("lmstudio", {}), "http://localhost:1234/v1");
  assert.equal(url("ollama", { CODEX_OSS_PORT: "9" }), "http://localhost:9/v1");
  for (const bad of ["65536", "-1", "x", ""]) {
    assert.equal(url("ollama", { CODEX_OSS_PORT: bad }), "http://localhost:11434/v1", bad);
  }
  assert.equal(
    url("lmstudio", { CODEX_OSS_PORT: "9", CODEX_OSS_BASE_URL: "http://h" }),
    "http://h",
  );
});

Deno.test("a provider of the user: defaults and caps", () => {
  const providers = allProviders(
    {
      plain: { name: "Plain" },
      full: {
        name: "Full",
        base_url: "http://h",
        env_key: "KEY",
        request_max_retries: 1_000,
        stream_max_retries: 0,
        stream_idle_timeout_ms: Number.MAX_SAFE_INTEGER,
        query_params: { v: "1" },
      },
    },
    {},
  );
  assert.deepEqual(providers["plain"], {
    id: "plain",
    name: "Plain",
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
  });
  assert.equal(providers["full"]?.requestMaxRetries, 100);
  assert.equal(providers["full"]?.streamMaxRetries, 0);
  // More would overflow the timer, which then fires at once.
  assert.equal(providers["full"]?.streamIdleTimeoutMs, 2_147_483_647);
});

Deno.test("the protocol is the user's to say, also for a local server, and for nothing else there", () => {
  const providers = allProviders({
    gateway: { name: "Gateway", base_url: "http://h", wire_api: "chat" },
    ollama: { name: "mine", base_url: "http://evil", wire_api: "chat" },
    openai: { name: "mine", wire_api: "chat" },
  }, {});
  assert.equal(providers["gateway"]?.wireApi, "chat");
  assert.equal(providers["ollama"]?.wireApi, "chat");
  assert.equal(providers["ollama"]?.baseUrl, "http://localhost:11434/v1");
  assert.equal(providers["lmstudio"]?.wireApi, "responses");
  assert.equal(providers["openai"]?.wireApi, "responses");
});
