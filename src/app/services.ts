import { openAuth } from "../auth/mod.ts";
import {
  createModelClient,
  findModel,
  type ModelClient,
  type ModelInfo,
  userAgent,
} from "../model/mod.ts";
import { detectShell, readPasswdShell, type Shell } from "../process/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import { createSandbox, probeSandbox, type Sandbox } from "../sandbox/mod.ts";
import type { AppOptions } from "./options.ts";

/** What all threads of a process share. */
export interface SharedServices {
  readonly client: ModelClient;
  readonly shell: Shell;
  readonly tmpdir: AbsolutePath | null;
  findModel(slug: string): ModelInfo;
  /** Many callers, one probe. A failed probe is not kept. */
  sandbox(): Promise<Sandbox>;
}

export async function openServices(options: AppOptions): Promise<SharedServices> {
  const { config, env } = options;
  const [auth, shell] = await Promise.all([
    openAuth({
      codexHome: config.codexHome,
      env,
      allowApiKeyEnv: options.allowApiKeyEnv,
      store: config.credentialsStore,
      logger: options.logger,
    }),
    sessionShell(env["PATH"] ?? ""),
  ]);
  const overrides = {
    contextWindow: config.modelContextWindow,
    autoCompactTokenLimit: config.modelAutoCompactTokenLimit,
    toolOutputTokenLimit: config.toolOutputTokenLimit,
    supportsReasoningSummaries: config.modelSupportsReasoningSummaries,
  };
  return {
    client: createModelClient({
      provider: config.provider,
      credentials: auth,
      env,
      originator: options.originator,
      userAgent: userAgent({
        originator: options.originator,
        version: options.version,
        terminal: options.terminal,
      }),
      version: options.version,
      betaFeatures: config.experimentalFeatures,
      residency: null,
      enableRequestCompression: config.features["enable_request_compression"] ?? true,
      fixture: env["CODEX_RS_SSE_FIXTURE"] ?? null,
    }),
    shell,
    tmpdir: env["TMPDIR"] || null,
    findModel: (slug) => findModel(slug, overrides),
    sandbox: sharedSandbox(options),
  };
}

async function sessionShell(path: string): Promise<Shell> {
  return await detectShell({ passwdShell: await readPasswdShell(), path });
}

function sharedSandbox(options: AppOptions): () => Promise<Sandbox> {
  const { config, self, env } = options;
  let opened: Promise<Sandbox> | null = null;
  const open = async (): Promise<Sandbox> => {
    const backend = await probeSandbox({
      path: env["PATH"] ?? "",
      cwd: config.cwd,
      self,
      cacheDir: `${config.codexHome}/tmp`,
    });
    options.logger.withTarget("codex_core::sandbox").info("sandbox", {
      kind: backend.kind,
      reason: backend.reason,
    });
    return createSandbox({ backend, self, stateDir: `${config.codexHome}/tmp` });
  };
  return () => {
    opened ??= open().catch((error) => {
      opened = null;
      throw error;
    });
    return opened;
  };
}
