import { lastArgumentBytes, type Libc, openLibc, pointerTo } from "../../platform/mod.ts";
import { dropCapabilities } from "./capabilities.ts";
import { withholdDescriptors } from "./descriptors.ts";
import { landlockAbi, restrictFiles } from "./landlock.ts";
import { type LandlockPlan, parseLandlockPlan } from "./landlock_plan.ts";
import { seccompFilter } from "./seccomp.ts";
import { type Machine, syscallNumber, thisMachine } from "./syscalls.ts";

const EXIT_SETUP_FAILED = 125;
const EXIT_NOT_EXECUTABLE = 126;
const EXIT_NOT_FOUND = 127;

const SIGKILL = 9;
const SIGPIPE = 13;
const PR_SET_PDEATHSIG = 1;
const PR_SET_SECCOMP = 22;
const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_MODE_FILTER = 2;
const KEYCTL_JOIN_SESSION_KEYRING = 1;
const BPF_ENTRY_BYTES = 8;
const ENOENT = 2;
const ENOTDIR = 20;
const STDERR = 2;

/** Why the command cannot be started, for the person who reads its stderr. */
class HelperFailure extends Error {
  override readonly name = "HelperFailure";
}

/**
 * Confines this process and becomes the command: `<plan as JSON> -- COMMAND…`, what follows
 * `--codex-run-landlock`. Returns only on failure, with the exit code: 125 the sandbox could not be set up, 126 the
 * command cannot be executed, 127 there is no such command. The reason is on stderr.
 *
 * Everything happens on this one thread: restrictions belong to threads, and `execve` ends all others.
 */
export function runLandlockHelper(args: readonly string[]): number {
  using libc = openLibc();
  try {
    const { plan, command } = parseArguments(args);
    const machine = thisMachine();
    if (machine === null) throw new HelperFailure(`no filter for ${Deno.build.arch}`);
    // First of all, so that from here on nothing of it can be overlooked.
    if (plan.mark !== null) check(libc.limitFileLocks(BigInt(plan.mark)), "setrlimit LOCKS");
    tieToParent(libc, plan.parent);
    restoreDefaults(libc, plan);
    confine(libc, machine, plan);
    return reportExecFailure(libc, command, libc.execvp(command));
  } catch (error) {
    if (!(error instanceof HelperFailure)) throw error;
    say(libc, `sandbox set-up failed: ${error.message}`);
    return EXIT_SETUP_FAILED;
  }
}

function parseArguments(
  args: readonly string[],
): { plan: LandlockPlan; command: Uint8Array[] } {
  const [json = "", separator, ...command] = args;
  const plan = parseLandlockPlan(json);
  if (plan === null || separator !== "--" || command.length === 0) {
    throw new HelperFailure("expected a plan, -- and a command");
  }
  // The runtime's strings have lost every byte that is not UTF-8.
  return { plan, command: lastArgumentBytes(command.length) };
}

/** The command dies with the program that asked for it, even if that is gone before this process gets here. */
function tieToParent(libc: Libc, expected: number): void {
  const parent = libc.parentId();
  check(libc.prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl PDEATHSIG");
  if (libc.parentId() !== parent || !isRunning(expected)) {
    throw new HelperFailure("the program that asked for the command has ended");
  }
}

/** Not so a process that has ended and whose exit code nobody has asked for yet. */
function isRunning(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return !"ZX".includes(stat.charAt(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

/** Undoes what the runtime changed about this process and `execve` would hand on. */
function restoreDefaults(libc: Libc, plan: LandlockPlan): void {
  libc.defaultSignal(SIGPIPE);
  libc.lowerDescriptorLimit(plan.descriptorLimit);
  for (const name of plan.unset) libc.unsetVariable(name);
  for (const [name, value] of Object.entries(plan.set)) libc.setVariable(name, value);
}

/** The order matters: each step needs a call that a later one may take away. */
function confine(libc: Libc, machine: Machine, plan: LandlockPlan): void {
  check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1), "prctl NO_NEW_PRIVS");
  // A kernel without keys has none to protect.
  libc.syscall(syscallNumber("keyctl", machine), KEYCTL_JOIN_SESSION_KEYRING, 0);
  check(dropCapabilities(libc, machine), "capset");
  const abi = landlockAbi(libc, machine);
  if (abi === 0) throw new HelperFailure("the kernel has no Landlock");
  const failure = restrictFiles(libc, machine, { abi, ...plan });
  if (failure !== null) check(-failure.errno, failure.call);
  if (!withholdDescriptors(libc, machine)) throw new HelperFailure("close_range is missing");
  installFilter(libc, seccompFilter(machine, plan.network ? "open" : "none", Deno.uid() === 0));
}

/** `struct sock_fprog`: the number of entries, padding, the address of the first. */
function installFilter(libc: Libc, filter: Uint8Array<ArrayBuffer>): void {
  const program = new Uint8Array(16);
  const view = new DataView(program.buffer);
  view.setUint16(0, filter.length / BPF_ENTRY_BYTES, true);
  view.setBigUint64(8, pointerTo(filter), true);
  check(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program), "prctl SECCOMP");
}

function check(result: number, call: string): void {
  if (result < 0) throw new HelperFailure(`${call}: errno ${-result}`);
}

function reportExecFailure(libc: Libc, command: readonly Uint8Array[], result: number): number {
  const name = new TextDecoder().decode(command[0]);
  const missing = result === -ENOENT || result === -ENOTDIR;
  say(libc, missing ? `${name}: not found` : `${name}: cannot be executed, errno ${-result}`);
  return missing ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

/** By system call, because this process stands in for the command: its stderr is the command's. */
function say(libc: Libc, line: string): void {
  libc.write(STDERR, new TextEncoder().encode(`codex: ${line}\n`));
}
