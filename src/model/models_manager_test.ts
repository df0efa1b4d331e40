import assert from "node:assert/strict";
import { clientOptions, NO_OVERRIDES, provider } from "../../tests/support/model_rig.ts";
import { type ScriptedModelOptions, startScriptedModel } from "../scripted/mod.ts";
import { ModelsManager } from "./models_manager.ts";
import type { AuthHeaders } from "./types.ts";

const START = Date.parse("2026-02-19T09:00:00.000Z");
const ENTRY = {
  slug: "gpt-9",
  display_name: "GPT 9",
  priority: 1,
  visibility: "list",
  supported_in_api: false,
  shell_type: "shell_command",
  base_instructions: "Base.",
  truncation_policy: { mode: "tokens", limit: 10 },
  context_window: 100,
  future_member: [1],
};

/** A manager whose file and clock the test holds in its hands. */
function rig(baseUrl: string, kind: AuthHeaders["kind"] = "chatgpt") {
  const state = { file: null as string | null, now: START, writes: 0 };
  const manager = new ModelsManager({
    ...clientOptions(provider(baseUrl, { id: "openai", name: "OpenAI" })),
    version: "1.2.3-beta.1",
    credentials: {
      get: () => Promise.resolve({ authorization: "Bearer t", accountId: "acc", kind }),
      afterRejection: () => Promise.resolve(false),
    },
    cache: {
      read: () => Promise.resolve(state.file),
      write: (text) => {
        state.file = text;
        state.writes += 1;
        return Promise.resolve();
      },
    },
    now: () => state.now,
  });
  return { manager, state };
}

const LISTED: ScriptedModelOptions = {
  models: { body: { models: [ENTRY, { nonsense: true }] }, headers: { etag: "e1" } },
};

Deno.test("a ChatGPT login gets the vendor's list, which is kept with what we do not know", async () => {
  await using model = await startScriptedModel([], LISTED);
  const { manager, state } = rig(model.baseUrl);
  await using _manager = manager;
  manager.refresh();
  assert.equal(manager.defaultModel({ chatgptLogin: true }), "gpt-5.2-codex");
  await manager.settled();
  const [request] = model.modelRequests;
  assert.equal(request?.query, "?client_version=1.2.3");
  assert.equal(request?.headers["authorization"], "Bearer t");
  assert.equal(request?.headers["chatgpt-account-id"], "acc");
  assert.equal(manager.find("gpt-9-mini", NO_OVERRIDES).contextWindow, 100);
  assert.deepEqual(JSON.parse(state.file ?? ""), {
    fetched_at: "2026-02-19T09:00:00.000Z",
    etag: "e1",
    client_version: "1.2.3",
    models: [ENTRY, { nonsense: true }],
  });
  assert.match(state.file ?? "", /^\{\n {2}"fetched_at"/u);
});

Deno.test("a list that is refused to an old login is asked for once more with the renewed one", async () => {
  const tokens: string[] = [];
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => {
      const token = request.headers.get("authorization") ?? "";
      tokens.push(token);
      const good = token === "Bearer new";
      return Response.json(good ? { models: [ENTRY] } : {}, { status: good ? 200 : 401 });
    },
  );
  const { address, kind } = {
    address: `http://127.0.0.1:${server.addr.port}/v1`,
    kind: "chatgpt",
  } as const;
  let current = "Bearer old";
  const rejected: AuthHeaders[] = [];
  const manager = (renewed: string) =>
    new ModelsManager({
      ...clientOptions(provider(address, { id: "openai", name: "OpenAI" })),
      version: "1.2.3",
      credentials: {
        get: () => Promise.resolve({ authorization: current, accountId: "acc", kind }),
        afterRejection: (headers) => {
          rejected.push(headers);
          current = renewed;
          return Promise.resolve(true);
        },
      },
      cache: { read: () => Promise.resolve(null), write: () => Promise.resolve() },
      now: () => START,
    });
  {
    await using models = manager("Bearer new");
    models.refresh();
    await models.settled();
    assert.deepEqual(tokens, ["Bearer old", "Bearer new"]);
    assert.deepEqual(rejected.map(({ authorization }) => authorization), ["Bearer old"]);
    assert.equal(models.find("gpt-9", NO_OVERRIDES).contextWindow, 100);
  }
  // A server that refuses the renewed login, too, is not asked a third time.
  current = "Bearer old";
  tokens.length = 0;
  await using models = manager("Bearer other");
  models.refresh();
  await models.settled();
  assert.deepEqual(tokens, ["Bearer old", "Bearer other"]);
});

