import { detectShell, readPasswdShell, type Shell, shellArgv } from "../../process/mod.ts";
import { ok, problem, skipped, warning } from "../finding.ts";
import type { Check } from "../run_checks.ts";
import type { Surroundings } from "../types.ts";

/** Start-up files that take longer are felt with every session. Milliseconds. */
const SLOW_MS = 2_000;
const LIMIT_MS = 5_000;
/** From the polite signal to the other one. Milliseconds. */
const GRACE_MS = 1_000;

async function shellOf({ env }: Surroundings): Promise<Shell> {
  return await detectShell({ passwdShell: await readPasswdShell(), path: env["PATH"] ?? "" });
}

const detected: Check = {
  id: "shell.detected",
  area: "shell",
  async run({ around }) {
    const shell = await shellOf(around);
    const login = await readPasswdShell();
    const details = login === null ? [] : [`login shell of the user: ${login}`];
    if (Deno.build.os !== "windows" && await Deno.stat(shell.path).catch(() => null) === null) {
      return problem(`there is no shell: ${shell.path} does not exist`, "Install bash.", details);
    }
    return ok(`commands run in ${shell.type} (${shell.path})`, details);
  },
};

const startUp: Check = {
  id: "shell.start_up",
  area: "shell",
  limitMs: LIMIT_MS + 2_000,
  async run({ around, config }, signal) {
    if (Deno.build.os === "windows") return skipped("no start-up files are read on Windows");
    const loaded = await config();
    const reused = !loaded.ok || loaded.value.features["shell_snapshot"] === true;
    const shell = await shellOf(around);
    const [program = "", ...args] = shellArgv(shell, "exit 0", true);
    const began = performance.now();
    const code = await codeWithin(program, args, around, signal);
    const took = Math.round(performance.now() - began);
    const details = [
      reused
        ? "read once a session, and reused for its commands (feature shell_snapshot)"
        : "read for every command: the feature shell_snapshot is off",
    ];
    if (code === null) {
      return warning(
        `the start-up files of ${shell.type} do not come to an end within ${LIMIT_MS / 1000} s`,
        "Find out what hangs in them: they may wait for a terminal or for the network.",
        details,
      );
    }
    if (code !== 0) {
      return warning(
        `a login ${shell.type} ends with code ${code}`,
        "Find out what fails in its start-up files.",
        details,
      );
    }
    if (took > SLOW_MS) {
      return warning(
        `the start-up files of ${shell.type} take ${took} ms`,
        "Make them do less when there is no terminal.",
        details,
      );
    }
    return ok(`the start-up files of ${shell.type} take ${took} ms`, details);
  },
};

/** The exit code; `null` = it took too long, and it was ended with all that it had started. */
async function codeWithin(
  program: string,
  args: string[],
  { env, cwd }: Surroundings,
  signal: AbortSignal,
): Promise<number | null> {
  const child = new Deno.Command(program, {
    args,
    cwd: cwd ?? "/",
    env: { ...env },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  // Politely: what is killed outright may leave a lock behind.
  const stop = () => signalGroup(child.pid, "SIGTERM");
  limit.addEventListener("abort", stop, { once: true });
  const kill = setTimeout(() => signalGroup(child.pid, "SIGKILL"), LIMIT_MS + GRACE_MS);
  try {
    const { code } = await child.status;
    return limit.aborted ? null : code;
  } finally {
    clearTimeout(kill);
    limit.removeEventListener("abort", stop);
  }
}

function signalGroup(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(-pid, signal);
  } catch {
    // They have ended by themselves.
  }
}

export const SHELL_CHECKS: readonly Check[] = [detected, startUp];
