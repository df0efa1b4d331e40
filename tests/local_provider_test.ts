import assert from "node:assert/strict";
import { startScriptedModel } from "../src/scripted/mod.ts";
import { finalAnswer } from "./scenarios/answers.ts";
import { type OllamaOptions, type OllamaServer, startOllama } from "./support/ollama_server.ts";
import { type CodexRun, runCodex, spawnCodex } from "./support/run_codex.ts";
import { openStage } from "./support/stage.ts";

const MODEL = "gpt-oss:20b";
const OSS = ["exec", "--oss", "--local-provider", "ollama"];

interface OllamaRun extends CodexRun {
  readonly server: OllamaServer;
}

/** One run of `codex exec --oss` with this Ollama. */
async function ask(
  options: Partial<OllamaOptions>,
  flags: readonly string[] = [],
  configToml = "",
): Promise<OllamaRun> {
  await using stage = await openStage({ homeFiles: { "config.toml": configToml } });
  await using server = await startOllama({ models: [], answers: [finalAnswer()], ...options });
  const run = await runCodex(stage, {
    args: [...OSS, ...flags, "go"],
    env: { CODEX_OSS_BASE_URL: server.baseUrl, CODEX_API_KEY: null },
  });
  return { ...run, server };
}

Deno.test("ollama: a model that is missing is fetched, with its progress on stderr", async () => {
  const part = { digest: "sha256:aa", total: 1_000 };
  const { code, stdout, stderr, server } = await ask({
    models: ["llama3:latest"],
    pull: [
      { status: "pulling manifest" },
      { status: "pulling aa", ...part, completed: 410 },
      { status: "pulling aa", ...part, completed: 1_000 },
      { status: "success" },
    ],
  });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "done\n");
  assert.deepEqual(server.pulls, [{ model: MODEL, stream: true }]);
  assert.match(stderr, /^Ollama does not have the model gpt-oss:20b yet\. Fetching it\.$/m);
  assert.match(stderr, /^gpt-oss:20b: 40 %\ngpt-oss:20b: 100 %\ngpt-oss:20b: success$/m);
});

Deno.test("ollama: what is there is not fetched, also under its full name", async () => {
  const there = await ask({ models: [MODEL] });
  assert.deepEqual([there.code, there.server.pulls], [0, []], there.stderr);
  const latest = await ask({ models: ["mine:latest"] }, ["-m", "mine"]);
  assert.deepEqual([latest.code, latest.server.pulls], [0, []], latest.stderr);
});

Deno.test("ollama: a model that cannot be fetched ends the run before a session begins", async () => {
  const refused = await ask({ pull: [{ error: "pull model manifest: file does not exist" }] });
  assert.equal(refused.code, 1);
  assert.equal(refused.stdout, "");
  assert.match(refused.stderr, /could not fetch gpt-oss:20b: pull model manifest: file does not/);
  assert.equal(refused.server.model.requests.length, 0);
  const others = await ask({ models: ["llama3:latest", "qwen3:8b"], pull: [{ error: "none" }] });
  assert.match(others.stderr, /: none\. It has llama3:latest, qwen3:8b: name one with -m\.$/m);
  const broken = await ask({ pull: [{ status: "pulling manifest" }] });
  assert.equal(broken.code, 1);
  assert.match(broken.stderr, /could not fetch gpt-oss:20b: the server ended/);
});

Deno.test("ollama: nothing is fetched when the run cannot start for another reason", async () => {
  await using stage = await openStage({ git: false });
  await using server = await startOllama({ models: [], answers: [] });
  const run = await runCodex(stage, {
    args: [...OSS, "go"],
    env: { CODEX_OSS_BASE_URL: server.baseUrl },
  });
  assert.equal(run.code, 1);
  assert.deepEqual(server.pulls, []);
});

Deno.test("ollama: an old version is named, unless it is spoken to by the older protocol", async () => {
  const old = { version: "0.13.3", models: [MODEL] };
  const refused = await ask(old);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /Ollama 0\.13\.3 has no Responses API.*0\.13\.4.*wire_api = "chat"/);
  const chat = '[model_providers.ollama]\nname = "Ollama"\nwire_api = "chat"\n';
  const spoken = await ask(old, [], chat);
  assert.equal(spoken.code, 0, spoken.stderr);
  assert.deepEqual(spoken.server.model.requests.map(({ path }) => path), ["/v1/chat/completions"]);
  for (const version of ["0.13.4", "0.14.0-rc1", "v1.0.0", "0.0.0", "odd"]) {
    assert.equal((await ask({ ...old, version })).code, 0, version);
  }
});

Deno.test("a local server that takes connections and says nothing is told from one that is not there", async () => {
  await using stage = await openStage();
  // Nobody takes what comes in, and the system holds it.
  using silent = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const origin = `http://127.0.0.1:${silent.addr.port}`;
  const env = { CODEX_OSS_BASE_URL: `${origin}/v1` };
  const { code, stdout, stderr } = await runCodex(stage, { args: [...OSS, "go"], env });
  assert.deepEqual([code, stdout], [1, ""]);
  assert.equal(
    stderr,
    `The server at ${origin} says nothing for 5 s. Wait until it has started, or restart it.\n`,
  );
});

Deno.test({
  name: "ollama: a signal ends the fetching (POSIX signals)",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using stage = await openStage();
    await using server = await startOllama({
      models: [],
      answers: [],
      pull: [{ status: "pulling manifest" }],
      endless: true,
    });
    const child = spawnCodex(stage, {
      args: [...OSS, "go"],
      env: { CODEX_OSS_BASE_URL: server.baseUrl },
    });
    const stdout = new Response(child.stdout).text();
    let told = "";
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      const before = told;
      told += text;
      const fetching = "pulling manifest";
      if (!before.includes(fetching) && told.includes(fetching)) child.kill("SIGINT");
    }
    assert.equal((await child.status).code, 130, told);
    assert.equal(await stdout, "");
    await server.pullLeft;
  },
});

Deno.test("lm studio: a model that it does not list is told, and asked for all the same", async () => {
  await using stage = await openStage();
  await using server = await startScriptedModel([finalAnswer(), finalAnswer()], {
    models: { body: { object: "list", data: [{ id: "other" }, { id: "here" }] } },
  });
  const args = ["exec", "--oss", "--local-provider", "lmstudio"];
  const env = { CODEX_OSS_BASE_URL: server.baseUrl };
  const missing = await runCodex(stage, { args: [...args, "go"], env });
  assert.equal(missing.code, 0, missing.stderr);
  assert.match(
    missing.stderr,
    /LM Studio does not list the model openai\/gpt-oss-20b.*it has other, here/,
  );
  const here = await runCodex(stage, { args: [...args, "-m", "here", "go"], env });
  assert.equal(here.code, 0, here.stderr);
  assert.doesNotMatch(here.stderr, /LM Studio does not list/);
});
