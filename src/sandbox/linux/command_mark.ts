import { findSystemProgram } from "./system_program.ts";

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

/** Below 2^62: some shells print limits as signed numbers. */
export function newCommandMark(): CommandMark {
  const [word = 0n] = crypto.getRandomValues(new BigUint64Array(1));
  return word >> 2n;
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

/** The same in a shell that outlives this program; `null` = it has no `grep`. */
export function endMarkedScript(mark: CommandMark): string | null {
  const grep = findSystemProgram("grep");
  if (grep === null) return null;
  return `round=0
while [ "$round" -lt ${ROUNDS} ]; do
  found=
  for path in $(${grep} -ls "^Max file locks  *${mark} " /proc/[0-9]*/limits); do
    read -r line <"\${path%limits}stat" || continue
    case "\${line##*) }" in [ZX]*) continue ;; esac
    pid=\${path#/proc/}; kill -9 "\${pid%/limits}"; found=1
  done
  [ -z "$found" ] && exit
  round=$((round+1))
done`;
}
