import { dirname } from "node:path";
import { replaceFile } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import type { Logger } from "../telemetry/mod.ts";
import { runToEnd } from "./run_to_end.ts";
import { shellArgv } from "./shells.ts";
import type { Shell } from "./types.ts";

const TIMEOUT_MS = 10_000;
/** Long enough for a short answer to have ended the session, short enough to be done when a model answers. */
const START_DELAY_MS = 150;
const STALE_MS = 3 * 24 * 3_600_000;
/** Stands before what we asked for, after whatever the start-up files print. */
const MARK = "\u0001codex-snapshot\u0001";
/** Set anew by every shell. */
const OWN_OF_A_SHELL = new Set(["_", "PWD", "OLDPWD", "SHLVL"]);
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

export interface ShellSnapshotOptions {
  readonly shell: Shell;
  /** Only commands in this folder use it: start-up files may look at where they are. */
  readonly cwd: AbsolutePath;
  /** The environment that commands get, policy applied: nothing else can enter the file. */
  readonly env: Readonly<Record<string, string>>;
  /** Names that the user's policy sets; start-up files do not get the last word on them. */
  readonly keep: readonly string[];
  /** Where the file goes. Removed at the end. */
  readonly path: AbsolutePath;
  readonly logger: Logger;
  readonly now: () => number;
}

/**
 * What a login shell's start-up files do to its environment, read once and replayed for each command: only what
 * they change, and the functions they define. Never makes a command fail: without it a login shell is started.
 */
export class ShellSnapshot implements AsyncDisposable {
  readonly #options: ShellSnapshotOptions;
  readonly #controller = new AbortController();
  #waiting = false;
  #written = false;
  #ready = false;
  #work: Promise<void> = Promise.resolve();

  constructor(options: ShellSnapshotOptions) {
    this.#options = options;
  }

  /**
   * Begins to read, a moment later unless a command comes before: a session that runs none should not pay for it.
   * `wrap` makes use of it from when that is done.
   */
  start(): void {
    if (!isPosix(this.#options.shell)) return;
    this.#waiting = true;
    // Not by setTimeout: the first one of a process costs milliseconds, which the first request would come later.
    AbortSignal.timeout(START_DELAY_MS).addEventListener("abort", () => this.#begin());
  }

  #begin(): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    this.#work = this.#take().catch((error) => {
      this.#options.logger.debug("shell snapshot failed", { error: String(error) });
    });
  }

  /** For tests and for callers that would rather wait than start a login shell. */
  settled(): Promise<void> {
    this.#begin();
    return this.#work;
  }

  /** A call of the session's shell as login shell, without its start-up files; anything else as it was. */
  wrap(argv: readonly string[], cwd: AbsolutePath): readonly string[] {
    this.#begin();
    const { shell, path } = this.#options;
    const script = argv[2];
    const fits = this.#ready && argv.length === 3 && argv[0] === shell.path &&
      argv[1] === "-lc" && script !== undefined && cwd === this.#options.cwd;
    return fits ? [shell.path, "-c", REPLAY, shell.path, path, script] : argv;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#waiting = false;
    this.#ready = false;
    this.#controller.abort();
    await this.#work;
    if (this.#written) await Deno.remove(this.#options.path).catch(() => {});
  }

  async #take(): Promise<void> {
    const { path, shell, now } = this.#options;
    await removeStale(dirname(path), now());
    const text = snapshotText(await this.#run(shellArgv(shell, captureScript(shell), true)), {
      env: this.#options.env,
      keep: this.#options.keep,
    });
    if (text === null || this.#controller.signal.aborted) return;
    await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
    this.#written = true;
    await replaceFile(path, text, { mode: 0o600 });
    await this.#run([shell.path, "-c", 'set -e; . "$1"', shell.path, path]);
    this.#ready = true;
  }

  async #run(argv: readonly string[]): Promise<Uint8Array> {
    const { env, cwd } = this.#options;
    const result = await runToEnd({
      command: {
        kind: "none",
        argv,
        cwd,
        env,
        unenforced: [],
        [Symbol.asyncDispose]: () => Promise.resolve(),
      },
      timeoutMs: TIMEOUT_MS,
      signal: this.#controller.signal,
    });
    const { outcome, output } = result;
    if (outcome.kind !== "exited" || outcome.code !== 0 || output.droppedBytes > 0) {
      throw new Error(`the shell gave no usable answer: ${JSON.stringify(outcome)}`);
    }
    return output.stdout;
  }
}

/**
 * `$1` = the file, `$2` = the script. The script sees no arguments, the name it would have seen, and its own line
 * numbers; what the file prints is not its business.
 */
const REPLAY = '. "$1" >/dev/null 2>&1; eval "shift 2;$2"';

function isPosix(shell: Shell): boolean {
  return shell.type === "bash" || shell.type === "zsh" || shell.type === "sh";
}

/** Runs after the login files: the interactive ones too, where people keep their PATH, then tells what there is. */
function captureScript(shell: Shell): string {
  const rc = {
    bash: '[ -n "$BASH_ENV" ] || . ~/.bashrc',
    zsh: '. "${ZDOTDIR:-$HOME}/.zshrc"',
    sh: '[ -z "$ENV" ] || . "$ENV"',
  }[shell.type as "bash" | "zsh" | "sh"];
  const functions = { bash: "declare -f", zsh: "typeset -f", sh: ":" }[
    shell.type as "bash" | "zsh" | "sh"
  ];
  return [
    `{ ${rc}; } </dev/null >/dev/null 2>&1 || :`,
    `printf '%s' '${MARK}'`,
    functions,
    `printf '%s' '${MARK}'`,
    "command env -0",
  ].join("\n");
}

/** The file's text, `null` when the shell's answer cannot be read. */
export function snapshotText(
  answer: Uint8Array,
  before: { readonly env: Readonly<Record<string, string>>; readonly keep: readonly string[] },
): string | null {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(answer);
  } catch {
    return null; // A value in another encoding would come back changed.
  }
  const [, functions, variables] = text.split(MARK);
  if (functions === undefined || variables === undefined) return null;
  const after = new Map(
    variables.split("\0").filter((entry) => entry.includes("=")).map((entry) => {
      const at = entry.indexOf("=");
      return [entry.slice(0, at), entry.slice(at + 1)] as const;
    }),
  );
  if (after.size === 0) return null;
  const fixed = (name: string): boolean =>
    !IDENTIFIER.test(name) || OWN_OF_A_SHELL.has(name) || before.keep.includes(name);
  const lines = ["# Snapshot file", functions];
  for (const name of Object.keys(before.env)) {
    if (!after.has(name) && !fixed(name)) lines.push(`unset ${name}`);
  }
  for (const [name, value] of after) {
    if (before.env[name] !== value && !fixed(name)) {
      lines.push(`export ${name}='${value.replaceAll("'", `'"'"'`)}'`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** Files of sessions that ended without cleaning up. */
async function removeStale(folder: AbsolutePath, now: number): Promise<void> {
  try {
    for await (const entry of Deno.readDir(folder)) {
      const path = `${folder}/${entry.name}`;
      const { mtime } = await Deno.stat(path);
      if (mtime !== null && now - mtime.getTime() > STALE_MS) await Deno.remove(path);
    }
  } catch {
    // No folder yet, or someone else is cleaning up.
  }
}
