import type { AbsolutePath } from "../protocol/mod.ts";
import { SILENT_LOGGER } from "../telemetry/mod.ts";
import { createAuthority } from "./authority.ts";
import { AuthError, type AuthErrorCode } from "./error.ts";
import { loginFiles } from "./home_files.ts";
import { systemKeyring } from "./keyring.ts";
import { parseLogin } from "./record.ts";
import {
  refreshAndPersistChatgptToken,
  type RefreshLimits,
  type RefreshResult,
} from "./refresh.ts";
import { limitRunningTime } from "./running_time.ts";
import { openStore, type StoreKind } from "./store.ts";

/** The argument with which the program becomes the helper. */
export const REFRESH_HELPER_ARGUMENT = "--codex-run-refresh-login";

/** How this program starts itself again. */
export interface SelfCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** One renewal, as it travels over the helper's stdin. */
export interface HelperTask {
  readonly codexHome: AbsolutePath;
  readonly store: StoreKind;
  readonly env: Readonly<Record<string, string>>;
  readonly clientHeaders: Readonly<Record<string, string>>;
  readonly limits: RefreshLimits;
  /** What to add to the system's clock, in milliseconds. */
  readonly clockOffset: number;
  /** Text of the record that the renewal starts from. */
  readonly snapshot: string;
}

/** What the helper prints: how it went, without any token. */
export interface HelperReply {
  readonly done: RefreshResult["type"] | null;
  readonly error: {
    readonly code: AuthErrorCode;
    readonly message: string;
    readonly retryAfterMs: number | null;
  } | null;
  readonly serverTime: number | null;
}

/**
 * Renews in a process of its own, which outlives this one on purpose: between the authority's answer and the disk the
 * only valid token must not die with whoever asked. The secrets go over stdin, never in arguments or environment.
 *
 * @returns `null` when there is no helper, or it died: the renewal then has to be done here. `late` = it is still
 *   there, far beyond all its limits: somebody has stopped it.
 */
export async function refreshInHelper(
  self: SelfCommand,
  task: HelperTask,
): Promise<HelperReply | null | "late"> {
  const [file, ...before] = self.argv;
  if (file === undefined) return null;
  try {
    const child = new Deno.Command(file, {
      args: [...before, REFRESH_HELPER_ARGUMENT],
      clearEnv: true,
      env: { ...task.env, ...self.env },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      detached: true,
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(JSON.stringify(task)));
    await writer.close();
    using limit = limitRunningTime(2 * (task.limits.outerLock + task.limits.request));
    const late = new Promise<"late">((resolve) => {
      limit.signal.addEventListener("abort", () => resolve("late"), { once: true });
    });
    const output = await Promise.race([child.output(), late]);
    return output === "late" ? output : JSON.parse(new TextDecoder().decode(output.stdout));
  } catch {
    return null;
  }
}

/** The helper's work: one task in, one reply out. */
export async function runRefreshHelper(input: string): Promise<string> {
  const task: HelperTask = JSON.parse(input);
  const { codexHome, limits } = task;
  const logger = SILENT_LOGGER;
  let serverTime: number | null = null;
  const authority = createAuthority({
    env: task.env,
    clientHeaders: () => Promise.resolve(task.clientHeaders),
    timeoutMs: limits.request,
    onServerTime: (ms) => serverTime = ms,
    logger,
  });
  const context = {
    files: loginFiles(codexHome),
    store: openStore(task.store, codexHome, systemKeyring(codexHome), logger),
    authority,
    limits,
    now: () => Date.now() + task.clockOffset,
    pid: Deno.pid,
    logger,
    onStep: () => {},
  };
  const reply = (done: HelperReply["done"], error: HelperReply["error"]) => {
    return JSON.stringify({ done, error, serverTime } satisfies HelperReply);
  };
  try {
    const { type } = await refreshAndPersistChatgptToken(context, parseLogin(task.snapshot));
    return reply(type, null);
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    const { code, message, retryAfterMs } = error;
    return reply(null, { code, message, retryAfterMs });
  }
}
