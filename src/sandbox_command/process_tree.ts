/** Processes by the process that started them. */
export type ProcessTree = ReadonlyMap<number, readonly number[]>;

/** Live processes of this machine, zombies left out. Empty on Windows, where a job object keeps track. */
export async function readProcessTree(): Promise<ProcessTree> {
  switch (Deno.build.os) {
    case "linux":
      return byParent(linuxProcesses());
    case "darwin":
      return byParent(parsePs(await ps()));
    default:
      return new Map();
  }
}

/** Everything that a process started, near ones first. */
export function descendants(tree: ProcessTree, pid: number): number[] {
  const found: number[] = [];
  const waiting = [...tree.get(pid) ?? []];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    found.push(next);
    waiting.push(...tree.get(next) ?? []);
  }
  return found;
}

/** Whether a process is number 1 of a namespace inside of ours. Linux only. */
export function isFirstOfNamespace(pid: number): boolean {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    // One number for each namespace from ours inwards.
    const numbers = /^NSpid:\s+(.+)$/m.exec(status)?.[1]?.split(/\s+/) ?? [];
    return numbers.length > 1 && numbers.at(-1) === "1";
  } catch {
    return false;
  }
}

interface Entry {
  readonly pid: number;
  readonly parent: number;
}

function byParent(entries: Iterable<Entry>): ProcessTree {
  const tree = new Map<number, number[]>();
  for (const { pid, parent } of entries) {
    const children = tree.get(parent);
    if (children === undefined) tree.set(parent, [pid]);
    else children.push(pid);
  }
  return tree;
}

function* linuxProcesses(): Iterable<Entry> {
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = Deno.readTextFileSync(`/proc/${name}/stat`);
      // The name in parentheses may hold anything; behind the last one stand state and parent.
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ", 2);
      if (state !== "Z" && state !== "X") yield { pid: Number(name), parent: Number(parent) };
    } catch {
      // It has ended meanwhile.
    }
  }
}

async function ps(): Promise<string> {
  const { stdout } = await new Deno.Command("/bin/ps", {
    args: ["-axo", "pid=,ppid=,stat="],
    stdin: "null",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

/** Lines of `pid parent state`. */
export function parsePs(text: string): Entry[] {
  return text.split("\n").flatMap((line) => {
    const found = /^\s*(\d+)\s+(\d+)\s+(\S+)/.exec(line);
    if (found === null || found[3]!.startsWith("Z")) return [];
    return [{ pid: Number(found[1]), parent: Number(found[2]) }];
  });
}

/** Sends a signal to a process that may have ended. */
export function signalProcess(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    if (error instanceof Deno.errors.PermissionDenied) return;
    // An ended child that the runtime knows of.
    if (error instanceof TypeError) return;
    throw error;
  }
}
