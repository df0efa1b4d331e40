import { type Program, programUnderTest } from "./program.ts";
import type { Stage } from "./stage.ts";

/** A run that takes longer is killed, and its test fails. Milliseconds. */
const TIME_LIMIT_MS = 90_000;

export interface RunCodexOptions {
  readonly args: readonly string[];
  /** `null` = no stdin at all. */
  readonly stdin?: string | Uint8Array | null;
  /** On top of the rig's own; `null` takes a variable away. */
  readonly env?: Readonly<Record<string, string | null>>;
  /** Base address of the model server; without it the program's own default stands. */
  readonly baseUrl?: string;
  readonly program?: Program;
  readonly cwd?: string;
}

export interface CodexRun {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The whole environment of a run: nothing leaks in from the machine but where programs are. */
export function environmentOf(stage: Stage, options: RunCodexOptions): Record<string, string> {
  const program = options.program ?? programUnderTest();
  const env: Record<string, string | null> = {
    PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
    HOME: stage.home,
    CODEX_HOME: stage.codexHome,
    LANG: "C.UTF-8",
    CODEX_API_KEY: "sk-test",
    ...(options.baseUrl === undefined ? {} : { OPENAI_BASE_URL: options.baseUrl }),
    ...program.env,
    ...options.env,
  };
  const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== null);
  return Object.fromEntries(given);
}

/** Starts the program with all three streams piped (stdin only when there is something to say). */
export function spawnCodex(stage: Stage, options: RunCodexOptions): Deno.ChildProcess {
  const [file = "", ...before] = (options.program ?? programUnderTest()).argv;
  return new Deno.Command(file, {
    args: [...before, ...options.args],
    cwd: options.cwd ?? stage.workspace,
    clearEnv: true,
    env: environmentOf(stage, options),
    stdin: options.stdin === null || options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function feed(child: Deno.ChildProcess, input: string | Uint8Array): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    await writer.write(typeof input === "string" ? new TextEncoder().encode(input) : input);
    await writer.close();
  } catch (error) {
    // A program that does not read its stdin may be gone before everything is said.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Runs the program to its end. */
export async function runCodex(stage: Stage, options: RunCodexOptions): Promise<CodexRun> {
  const child = spawnCodex(stage, options);
  const limit = setTimeout(() => child.kill("SIGKILL"), TIME_LIMIT_MS);
  try {
    const { stdin } = options;
    const feeding = stdin === null || stdin === undefined ? null : feed(child, stdin);
    const { code, signal, stdout, stderr } = await child.output();
    await feeding;
    const decoder = new TextDecoder();
    return { code, signal, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    clearTimeout(limit);
  }
}
