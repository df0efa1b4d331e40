import {
  AuthError,
  fingerprint,
  isCutOff,
  knownRejection,
  loginFiles,
  readAttempt,
  readClaims,
  readStoredLogin,
  type StoredLogin,
} from "../../auth/mod.ts";
import type { Config } from "../../config/mod.ts";
import { FilesError, lockFile } from "../../files/mod.ts";
import { ok, problem, reasonOf, skipped, warning } from "../finding.ts";
import { exposure } from "../modes.ts";
import type { Check } from "../run_checks.ts";
import type { Scene } from "../scene.ts";
import type { Finding } from "../types.ts";

const LOG_IN = "Run `codex login`.";
/** How long a lock may be held before it is told. Milliseconds. */
const LOCK_LIMIT_MS = 1_500;

const login: Check = {
  id: "auth.login",
  area: "auth",
  async run(scene) {
    const { around } = scene;
    const found = await scene.codexHome();
    if (!found.ok) return skipped("there is no CODEX_HOME to look for a login in");
    const config = await configOf(scene);
    const store = config?.credentialsStore ?? "file";
    let stored: StoredLogin | null;
    try {
      stored = await readStoredLogin({ codexHome: found.value, store, now: () => around.now() });
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      return problem(error.message, remedyFor(error));
    }
    if (stored === null) return noLogin(scene, config, store);
    const refused = await refusal(stored, found.value, around.now());
    if (refused !== null) return problem(refused, LOG_IN);
    const { record } = loginFiles(found.value);
    if (stored.mode === "chatgpt" && await isCutOff(record)) {
      return problem(
        `${record} is a single file that was mounted here, and was replaced where it comes from: it is out of date`,
        "Start this container again, and mount the folder instead of the file.",
      );
    }
    return judgeRestrictions(stored, config) ?? judgeLogin(stored, store, around.now());
  },
};

function remedyFor({ code, cause }: AuthError): string {
  if (code === "unsupported_store") {
    return 'Unlock or start the keyring, or set cli_auth_credentials_store = "file".';
  }
  // Logging out would not get past what keeps the file from being read.
  return code === "unreadable_store" && cause !== undefined
    ? "Make it a file that you can read, or set CODEX_HOME to a folder of your own."
    : "Run `codex logout`, then `codex login`.";
}

async function configOf(scene: Scene): Promise<Config | null> {
  const loaded = await scene.config();
  return loaded.ok ? loaded.value : null;
}

function noLogin({ around }: Scene, config: Config | null, store: string): Finding {
  if (config !== null && !needsLogin(config)) {
    return ok(`nobody is logged in, and the provider ${config.provider.id} asks for no login`);
  }
  if (around.env["CODEX_API_KEY"]?.trim()) {
    return ok("nobody is logged in; codex exec uses CODEX_API_KEY");
  }
  return problem(
    `nobody is logged in (looked in: ${store})`,
    "Run `codex login`, or set CODEX_API_KEY for `codex exec`.",
  );
}

function needsLogin({ provider }: Config): boolean {
  return provider.requiresOpenaiAuth && provider.envKey === null && provider.bearerToken === null;
}

/** What the login service has said about this refresh token; `null` = nothing bad. */
async function refusal(stored: StoredLogin, codexHome: string, now: number) {
  const token = stored.mode === "chatgpt" ? stored.tokens?.refreshToken ?? "" : "";
  if (token === "") return null;
  const attempt = await readAttempt(loginFiles(codexHome));
  return knownRejection(attempt, await fingerprint(token), now)?.message ?? null;
}

/** What the configuration forbids. */
function judgeRestrictions(stored: StoredLogin, config: Config | null): Finding | null {
  const kind = stored.mode === "apikey" ? "api" : "chatgpt";
  if (config?.forcedLoginMethod && config.forcedLoginMethod !== kind) {
    return problem(
      `the login is of the kind "${kind}", and forced_login_method allows only "${config.forcedLoginMethod}"`,
      "Run `codex logout`, then log in the other way, or change forced_login_method.",
    );
  }
  const workspace = config?.forcedChatgptWorkspaceId ?? null;
  if (kind === "api" || workspace === null) return null;
  const account = stored.tokens?.accountId ??
    readClaims(stored.tokens?.idToken ?? "").accountId;
  if (account === workspace) return null;
  return problem(
    "the login is for another workspace than forced_chatgpt_workspace_id allows",
    "Run `codex logout`, then `codex login`, and choose the workspace that is allowed.",
  );
}

function judgeLogin(stored: StoredLogin, store: string, now: number): Finding {
  const kept = `kept in: ${store === "auto" ? "keyring, or else auth.json" : store}`;
  if (stored.mode === "apikey") return ok("logged in with an API key", [kept]);
  if (stored.tokens === null) {
    return problem("the stored login has no tokens", LOG_IN, [kept]);
  }
  const { accessToken, idToken, refreshToken } = stored.tokens;
  const { expiresAt } = readClaims(accessToken);
  const plan = readClaims(idToken).planType ?? readClaims(accessToken).planType;
  const details = [
    kept,
    `plan: ${plan ?? "not told"}`,
    `access token: ${expiresAt === null ? "does not say when it ends" : until(expiresAt, now)}`,
    ...(stored.lastRefresh === null
      ? []
      : [`last renewed: ${new Date(stored.lastRefresh).toISOString()}`]),
  ];
  const expired = expiresAt !== null && expiresAt <= now;
  if (!expired) return ok("logged in with ChatGPT", details);
  if (refreshToken === "") {
    return problem("the login has expired, and nothing is there to renew it", LOG_IN, details);
  }
  return warning(
    "logged in with ChatGPT; the access token has expired, and the next run renews it",
    "Run `codex login` if the next run says that it could not be renewed.",
    details,
  );
}

