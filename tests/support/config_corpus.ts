import { dirname, join } from "node:path";
import {
  type Config,
  ConfigError,
  featureOverrides,
  loadConfig,
  type LoadConfigOptions,
  loadLayers,
  readConfigView,
} from "../../src/config/mod.ts";
import { findModel } from "../../src/model/mod.ts";
import type { SandboxPolicy } from "../../src/protocol/mod.ts";
import { NO_OVERRIDES } from "./model_rig.ts";

/** A configuration and a command line, with what the reference made of them (`tests/config_corpus/*.jsonl`, a case a line). */
export interface CorpusCase {
  readonly name: string;
  /** By path below the root. `{root}` stands for the root, `{server}` for the address of a model server. */
  readonly files: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly c?: readonly string[];
  readonly enable?: readonly string[];
  readonly disable?: readonly string[];
  readonly model?: string;
  readonly profile?: string;
  readonly sandbox?: "read-only" | "workspace-write" | "danger-full-access";
  readonly addDirs?: readonly string[];
  readonly oss?: true;
  readonly env?: Readonly<Record<string, string>>;
  /** What the reference was seen to do. */
  readonly reference: CorpusFacts;
  /** Where we differ: what we do, and the line of docs/differences.md that says why, by its beginning. */
  readonly differs?: { readonly why: string; readonly ours: CorpusFacts };
}

/** Each part is there when the reference was asked for it. */
export interface CorpusFacts {
  /** The answer to `config/read`. */
  readonly read?: unknown;
  /** What a thread starts with, without flags of a command. */
  readonly thread?: unknown;
  /** `codex exec`: what it sends and shows, or how it fails. */
  readonly exec?: unknown;
  /** `codex features list`. */
  readonly features?: unknown;
}

const SERVER = "http://127.0.0.1:9";
const DEFAULT_MODEL = "gpt-5.2-codex";

/** What our program makes of a case; only the parts that `asked` has. */
export async function ourFacts(corpusCase: CorpusCase, asked: CorpusFacts): Promise<CorpusFacts> {
  // Not below the folder that sandboxed commands of other tests write to: a `.git` above would be found.
  const root = await Deno.realPath(await Deno.makeTempDir({ dir: "/var/tmp" }));
  try {
    await layOut(corpusCase, { root, server: SERVER });
    const options = optionsOf(corpusCase, root);
    const facts: CorpusFacts = {
      ...(asked.read === undefined ? {} : { read: await readFacts(options, root) }),
      ...(asked.thread === undefined ? {} : { thread: await threadFacts(options) }),
      ...(asked.exec === undefined ? {} : { exec: await execFacts(corpusCase, options, root) }),
      ...(asked.features === undefined ? {} : { features: await featureFacts(options) }),
    };
    return JSON.parse(
      JSON.stringify(facts).replaceAll(root, "{root}").replaceAll(SERVER, "{server}"),
    );
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** What `{root}` and `{server}` of a case stand for. */
export interface CorpusPlaces {
  readonly root: string;
  readonly server: string;
}

/** Makes the folders and files of a case. */
export async function layOut({ files }: CorpusCase, places: CorpusPlaces): Promise<void> {
  const { root } = places;
  for (
    const name of [
      "etc",
      "home/.codex",
      "project/.git/objects",
      "project/.git/refs",
      "project/sub/deep",
    ]
  ) {
    await Deno.mkdir(join(root, name), { recursive: true });
  }
  await Deno.writeTextFile(join(root, "project/.git/HEAD"), "ref: refs/heads/main\n");
  for (const [name, text] of Object.entries(files)) {
    const file = join(root, name);
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.writeTextFile(file, filled(text, places));
  }
}

export function filled(text: string, { root, server }: CorpusPlaces): string {
  return text.replaceAll("{root}", root).replaceAll("{server}", server);
}

function optionsOf(corpusCase: CorpusCase, root: string): () => LoadConfigOptions {
  const { model, profile, sandbox, addDirs, oss } = corpusCase;
  const places: CorpusPlaces = { root, server: SERVER };
  return () => ({
    codexHome: join(root, "home/.codex"),
    processCwd: join(root, corpusCase.cwd ?? "project"),
    env: { OPENAI_BASE_URL: `${SERVER}/v1`, ...corpusCase.env },
    home: join(root, "home"),
    cliOverrides: [
      ...(corpusCase.c ?? []).map((text) => filled(text, places)),
      ...featureOverrides(corpusCase.enable ?? [], corpusCase.disable ?? []),
    ],
    overrides: {
      ...(model === undefined ? {} : { model }),
      ...(profile === undefined ? {} : { profile }),
      ...(sandbox === undefined ? {} : { sandboxMode: sandbox }),
      ...(addDirs === undefined ? {} : { addDirs: addDirs.map((dir) => filled(dir, places)) }),
      ...(oss === undefined ? {} : { oss: { localProvider: null } }),
    },
    systemDir: join(root, "etc"),
  });
}

async function orError<T, E>(work: () => Promise<T>, fallback: (error: ConfigError) => E) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConfigError) return fallback(error);
    throw error;
  }
}

const failed = () => ({ error: true });

