import { type AuthManager, openAuth } from "../auth/mod.ts";
import { readWholeText, replaceFile } from "../files/mod.ts";
import {
  createModelClient,
  type ModelClient,
  type ModelClientOptions,
  type ModelInfo,
  ModelsManager,
  userAgent,
} from "../model/mod.ts";
import { CommandPolicy } from "../policy/mod.ts";
import { readOsFacts } from "../platform/mod.ts";
import { detectShell, readPasswdShell, type Shell } from "../process/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import { type Sandbox, sandboxBackends } from "../sandbox/mod.ts";
import { credentialsOf } from "./credentials.ts";
import type { AppOptions } from "./options.ts";

/** What all threads of a process share. */
export interface SharedServices extends AsyncDisposable {
  readonly client: ModelClient;
  /** Something about the stored login that the person should know; `null` = nothing. */
  readonly loginWarning: string | null;
  readonly shell: Shell;
  readonly policy: CommandPolicy;
  readonly tmpdir: AbsolutePath | null;
  findModel(slug: string): ModelInfo;
  /** What a thread starts with when nobody named a model. */
  defaultModel(): string;
  /** A response told which list of models is the present one. */
  noteModelsEtag(etag: string): void;
  /** Many callers, one probe. A failed probe is not kept. */
  sandbox(): Promise<Sandbox>;
  /** For a caller whose sandbox could not be set up any more: what works now. Many callers, one probe. */
  renewSandbox(failed: Sandbox): Promise<Sandbox>;
}

export async function openServices(options: AppOptions): Promise<SharedServices> {
  const { config, env, originator } = options;
  const agent = readOsFacts().then((facts) => userAgent({ ...options, ...facts }));
  const [auth, shell, agentName] = await Promise.all([
    openAuth({
      codexHome: config.codexHome,
      env,
      allowApiKeyEnv: options.allowApiKeyEnv,
      store: config.credentialsStore,
      logger: options.logger,
      clientHeaders: async () => ({ originator, "user-agent": await agent }),
      self: options.self,
      forcedWorkspaceId: config.forcedChatgptWorkspaceId,
    }),
    sessionShell(env["PATH"] ?? ""),
    agent,
  ]);
  const requests: ModelClientOptions = {
    provider: config.provider,
    credentials: credentialsOf(auth),
    env,
    originator,
    userAgent: agentName,
    version: options.version,
    betaFeatures: config.experimentalFeatures,
    residency: config.requirements.residency?.value ?? null,
    enableRequestCompression: config.features["enable_request_compression"] ?? true,
    fixture: env["CODEX_RS_SSE_FIXTURE"] ?? null,
  };
  const { models, chatgptLogin } = await openModels(options, requests, auth);
  const owned = new AsyncDisposableStack();
  owned.use(auth);
  owned.use(models);
  const sandbox = owned.use(new SharedSandbox(options));
  const overrides = {
    contextWindow: config.modelContextWindow,
    autoCompactTokenLimit: config.modelAutoCompactTokenLimit,
    toolOutputTokenLimit: config.toolOutputTokenLimit,
    supportsReasoningSummaries: config.modelSupportsReasoningSummaries,
  };
  return {
    client: createModelClient(requests),
    loginWarning: auth.warning,
    shell,
    policy: new CommandPolicy({ os: Deno.build.os, userShell: shell.path }),
    tmpdir: env["TMPDIR"] || null,
    findModel: (slug) => models.find(slug, overrides),
    defaultModel: () => models.defaultModel({ chatgptLogin }),
    noteModelsEtag: (etag) => models.noteEtag(etag),
    sandbox: () => sandbox.get(),
    renewSandbox: (failed) => sandbox.renew(failed),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The catalogue; what the vendor offers to this login is fetched beside the work. */
async function openModels(
  options: AppOptions,
  requests: ModelClientOptions,
  auth: AuthManager,
): Promise<{ models: ModelsManager; chatgptLogin: boolean }> {
  const path = `${options.config.codexHome}/models_cache.json`;
  const models = new ModelsManager({
    ...requests,
    provider: options.config.providers["openai"] ?? options.config.provider,
    cache: {
      read: () => readIfThere(path),
      write: (text) => replaceFile(path, text, { mode: 0o600 }),
    },
    now: options.now,
    logger: options.logger.withTarget("codex_core::models"),
  });
  const chatgptLogin = auth.kind === "chatgpt";
  if (chatgptLogin) {
    await models.loadCache();
    models.refresh();
  }
  return { models, chatgptLogin };
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readWholeText(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function sessionShell(path: string): Promise<Shell> {
  return await detectShell({ passwdShell: await readPasswdShell(), path });
}

/** Probes on first use; many callers, one start, and a failure is not kept. */
class SharedSandbox implements AsyncDisposable {
  readonly #closing = new AbortController();
  #opened: Promise<Sandbox> | null = null;

  constructor(readonly options: AppOptions) {}

  get(): Promise<Sandbox> {
    this.#opened ??= this.#open().catch((error) => {
      this.#opened = null;
      throw error;
    });
    return this.#opened;
  }

  async renew(failed: Sandbox): Promise<Sandbox> {
    const before = this.#opened;
    if (await this.get() !== failed || this.#opened !== before) return await this.get();
    this.#opened = this.#open(true).catch((error) => {
      this.#opened = null;
      throw error;
    });
    failed[Symbol.dispose]();
    return await this.#opened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#opened?.then((sandbox) => sandbox[Symbol.dispose](), () => {});
  }

  async #open(anew = false): Promise<Sandbox> {
    const { config, self, env, logger } = this.options;
    const folder = `${config.codexHome}/tmp`;
    const { createSandbox, probeSandbox } = await sandboxBackends();
    const backend = await probeSandbox({
      path: env["PATH"] ?? "",
      cwd: config.cwd,
      writable: config.sandboxPolicy.type === "workspace-write"
        ? config.sandboxPolicy.writableRoots
        : [],
      self,
      cacheDir: folder,
      anew,
      signal: this.#closing.signal,
    });
    logger.withTarget("codex_core::sandbox").info("sandbox", {
      kind: backend.kind,
      reason: backend.reason,
    });
    return createSandbox({ backend, self, stateDir: folder, homeDir: config.codexHome });
  }
}
