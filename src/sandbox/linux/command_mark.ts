import { type Libc, openLibc } from "../../platform/mod.ts";
import { syscallNumber, thisMachine } from "./syscalls.ts";

/**
 * Where no namespace holds the processes of a command together, a mark does: a number of its own as the limit of file
 * locks. The kernel has long stopped to heed that limit, but hands it on to every child and shows it to everybody; the
 * filter refuses to change it, so that no process of the command gets rid of it.
 */
export type CommandMark = bigint;

const PROCESS = /^\d+$/;
/** `/proc/<pid>/limits`: soft and hard limit. */
const LIMITS = /^Max file locks +(\S+) +(\S+)/m;
const SIGKILL = 9;
/** What is dead forks no more; so many rounds are left to what forks faster than it is found. */
const ROUNDS = 200;
/** How many of the newest processes are looked at, and how often in a row in vain: until one was found, and then. */
const FIRST_LOOKS = { newest: 32, inVain: 12 };
const FURTHER_LOOKS = { newest: 128, inVain: 64 };
/** So many looks in all. */
const MOST_LOOKS = 5_000;

/** What the marks of one session begin with, in decimals. */
export type SessionMark = bigint;

/** So many commands of a session have marks of their own; the next ones begin anew. */
const COMMANDS = 1_000_000n;
const COMMAND_DIGITS = 6;
const FIRST_SESSION = 100_000_000_000n;
const SESSIONS = 900_000_000_000n;

export function newSessionMark(): SessionMark {
  const [word = 0n] = crypto.getRandomValues(new BigUint64Array(1));
  return FIRST_SESSION + word % SESSIONS;
}

/** @param count how many commands of the session came before */
export function commandMark(session: SessionMark, count: number): CommandMark {
  return session * COMMANDS + BigInt(count) % COMMANDS;
}

/** Finds the line of any command of the session in `/proc/<pid>/limits`, as a basic regular expression. */
export function sessionPattern(session: SessionMark): string {
  return `^Max file locks  *${session}${"[0-9]".repeat(COMMAND_DIGITS)} `;
}

/** False inside of another sandbox of this kind, whose mark cannot be changed. */
export function canMarkCommands(): boolean {
  return limitsOf("self")?.hard === "unlimited";
}

/**
 * Ends every process that carries the mark. When it returns, none is left.
 *
 * Twice each round: all processes, one after the other; and over and over those with the newest numbers. A chain of
 * processes, each of which only starts the next, has always moved on when the end of the list is reached.
 */
export function endMarked(mark: CommandMark): void {
  using libc = openLibc();
  const ended = new Set<number>();
  for (let round = 0; round < ROUNDS; round++) {
    const found = endAll(libc, mark);
    if (!endNewest(libc, mark, ended) && !found) return;
  }
}

/** True = there was one that was alive. */
function endAll(libc: Libc, mark: CommandMark): boolean {
  const found = [...Deno.readDirSync("/proc")]
    .filter(({ name }) => PROCESS.test(name))
    .filter(({ name }) => isMarked(libc, Number(name), mark) && isAlive(name));
  for (const { name } of found) kill(libc, Number(name));
  return found.length > 0;
}

/**
 * True = there was another one.
 *
 * @param ended those that it was before: their numbers stay taken until somebody asks for their exit codes
 */
function endNewest(libc: Libc, mark: CommandMark, ended: Set<number>): boolean {
  const before = ended.size;
  let vain = 0;
  for (let look = 0; look < MOST_LOOKS; look++) {
    const { newest, inVain } = ended.size === 0 ? FIRST_LOOKS : FURTHER_LOOKS;
    if (vain++ >= inVain) break;
    const last = newestProcess();
    for (let pid = last; pid > Math.max(last - newest, 0); pid--) {
      if (ended.has(pid) || !isMarked(libc, pid, mark)) continue;
      kill(libc, pid);
      ended.add(pid);
      vain = 0;
    }
  }
  return ended.size > before;
}

/** The number that the last process got, behind the loads of the machine. */
function newestProcess(): number {
  return Number(Deno.readTextFileSync("/proc/loadavg").trim().split(" ").at(-1));
}

/** Asked of the kernel itself: a file of `/proc` takes ten times as long, in which a process may have ended. */
function isMarked(libc: Libc, pid: number, mark: CommandMark): boolean {
  return libc.fileLockLimit(pid) === mark;
}

function limitsOf(pid: string): { readonly soft: string; readonly hard: string } | null {
  try {
    const [, soft = "", hard = ""] = LIMITS.exec(Deno.readTextFileSync(`/proc/${pid}/limits`)) ??
      [];
    return { soft, hard };
  } catch {
    return null;
  }
}

function isAlive(pid: string): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return !"ZX".includes(stat.charAt(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

function kill(libc: Libc, pid: number): void {
  const machine = thisMachine();
  if (machine !== null) libc.syscall(syscallNumber("kill", machine), pid, SIGKILL);
}
