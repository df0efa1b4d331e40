import type { AbsolutePath } from "../protocol/mod.ts";
import { SILENT_LOGGER } from "../telemetry/mod.ts";
import { createAuthority, noAnswerWithin } from "./authority.ts";
import { AuthError, type AuthErrorCode } from "./error.ts";
import { loginFiles } from "./home_files.ts";
import { systemKeyring } from "./keyring.ts";
import { parseLogin } from "./record.ts";
import {
  refreshAndPersistChatgptToken,
  type RefreshContext,
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
    using limit = limitRunningTime(2 * (task.limits.outerLock + task.limits.request));
    const late = new Promise<"late">((resolve) => {
      limit.signal.addEventListener("abort", () => resolve("late"), { once: true });
    });
    const reply = await Promise.race([ask(child, task), late]);
    child.unref();
    return reply === "late" ? reply : JSON.parse(reply);
  } catch {
    return null;
  }
}

async function ask({ stdin, stdout }: Deno.ChildProcess, task: HelperTask): Promise<string> {
  const writer = stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(task)));
  await writer.close();
  let text = "";
  for await (const part of stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes("\n")) break;
  }
  // Two lines may arrive in one piece, and the first one counts.
  return text.split("\n", 1).join();
}

/** So many times as long as a run waits for the login service, the helper does. */
const PATIENCE = 2;

/**
 * The helper's work: one task in, one reply out, of which the first line counts. When a run would give up, the reply
 * says so; the helper itself goes on listening for as long again, because a slow answer holds the only valid token like
 * a quick one. Other instances wait for its lock meanwhile, and adopt what it gets.
 */
export async function runRefreshHelper(
  input: string,
  print: (text: string) => Promise<unknown>,
): Promise<void> {
  const task: HelperTask = JSON.parse(input);
  const { codexHome, limits } = task;
  const logger = SILENT_LOGGER;
  let serverTime: number | null = null;
  const reply = async (done: HelperReply["done"], error: AuthError | null) => {
    const told: HelperReply = { done, error: error && toldOf(error), serverTime };
    // Nobody may be there any more to read it.
    await print(`${JSON.stringify(told)}\n`).catch(() => {});
  };
  const authority = createAuthority({
    env: task.env,
    clientHeaders: () => Promise.resolve(task.clientHeaders),
    timeoutMs: PATIENCE * limits.request,
    onServerTime: (ms) => serverTime = ms,
    logger,
  });
  using waiting = new DisposableStack();
  const context: RefreshContext = {
    files: loginFiles(codexHome),
    store: openStore(task.store, codexHome, systemKeyring(codexHome), logger),
    authority,
    limits,
    now: () => Date.now() + task.clockOffset,
    pid: Deno.pid,
    logger,
    onStep: (step) => {
      if (step === "after_answer") waiting.dispose();
      if (step !== "before_request") return;
      const { signal } = waiting.use(limitRunningTime(limits.request));
      const giveUp = () => void reply(null, noAnswerWithin(task.env, limits.request));
      signal.addEventListener("abort", giveUp, { once: true });
    },
  };
  try {
    const { type } = await refreshAndPersistChatgptToken(context, parseLogin(task.snapshot));
    await reply(type, null);
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    await reply(null, error);
  }
}

function toldOf({ code, message, retryAfterMs }: AuthError): HelperReply["error"] {
  return { code, message, retryAfterMs };
}
