import { addressOf, call, longs, opens, words } from "../support/kernel.ts";
import { type Attempt, exists, works } from "./attempt.ts";

const SIGCONT = 18;
const SIGSTOP = 19;
const AF_UNIX = 1;
const SOCK_STREAM = 1;
const F_SETFL = 4;
const F_SETOWN = 8;
const F_SETSIG = 10;
const O_ASYNC = 0o20000;
const SI_QUEUE = -1;
const PTRACE_SEIZE = 0x4206;
const PRIO_PROCESS = 0;
const RLIMIT_CORE = 4;
const RLIMIT_LOCKS = 10;
const SCHED_BATCH = 3;
const IOPRIO_PROCESS = 1;
const IOPRIO_IDLE = 3 << 13;
const O_RDWR = 2;
const O_NONBLOCK = 0o4000;
const S_IFIFO = 0o010000;
const KCMP_FILE = 0;
const PR_GET_NO_NEW_PRIVS = 39;
const KEYCTL_SEARCH = 10;
const KEY_SPEC_SESSION_KEYRING = -3;
const KEY_SPEC_USER_KEYRING = -4;
const DEBUGGER = "a debugger's rights are limited here";
/** Capabilities over files, which root keeps with Landlock to work in folders of other users. */
const FILE_CAPABILITIES = 0xbn;

/** `struct iovec` of one buffer. */
const vector = (address: bigint, length: number): Uint8Array<ArrayBuffer> =>
  longs(address, BigInt(length));

/** Starts itself anew and ends, in a session of its own, for a while. */
const CHAIN = `#!/bin/sh
[ -e "$0.stop" ] || [ "$1" = 0 ] || setsid "$0" "$(($1-1))" &
exit 0
`;
const CHAIN_LENGTH = 200_000;

/** Whether anybody has a pipe open for writing. */
function isHeld(pipe: string): boolean {
  const descriptor = call("openat", -100, pipe, O_NONBLOCK, 0);
  const held = descriptor >= 0 && call("read", descriptor, new Uint8Array(1), 1) < 0;
  call("close", descriptor);
  return held;
}

/** Where the victim has its stack, to have an address that exists there. */
function addressIn(pid: number): bigint {
  const line = /^([0-9a-f]+)-.*\[stack\]/m.exec(Deno.readTextFileSync(`/proc/${pid}/maps`));
  return BigInt(`0x${line?.[1] ?? "0"}`);
}

/** One priority lower than now, whatever the tests themselves run with; zero = this process. */
function stepsBack(pid: number): boolean {
  const nice = 20 - call("getpriority", PRIO_PROCESS, pid);
  return call("setpriority", PRIO_PROCESS, pid, Math.min(nice + 1, 19)) === 0;
}

const numberIn = (mark: string): string => mark.replaceAll(/\D/g, "");