function readFacts(options: () => LoadConfigOptions, root: string): Promise<unknown> {
  return orError(async () => {
    // The server refuses to show what it could not start with.
    await loadConfig(options());
    const view = await readConfigView(await loadLayers(options()), { includeLayers: true });
    return {
      // The well-known keys that nobody sets are left out; config_view_test.ts looks at them.
      config: Object.fromEntries(
        Object.entries(view.config).filter(([, value]) => value !== null),
      ),
      origins: Object.fromEntries(
        Object.entries(view.origins).map(([path, { name }]) => [path, name.type]),
      ),
      layers: view.layers?.map(({ name, config, version, disabledReason }) => ({
        name,
        config,
        // A version of a layer with paths in it is another one in every folder.
        version: JSON.stringify(config).includes(root) ? null : version,
        ...(disabledReason === undefined ? {} : { disabled: true }),
      })),
    };
  }, failed);
}

function threadFacts(options: () => LoadConfigOptions): Promise<unknown> {
  return orError(async () => {
    const config = await loadConfig(options());
    return {
      model: config.model ?? DEFAULT_MODEL,
      provider: config.provider.id,
      approval: config.approvalPolicy,
      sandbox: wirePolicy(config.sandboxPolicy),
      effort: config.reasoningEffort,
    };
  }, failed);
}

function wirePolicy(policy: SandboxPolicy): unknown {
  switch (policy.type) {
    case "danger-full-access":
      return { type: "dangerFullAccess" };
    case "read-only":
      return { type: "readOnly", access: { type: "fullAccess" } };
    case "workspace-write":
      return {
        type: "workspaceWrite",
        writableRoots: policy.writableRoots,
        readOnlyAccess: { type: "fullAccess" },
        networkAccess: policy.networkAccess,
        excludeTmpdirEnvVar: policy.excludeTmpdirEnvVar,
        excludeSlashTmp: policy.excludeSlashTmp,
      };
    default:
      throw new Error(`no file asks for ${policy.type}`);
  }
}

function execFacts(
  corpusCase: CorpusCase,
  options: () => LoadConfigOptions,
  root: string,
): Promise<unknown> {
  return orError(
    async () => ({ code: 0, run: runFacts(await loadConfig(options()), corpusCase.env ?? {}) }),
    (error) => {
      const file = error.file?.replace(root, "{root}") ?? null;
      const prefix = /^Error[^:]*:/.exec(error.complaint)?.[0] ?? null;
      const place = error.located ? `${file}:${error.line}:${error.column}` : null;
      return { code: 1, error: { prefix, place } };
    },
  );
}

/** What a request would hold, and what the first lines of `exec` show. */
function runFacts(config: Config, env: Readonly<Record<string, string>>): unknown {
  const { provider, webSearchMode } = config;
  const model = findModel(config.model ?? DEFAULT_MODEL, NO_OVERRIDES);
  const isFull = config.sandboxPolicy.type === "danger-full-access";
  const canThink = config.modelSupportsReasoningSummaries === true ||
    model.supportsReasoningSummaries;
  const parameters = Object.entries(provider.queryParams).sort(([a], [b]) => a < b ? -1 : 1);
  const query = new URLSearchParams(parameters).toString().replaceAll("+", "%20");
  const key = (provider.envKey === null ? null : env[provider.envKey]) ?? provider.bearerToken ??
    (provider.requiresOpenaiAuth ? "sk-test" : null);
  return {
    provider: provider.id,
    model: config.model ?? DEFAULT_MODEL,
    effort: canThink ? config.reasoningEffort ?? model.defaultReasoningEffort : null,
    summary: canThink && config.reasoningSummary !== "none" ? config.reasoningSummary : null,
    verbosity: model.supportsVerbosity ? config.verbosity ?? model.defaultVerbosity : null,
    sandbox: shownPolicy(config.sandboxPolicy),
    search: webSearchMode === "disabled" ? null : isFull || webSearchMode === "live",
    instructions: config.baseInstructions,
    developer: config.developerInstructions === null ? [] : [config.developerInstructions],
    url: `${new URL(provider.baseUrl ?? SERVER).pathname.replace(/\/$/, "")}/responses${
      query && `?${query}`
    }`,
    headers: Object.fromEntries([
      ...Object.entries(provider.httpHeaders).map((
        [header, value],
      ) => [header.toLowerCase(), value]),
      ...Object.entries(provider.envHttpHeaders)
        .map(([header, name]) => [header.toLowerCase(), env[name] ?? ""] as const)
        .filter(([, value]) => value.trim() !== ""),
    ]),
    authorization: key === null ? null : `Bearer ${key}`,
  };
}

function shownPolicy(policy: SandboxPolicy): string {
  if (policy.type !== "workspace-write") return policy.type;
  const places = [
    "workdir",
    ...(policy.excludeSlashTmp ? [] : ["/tmp"]),
    ...(policy.excludeTmpdirEnvVar ? [] : ["$TMPDIR"]),
    ...policy.writableRoots,
  ];
  const network = policy.networkAccess ? " (network access enabled)" : "";
  return `${policy.type} [${places.join(", ")}]${network}`;
}

function featureFacts(options: () => LoadConfigOptions): Promise<unknown> {
  return orError(
    async () => {
      // The first is not in the program, only in its source; the other came in a later version.
      const { shell_zsh_fork: _, hooks: _hooks, ...on } = (await loadConfig(options())).features;
      return { code: 0, on };
    },
    () => ({ code: 1 }),
  );
}
