import assert from "node:assert/strict";
import { join } from "node:path";
import { startScriptedModel, textReply } from "../src/scripted/mod.ts";
import type { RecordedRequest } from "../src/scripted/mod.ts";
import {
  type CorpusCase,
  type CorpusFacts,
  type CorpusPlaces,
  filled,
  layOut,
} from "./support/config_corpus.ts";
import { runCodex } from "./support/run_codex.ts";
import type { Stage } from "./support/stage.ts";

// config_corpus_test.ts asks the configuration what would be sent. Here some of the same cases are run, and sent.

const FOLDER = new URL("./config_corpus/", import.meta.url);
/** One case of so many is run: each starts the program. */
const EACH = 8;

/** What a run sends and shows; see `CorpusFacts.exec`. */
interface Run {
  readonly provider: string;
  readonly model: string;
  readonly effort: string | null;
  readonly summary: string | null;
  readonly verbosity: string | null;
  readonly sandbox: string;
  readonly search: boolean | null;
  /** `null` = the built-in ones. */
  readonly instructions: string | null;
  readonly developer: readonly string[];
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly authorization: string | null;
}

/** Cases that end well and need no file of the whole machine, with what is expected of them. */
async function samples(): Promise<{ corpusCase: CorpusCase; expected: Run }[]> {
  const found: { corpusCase: CorpusCase; expected: Run }[] = [];
  for (const { name } of [...Deno.readDirSync(FOLDER)].sort((a, b) => a.name < b.name ? -1 : 1)) {
    for (const line of (await Deno.readTextFile(new URL(name, FOLDER))).trim().split("\n")) {
      const corpusCase: CorpusCase = JSON.parse(line);
      const facts: CorpusFacts = { ...corpusCase.reference, ...corpusCase.differs?.ours };
      const exec = facts.exec as { code: number; run?: Run } | undefined;
      const isOfMachine = Object.keys(corpusCase.files).some((file) => file.startsWith("etc/"));
      if (exec?.run && !isOfMachine) found.push({ corpusCase, expected: exec.run });
    }
  }
  return found.filter((_, index) => index % EACH === 0);
}

function argsOf(corpusCase: CorpusCase, places: CorpusPlaces): string[] {
  const { c = [], enable = [], disable = [], addDirs = [] } = corpusCase;
  const { model, profile, sandbox, oss } = corpusCase;
  return [
    "exec",
    "--skip-git-repo-check",
    ...c.flatMap((text) => ["-c", filled(text, places)]),
    ...enable.flatMap((name) => ["--enable", name]),
    ...disable.flatMap((name) => ["--disable", name]),
    ...addDirs.flatMap((dir) => ["--add-dir", filled(dir, places)]),
    ...(model === undefined ? [] : ["-m", model]),
    ...(profile === undefined ? [] : ["-p", profile]),
    ...(sandbox === undefined ? [] : ["-s", sandbox]),
    ...(oss === undefined ? [] : ["--oss"]),
    "hi",
  ];
}

async function openCase({ cwd = "project" }: CorpusCase): Promise<Stage> {
  // Not below the system's temporary folder: a `.git` of another test may stand above.
  const root = await Deno.realPath(await Deno.makeTempDir({ dir: "/var/tmp" }));
  return {
    root,
    home: join(root, "home"),
    codexHome: join(root, "home/.codex"),
    workspace: join(root, cwd),
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

/** The same as `expected` has, out of what was sent and shown. */
function observed(
  { path, query, headers, body }: RecordedRequest,
  shown: string,
  expected: Run,
): Run {
  const line = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(shown)?.[1] ?? "";
  const reasoning = body["reasoning"] as { effort?: string; summary?: string } | null | undefined;
  const text = body["text"] as { verbosity?: string } | undefined;
  const search = body.tools.find(({ type }) => type === "web_search");
  const developer = body.input
    .filter(({ role }) => role === "developer")
    .flatMap(({ content }) => content as { text: string }[])
    .map(({ text }) => text);
  return {
    provider: line("provider"),
    model: body.model,
    effort: reasoning?.effort ?? null,
    summary: reasoning?.summary ?? null,
    verbosity: text?.verbosity ?? null,
    sandbox: line("sandbox"),
    search: search === undefined ? null : search["external_web_access"] === true,
    instructions: expected.instructions === null && body.instructions.length > 1_000
      ? null
      : body.instructions,
    // There are messages of the program's own among them.
    developer: developer.filter((text) => expected.developer.includes(text)),
    url: `${path}${query}`,
    headers: Object.fromEntries(
      Object.keys(expected.headers).map((name) => [name, headers[name.toLowerCase()] ?? ""]),
    ),
    authorization: headers["authorization"] ?? null,
  };
}

Deno.test({
  name: "what configurations make of a request, as the reference was seen to send it (not on " +
    "Windows, whose paths differ)",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const chosen = await samples();
    assert.ok(chosen.length > 25, `only ${chosen.length}`);
    for (const { corpusCase, expected } of chosen) {
      await using model = await startScriptedModel([textReply("done")]);
      await using stage = await openCase(corpusCase);
      const places = { root: stage.root, server: new URL(model.baseUrl).origin };
      await layOut(corpusCase, places);
      const run = await runCodex(stage, {
        args: argsOf(corpusCase, places),
        baseUrl: model.baseUrl,
        env: { ...corpusCase.env },
      });
      assert.equal(run.code, 0, `${corpusCase.name}\n${run.stderr}`);
      const [request] = model.requests;
      assert.ok(request, corpusCase.name);
      const facts = JSON.stringify(observed(request, run.stderr, expected))
        .replaceAll(places.root, "{root}")
        .replaceAll(places.server, "{server}");
      assert.deepEqual(JSON.parse(facts), expected, corpusCase.name);
    }
  },
});