/** Runs a script in a session of its own, which the command does not wait for. */
const leaves = (script: string): boolean =>
  new Deno.Command("/bin/sh", {
    args: ["-c", script],
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).outputSync().success;

export const hasChildren = (): boolean =>
  new Deno.Command("/bin/sh", { args: ["-c", ":"] }).outputSync().success;

export const PROCESS_ATTEMPTS: readonly Attempt[] = [
  {
    name: "signal another process",
    act: ({ victim }) => works(() => Deno.kill(victim, "SIGCONT")),
    neighbour: hasChildren,
    olderLandlock: "signals",
  },
  {
    name: "signal another process by descriptor",
    act: ({ victim }) => {
      const descriptor = call("pidfd_open", victim, 0);
      return descriptor >= 0 && call("pidfd_send_signal", descriptor, SIGCONT, 0, 0) === 0;
    },
    olderLandlock: "signals",
  },
  {
    name: "signal a thread of another process",
    act: ({ victim }) => call("tgkill", victim, victim, SIGCONT) === 0,
    olderLandlock: "signals",
  },
  {
    name: "queue a signal for another process",
    act: ({ victim }) =>
      call(
        "rt_sigqueueinfo",
        victim,
        SIGCONT,
        words(SIGCONT, 0, SI_QUEUE, ...Array(29).fill(0)),
      ) ===
        0,
    olderLandlock: "signals",
  },
  {
    name: "have a socket signal another process",
    act: ({ victim }) => {
      const pair = new Uint32Array(2);
      call("socketpair", AF_UNIX, SOCK_STREAM, 0, new Uint8Array(pair.buffer));
      const [one = 0, other = 0] = pair;
      return call("fcntl", one, F_SETOWN, victim) === 0 &&
        call("fcntl", one, F_SETSIG, SIGSTOP) === 0 && call("fcntl", one, F_SETFL, O_ASYNC) === 0 &&
        call("write", other, "x", 1) === 1;
    },
    proof: ({ victim }) => {
      const stopped = / T /.test(Deno.readTextFileSync(`/proc/${victim}/stat`));
      if (stopped) Deno.kill(victim, "SIGCONT");
      return stopped;
    },
    olderLandlock: "signals",
  },
  {
    name: "see where the memory of another process is",
    act: ({ victim }) =>
      call("move_pages", victim, 1, longs(addressIn(victim)), 0, words(0), 0) === 0,
    optional: "the kernel does not move memory",
  },
  {
    name: "see the locks of another process",
    act: ({ victim }) => call("get_robust_list", victim, longs(0n), longs(0n)) === 0,
    optional: DEBUGGER,
  },
  {
    name: "change another process's priority",
    act: ({ victim }) => stepsBack(victim),
    neighbour: () => stepsBack(0),
    landlockUser: "process_isolation",
  },
  {
    name: "change another process's limits",
    act: ({ victim }) => call("prlimit64", victim, RLIMIT_CORE, longs(0n, 0n), 0) === 0,
    optional: DEBUGGER,
    neighbour: () => call("prlimit64", 0, RLIMIT_CORE, longs(0n, 0n), 0) === 0,
  },
  {
    name: "bind another process to a processor",
    act: ({ victim }) => call("sched_setaffinity", victim, 8, longs(1n)) === 0,
    neighbour: () => call("sched_setaffinity", 0, 8, longs(0xffffffffn)) === 0,
    landlockUser: "process_isolation",
  },
  {
    name: "reschedule another process",
    act: ({ victim }) => call("sched_setscheduler", victim, SCHED_BATCH, words(0)) === 0,
    neighbour: () => call("sched_setscheduler", 0, SCHED_BATCH, words(0)) === 0,
    landlockUser: "process_isolation",
  },
  {
    name: "change another process's turn at the disk",
    act: ({ victim }) => call("ioprio_set", IOPRIO_PROCESS, victim, IOPRIO_IDLE) === 0,
    landlockUser: "process_isolation",
  },
  {
    name: "change what a crash of another process writes",
    act: ({ victim }) =>
      works(() =>
        Deno.writeTextFileSync(`/proc/${victim}/coredump_filter`, "0x33", { create: false })
      ),
    optional: "the kernel writes none",
  },
  {
    name: "trace another process",
    act: ({ victim }) => call("ptrace", PTRACE_SEIZE, victim, 0, 0) === 0,
    optional: DEBUGGER,
  },
  {
    name: "read another process's memory",
    act: ({ victim }) => {
      const own = new Uint8Array(8);
      const address = addressIn(victim);
      return call(
        "process_vm_readv",
        victim,
        vector(addressOf(own), 8),
        1,
        vector(address, 8),
        1,
        0,
      ) === 8;
    },
    optional: DEBUGGER,
  },
  {
    name: "write another process's memory",
    act: ({ victim }) => {
      const own = new Uint8Array(8);
      const address = addressIn(victim);
      return call(
        "process_vm_writev",
        victim,
        vector(addressOf(own), 8),
        1,
        vector(address, 8),
        1,
        0,
      ) === 8;
    },
    optional: DEBUGGER,
  },
  {
    name: "open another process's memory as a file",
    act: ({ victim }) => works(() => Deno.openSync(`/proc/${victim}/mem`, { write: true }).close()),
    optional: DEBUGGER,
    neighbour: () => works(() => Deno.readTextFileSync("/proc/self/status")),
  },
  {
    name: "read another process's environment",
    act: ({ victim, mark }) => Deno.readTextFileSync(`/proc/${victim}/environ`).includes(mark),
  },
  {
    name: "take a descriptor of another process",
    act: ({ victim }) => {
      const process = call("pidfd_open", victim, 0);
      return process >= 0 && opens("pidfd_getfd", process, 9, 0);
    },
    optional: DEBUGGER,
  },
  {
    name: "compare another process's files",
    act: ({ victim }) => call("kcmp", Deno.pid, victim, KCMP_FILE, 0, 9) >= 0,
    optional: DEBUGGER,
  },
  {
    name: "make the kernel spare another process",
    act: ({ victim }) =>
      works(() =>
        Deno.writeTextFileSync(`/proc/${victim}/oom_score_adj`, "500", { create: false })
      ),
  },
  {
    name: "leave a process behind",
    act: ({ mark }) => leaves(`sleep 60 ${numberIn(mark)}1 & exit 0`),
    proof: ({ mark }) => endMarked(`${numberIn(mark)}1`),
  },
  {
    name: "leave a process without an environment behind",
    act: ({ mark }) => leaves(`env -i setsid sleep 60 ${numberIn(mark)}2 & exit 0`),
    proof: ({ mark }) => endMarked(`${numberIn(mark)}2`),
  },
  {
    name: "leave a process with limits of its own behind",
    act: ({ mark }) =>
      call("setrlimit", RLIMIT_LOCKS, longs(7n, 7n)) === 0 &&
      leaves(`sleep 60 ${numberIn(mark)}3 & exit 0`),
    proof: ({ mark }) => endMarked(`${numberIn(mark)}3`),
    neighbour: () => call("setrlimit", RLIMIT_CORE, longs(0n, 0n)) === 0,
  },
  {
    name: "leave a chain of processes behind, each of which only starts the next",
    act: ({ inside }) => {
      Deno.writeTextFileSync(`${inside}/chain`, CHAIN, { mode: 0o755 });
      return call("mknodat", -100, `${inside}/held`, S_IFIFO | 0o600, 0) === 0 &&
        leaves(`exec 5<>${inside}/held; ${inside}/chain ${CHAIN_LENGTH} & exit 0`);
    },
    proof: ({ inside }) => {
      const goesOn = isHeld(`${inside}/held`);
      Deno.writeTextFileSync(`${inside}/chain.stop`, "");
      return goesOn;
    },
  },
  {
    name: "open another program's shared memory",
    act: ({ sharedMemoryKey }) => call("shmget", sharedMemoryKey, 0, 0) >= 0,
    neighbour: () => call("shmget", 0, 4096, 0o600) >= 0,
    landlock: "process_isolation",
  },
  {
    name: "open another program's semaphores",
    act: ({ sharedMemoryKey }) => call("semget", sharedMemoryKey, 0, 0) >= 0,
    neighbour: () => call("semget", 0, 1, 0o600) >= 0,
    landlock: "process_isolation",
  },
  {
    name: "open another program's messages",
    act: ({ sharedMemoryKey }) => call("msgget", sharedMemoryKey, 0) >= 0,
    landlock: "process_isolation",
  },
  {
    name: "open another program's message queue",
    act: ({ queue }) => opens("mq_open", queue, O_RDWR, 0, 0),
    optional: "the kernel has no queues",
  },
  {
    name: "overwrite another program's memory file",
    act: ({ mark }) =>
      works(() => Deno.writeTextFileSync(`/dev/shm/${mark}`, "after", { create: false })),
    proof: ({ mark }) => Deno.readTextFileSync(`/dev/shm/${mark}`) === "after",
    optional: "there is no /dev/shm",
  },
  {
    name: "find a key of the session",
    act: ({ keyName }) =>
      call("keyctl", KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", keyName, 0) >= 0,
    optional: "the kernel has no keys",
  },
  {
    name: "add a key for the user's other programs",
    act: ({ mark }) =>
      call("add_key", "user", `planted-${mark}`, "x", 1, KEY_SPEC_USER_KEYRING) >= 0,
    optional: "the kernel has no keys",
  },
  {
    name: "ask for a key of the session",
    act: ({ keyName }) => call("request_key", "user", keyName, 0, 0) >= 0,
    optional: "the kernel has no keys",
  },
  {
    name: "gain privileges from a program",
    act: () => call("prctl", PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) === 0,
  },
  {
    name: "keep capabilities",
    act: () => {
      const line = /^CapEff:\s+(\S+)/m.exec(Deno.readTextFileSync("/proc/self/status"))?.[1];
      return (BigInt(`0x${line}`) & ~FILE_CAPABILITIES) !== 0n;
    },
    root: true,
  },
  {
    name: "get into another process's namespace",
    act: ({ victim }) => setNamespace(victim),
    root: true,
    neighbour: () => exists("/proc/self/ns/uts"),
  },
];

function setNamespace(victim: number): boolean {
  const descriptor = call("openat", -100, `/proc/${victim}/ns/uts`, 0, 0);
  return descriptor >= 0 && call("setns", descriptor, 0) === 0;
}

/** Ends what carries the mark in its arguments; true when there was anything. */
function endMarked(mark: string): boolean {
  let found = false;
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    works(() => {
      const args = Deno.readTextFileSync(`/proc/${name}/cmdline`).split("\0");
      if (!args.includes(mark)) return;
      found = true;
      Deno.kill(Number(name), "SIGKILL");
    });
  }
  return found;
}