function until(expiresAt: number, now: number): string {
  const date = new Date(expiresAt);
  const text = Number.isNaN(date.getTime()) ? "at no date that exists" : date.toISOString();
  return expiresAt <= now ? `ended ${text}` : `ends ${text}`;
}

const files: Check = {
  id: "auth.files",
  area: "auth",
  async run({ codexHome }) {
    const found = await codexHome();
    if (!found.ok) return skipped("there is no CODEX_HOME to look in");
    const { record, pending } = loginFiles(found.value);
    const folder = await exposure(found.value);
    if (folder === "unknown") return skipped("this system has no such permissions");
    const seen: string[] = [];
    for (const file of [record, pending]) {
      const facts = await exposure(file);
      if (typeof facts === "string") continue;
      seen.push(`${file}: mode ${facts.mode}`);
      if (facts.foreignOwner) {
        return problem(
          `${file} belongs to another user`,
          `Run: sudo chown "$(id -un)" ${file}`,
          seen,
        );
      }
      if (!facts.othersRead && !facts.othersWrite) continue;
      const summary = `${file} is open to others (mode ${facts.mode}), and holds your login`;
      const remedy = `Run: chmod 600 ${file}`;
      const reachable = typeof folder !== "string" && folder.othersEnter;
      return reachable ? problem(summary, remedy, seen) : warning(summary, remedy, seen);
    }
    if (seen.length === 0) return ok("no file holds a login");
    return ok("only you can read the stored login", seen);
  },
};

const lock: Check = {
  id: "auth.lock",
  area: "auth",
  async run({ codexHome }, signal) {
    const found = await codexHome();
    if (!found.ok) return skipped("there is no CODEX_HOME to look in");
    const { refreshLock, commitLocks } = loginFiles(found.value);
    let tried = 0;
    for (const path of [refreshLock, ...commitLocks]) {
      // Taking a lock that is not there would make its file.
      if (await Deno.stat(path).catch(() => null) === null) continue;
      tried++;
      const limit = AbortSignal.timeout(LOCK_LIMIT_MS);
      try {
        await using _held = await lockFile(path, { signal: AbortSignal.any([signal, limit]) });
      } catch (error) {
        if (limit.aborted) {
          return warning(
            `another process holds ${path}: it is renewing the login, or hangs`,
            "Try again in a moment; if it stays like this, end the other codex processes.",
          );
        }
        if (!(error instanceof FilesError)) throw error;
        return problem(
          reasonOf(error),
          `Make ${path} writable, or remove it while no codex is running.`,
        );
      }
    }
    return ok(tried === 0 ? "no lock has been needed so far" : "the login can be renewed any time");
  },
};

const keyring: Check = {
  id: "auth.keyring",
  area: "auth",
  async run(scene) {
    const found = await scene.codexHome();
    const store = (await configOf(scene))?.credentialsStore ?? "file";
    if (!found.ok || (store !== "keyring" && store !== "auto")) {
      return skipped(
        `the login is not kept in the keyring (cli_auth_credentials_store = "${store}")`,
      );
    }
    try {
      await readStoredLogin({ codexHome: found.value, store: "keyring" });
      return ok("the system's keyring answers");
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      if (error.code !== "unsupported_store") return ok("the system's keyring answers");
      return store === "auto"
        ? warning(error.message, "Unlock or start the keyring; until then auth.json is used.")
        : problem(
          error.message,
          'Unlock or start the keyring, or set cli_auth_credentials_store = "file".',
        );
    }
  },
};

const environment: Check = {
  id: "auth.environment",
  area: "auth",
  async run(scene) {
    const { env } = scene.around;
    const details = ["CODEX_API_KEY", "OPENAI_API_KEY"].map((name) =>
      `${name}: ${state(env[name])}`
    );
    const broken = ["CODEX_API_KEY", "OPENAI_API_KEY"]
      .find((name) => /\s/.test(env[name]?.trim() ?? ""));
    if (broken !== undefined) {
      return problem(`${broken} has blanks or line breaks inside`, `Set ${broken} again.`, details);
    }
    const config = await configOf(scene);
    const uses = config === null ? null : config.provider;
    if (uses !== null && !needsLogin({ ...config!, provider: uses })) {
      const source = uses.envKey ?? (uses.bearerToken === null ? null : "its own token");
      return ok(
        source === null
          ? `the provider ${uses.id} gets no credentials`
          : `the provider ${uses.id} gets ${source}, and nothing else`,
        details,
      );
    }
    if (env["CODEX_API_KEY"]?.trim()) {
      return ok("codex exec uses CODEX_API_KEY; it goes before a stored login", details);
    }
    if (env["OPENAI_API_KEY"]?.trim()) {
      return warning(
        "OPENAI_API_KEY is set, but is not used by itself",
        "Set CODEX_API_KEY, or run: printenv OPENAI_API_KEY | codex login --with-api-key",
        details,
      );
    }
    return ok("no key in the environment: the stored login counts", details);
  },
};

function state(value: string | undefined): string {
  if (value === undefined) return "not set";
  return value.trim() === "" ? "blank" : "set";
}

export const AUTH_CHECKS: readonly Check[] = [login, files, lock, keyring, environment];
