import { join } from "node:path";
import { type FileLocks, openFileLocks } from "../../platform/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import { SandboxError } from "../error.ts";
import { type SessionMark, sessionPattern } from "./command_mark.ts";
import { LAUNCH_PATH } from "./launch_environment.ts";

/**
 * A shell that outlives this program, to clean up when it was killed. It waits for the end of a pipe that this process
 * holds open, which the kernel closes whatever happens. What is to be done then is in a folder: a report of each command
 * that runs, which starts with the process id of the shell that became it, and a list of places. The shell is there
 * before the folder is, and what stands in the list is written before it is made: there is no moment in which anything
 * is forgotten.
 */
export interface SessionWatch extends Disposable {
  /** Where the reports of commands belong. */
  readonly folder: AbsolutePath;
  /** To be called before a placeholder is made; see `placeholder.ts`. */
  remember(place: AbsolutePath): void;
}

/** The same value on x86_64 and aarch64. */
const O_CLOEXEC = 0o2000000;
const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;

const FOLDER = /^watch-/;
const LIST = "places";
/** Younger ones may be about to be made. Milliseconds. */
const STALE_MS = 60_000;

/**
 * `$0` = the folder, `$1` = flock, `$2` = the pattern of the session's mark, empty where there is none, `$3` = grep,
 * `$4` = the descriptor of the pipe, too large a number for some shells to use as one.
 *
 * Where the folder is gone everything ended in good order.
 *
 * - Commands, where they are not marked: a group of their own where they lead one. With bubblewrap's inner process
 *   goes its whole namespace. Asked for twice, the second time for a command that was just being started.
 * - Marked processes, until none is found; what is dead and waits to be asked for its exit code does not count.
 * - Places, if no command of another program holds a lock on them and they still are what they were made as: what
 *   somebody made anew has another mode. `rmdir` takes empty folders alone. The lock is waited for: a program that
 *   is being killed lets go of one after the other, first of the pipe. (Not every flock can wait for a while.)
 */
const WATCH = `(
exec 7<"/proc/self/fd/$4"
trap "" HUP INT QUIT TERM TSTP
PATH=${LAUNCH_PATH}
end_commands() {
  for report in "$0"/report-*; do
    pid=
    read -r pid <"$report"
    [ "\${pid:-0}" -gt 1 ] && kill -9 "-$pid" "$pid"
  done
}
end_marked() {
  round=0
  while [ "$round" -lt 200 ]; do
    found=
    for path in $("$2" -ls "$1" /proc/[0-9]*/limits); do
      read -r line <"\${path%limits}stat" || continue
      case "\${line##*) }" in [ZX]*) continue ;; esac
      pid=\${path#/proc/}
      kill -9 "\${pid%/limits}"
      found=1
    done
    [ -z "$found" ] && return
    round=$((round+1))
  done
}
read -r _ <&7
[ -d "$0" ] || exit
if [ -n "$2" ]; then end_marked "$2" "$3"; else end_commands; fi
while IFS= read -r place; do
  [ -k "$place" ] && {
    { "$1" -x -w 2 8 || "$1" -x -n 8; } && [ /proc/self/fd/8 -ef "$place" ] &&
    if [ -d "$place" ]; then rmdir "$place"; else rm -f "$place"; fi
  } 8<"$place"
done <"$0/${LIST}"
sleep 1
[ -n "$2" ] || end_commands
rm -rf "$0"
) &`;

export interface WatchOptions {
  readonly stateDir: AbsolutePath;
  /** Programs of the system; without one of them its part is not done. */
  readonly flock: AbsolutePath | null;
  readonly grep: AbsolutePath | null;
  /** `null` = the processes of commands are not marked. */
  readonly mark: SessionMark | null;
}

/** Takes about two milliseconds, once. Throws `SandboxError` where the state folder cannot be written. */
export function startSessionWatch(options: WatchOptions): SessionWatch {
  const folder = join(options.stateDir, `watch-${crypto.randomUUID()}`);
  const locks = openFileLocks();
  try {
    Deno.mkdirSync(options.stateDir, { recursive: true, mode: 0o700 });
    removeStale(options.stateDir, locks);
    const pipe = locks.makePipe();
    if (pipe === null) throw new Deno.errors.NotSupported("no pipe can be made");
    locks.handDown(pipe.read);
    startShell(folder, pipe.read, options);
    locks.close(pipe.read);
    Deno.mkdirSync(folder, { mode: 0o700 });
    const list = Deno.openSync(join(folder, LIST), { createNew: true, append: true });
    const lock = locks.open(folder, O_CLOEXEC);
    locks.flock(lock, LOCK_SH);
    return sessionWatch(folder, list, () => {
      locks.close(lock);
      locks.close(pipe.write);
      locks[Symbol.dispose]();
    });
  } catch (cause) {
    locks[Symbol.dispose]();
    throw new SandboxError("setup_failed", `cannot write the folder ${folder}`, { cause });
  }
}

/** In a session of its own, so that what ends this program's does not end it; and nobody's child. */
function startShell(
  folder: AbsolutePath,
  pipe: number,
  { flock, grep, mark }: WatchOptions,
): void {
  const pattern = mark === null || grep === null ? "" : sessionPattern(mark);
  new Deno.Command("/bin/sh", {
    args: ["-c", WATCH, folder, flock ?? "", pattern, grep ?? "", `${pipe}`],
    cwd: "/",
    clearEnv: true,
    env: {},
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).outputSync();
}

function sessionWatch(
  folder: AbsolutePath,
  list: Deno.FsFile,
  letGo: () => void,
): SessionWatch {
  const known = new Set<AbsolutePath>();
  return {
    folder,
    remember(place) {
      // One with a line break would be taken for two; it is recognised by its mode later.
      if (known.has(place) || place.includes("\n")) return;
      list.writeSync(new TextEncoder().encode(`${place}\n`));
      known.add(place);
    },
    [Symbol.dispose]() {
      list.close();
      // Before the pipe ends: the shell leaves alone what is gone, and removes what is not.
      try {
        Deno.removeSync(folder, { recursive: true });
      } catch (error) {
        if (
          !(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied)
        ) {
          throw error;
        }
      } finally {
        letGo();
      }
    },
  };
}

/** Folders of programs that went down together with their shells. */
function removeStale(stateDir: AbsolutePath, locks: FileLocks): void {
  for (const { name } of Deno.readDirSync(stateDir)) {
    if (!FOLDER.test(name)) continue;
    const folder = join(stateDir, name);
    try {
      const age = Date.now() - (Deno.statSync(folder).mtime?.getTime() ?? 0);
      if (age < STALE_MS) continue;
      const lock = locks.open(folder, O_CLOEXEC);
      if (locks.flock(lock, LOCK_EX | LOCK_NB)) Deno.removeSync(folder, { recursive: true });
      locks.close(lock);
    } catch {
      // Removed by somebody else meanwhile.
    }
  }
}
