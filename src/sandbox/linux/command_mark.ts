/**
 * Where no namespace holds the processes of a command together, a mark does: a number of its own as the limit of file
 * locks. The kernel has long stopped to heed that limit, but hands it on to every child and shows it to everybody; the
 * filter refuses to change it, so that no process of the command gets rid of it.
 */
export type CommandMark = bigint;

const PROCESS = /^\d+$/;
/** `/proc/<pid>/limits`: soft and hard limit. */
const LIMITS = /^Max file locks +(\S+) +(\S+)/m;
/** What is dead forks no more; so many rounds are left to what forks faster than it is found. */
const ROUNDS = 200;

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

/** Ends every process that carries the mark. When it returns, none is left. */
export function endMarked(mark: CommandMark): void {
  for (let round = 0; round < ROUNDS; round++) {
    const found = marked(`${mark}`);
    for (const pid of found) kill(pid);
    if (found.length === 0) return;
  }
}

/** Live processes: a dead one shows its limits until somebody has asked for its exit code. */
function marked(text: string): number[] {
  return [...Deno.readDirSync("/proc")]
    .filter(({ name }) => PROCESS.test(name) && limitsOf(name)?.soft === text && isAlive(name))
    .map(({ name }) => Number(name));
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

function kill(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