Deno.test("an API key asks for no list", async () => {
  await using model = await startScriptedModel([], LISTED);
  const { manager, state } = rig(model.baseUrl, "api_key");
  await using _manager = manager;
  manager.refresh();
  await manager.settled();
  assert.equal(model.modelRequests.length, 0);
  assert.equal(state.file, null);
});

Deno.test("a fresh file of this version saves the request", async () => {
  await using model = await startScriptedModel([], LISTED);
  const cases = [
    ["2026-02-19T08:55:00.000Z", "1.2.3", 0],
    ["2026-02-19T08:54:59.000Z", "1.2.3", 1],
    ["2026-02-19T09:00:00.000Z", "1.2.2", 1],
    ["2026-02-19T09:00:01.000Z", "1.2.3", 1],
    ["never", "1.2.3", 1],
  ] as const;
  for (const [fetched_at, client_version, expected] of cases) {
    const before = model.modelRequests.length;
    const { manager, state } = rig(model.baseUrl);
    await using _manager = manager;
    const cached = { ...ENTRY, slug: "cached" };
    state.file = JSON.stringify({ fetched_at, etag: "e1", client_version, models: [cached] });
    await manager.loadCache();
    assert.equal(manager.find("cached", NO_OVERRIDES).isFallback, expected === 1, fetched_at);
    manager.refresh();
    await manager.settled();
    assert.equal(model.modelRequests.length - before, expected, fetched_at);
  }
});

Deno.test("a broken file is passed over", async () => {
  const { manager, state } = rig("http://127.0.0.1:9");
  await using _manager = manager;
  state.file = '{"models": [';
  await manager.loadCache();
  assert.equal(manager.find("gpt-5.2", NO_OVERRIDES).isFallback, false);
});

Deno.test("a response's tag renews the list or fetches another", async () => {
  await using model = await startScriptedModel([], LISTED);
  const { manager, state } = rig(model.baseUrl);
  await using _manager = manager;
  manager.refresh();
  await manager.settled();
  state.now += 200_000;
  manager.noteEtag("e1");
  await manager.settled();
  assert.equal(model.modelRequests.length, 1);
  assert.equal(JSON.parse(state.file ?? "").fetched_at, "2026-02-19T09:03:20.000Z");
  manager.noteEtag("e2");
  await manager.settled();
  assert.equal(model.modelRequests.length, 2);
});

Deno.test("a refused or foreign answer changes nothing", async () => {
  for (const models of [{ status: 500, body: "x" }, { body: "no JSON" }, { body: { models: 1 } }]) {
    await using model = await startScriptedModel([], { models });
    const { manager, state } = rig(model.baseUrl);
    await using _manager = manager;
    manager.refresh();
    await manager.settled();
    assert.equal(model.modelRequests.length, 1);
    assert.equal(state.writes, 0);
    assert.equal(manager.defaultModel({ chatgptLogin: true }), "gpt-5.2-codex");
  }
});

Deno.test("disposing gives up a fetch under way", async () => {
  const asked = Promise.withResolvers<void>();
  await using model = await startScriptedModel([], {
    models: () => {
      asked.resolve();
      return { until: new Promise(() => {}) };
    },
  });
  const { manager } = rig(model.baseUrl);
  manager.refresh();
  await asked.promise;
  await manager[Symbol.asyncDispose]();
  await model.modelRequests[0]?.gone;
});
