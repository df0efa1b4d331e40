/** How a program that runs another one is told which. */
interface Wrapper {
  /** Options whose value is the next word. */
  readonly valued: readonly string[];
  /** Words between the options and the command. */
  readonly operands?: number;
  /** `NAME=value` words may stand before the command. */
  readonly assignments?: boolean;
}

const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  "-": { valued: [] },
  builtin: { valued: [] },
  busybox: { valued: [] },
  caffeinate: { valued: ["-t", "-w"] },
  chrt: { valued: ["-D", "-P", "-T"], operands: 1 },
  chroot: { valued: [], operands: 1 },
  command: { valued: [] },
  coproc: { valued: [] },
  "dbus-run-session": { valued: [] },
  doas: { valued: ["-C", "-u"] },
  env: { valued: ["-u", "--unset", "-C", "--chdir"], assignments: true },
  exec: { valued: ["-a"] },
  fakeroot: { valued: ["-b", "-i", "-l", "-s", "--lib"] },
  flock: { valued: ["-w", "--timeout", "-E", "--conflict-exit-code"], operands: 1 },
  ionice: { valued: ["-c", "--class", "-n", "--classdata", "-p", "-P", "-u"] },
  ltrace: { valued: ["-e", "-o", "-p", "-s", "-u", "-n", "-x"] },
  nice: { valued: ["-n", "--adjustment"] },
  nocorrect: { valued: [] },
  noglob: { valued: [] },
  nohup: { valued: [] },
  nsenter: { valued: ["-t", "--target", "-S", "--setuid", "-G", "--setgid"] },
  parallel: { valued: ["-j", "--jobs", "-n", "--max-args", "-a", "--arg-file"] },
  runuser: { valued: ["-u", "--user", "-g", "--group", "-G", "--supp-group"] },
  setsid: { valued: [] },
  stdbuf: { valued: ["-i", "--input", "-o", "--output", "-e", "--error"] },
  strace: { valued: ["-e", "-o", "-p", "-s", "-u", "-E"] },
  sudo: {
    valued: [
      ...["-C", "-D", "-R", "-T", "-U", "-g", "-h", "-p", "-r", "-t", "-u"],
      ...["--chdir", "--chroot", "--close-from", "--command-timeout", "--group", "--host"],
      ...["--other-user", "--prompt", "--role", "--type", "--user"],
    ],
    assignments: true,
  },
  "systemd-run": { valued: ["-p", "--property", "-u", "--unit", "-E", "--setenv"] },
  taskset: { valued: [], operands: 1 },
  time: { valued: ["-f", "--format", "-o", "--output"] },
  timeout: { valued: ["-k", "--kill-after", "-s", "--signal"], operands: 1 },
  toybox: { valued: [] },
  unshare: { valued: ["-R", "--root", "-w", "--wd", "-S", "-G"] },
  watch: { valued: ["-n", "--interval"] },
  xargs: {
    valued: [
      ...["-a", "-d", "-E", "-I", "-J", "-L", "-n", "-P", "-R", "-S", "-s"],
      ...["--arg-file", "--delimiter", "--max-args", "--max-chars", "--max-lines", "--max-procs"],
      "--process-slot-var",
    ],
  },
};

const FIND_ACTIONS = new Set(["-exec", "-execdir", "-ok", "-okdir"]);

type Words = readonly (string | null)[];

/** The commands that `name` would run with these arguments. `[]` = it runs no other, or is not known to. */
export function innerCommand(name: string, args: Words): readonly Words[] {
  if (name === "find") return findActions(args);
  const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
  if (wrapper === undefined) return [];
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === "--") {
      at++;
      break;
    }
    if (wrapper.assignments && /^[A-Za-z_]\w*=/.test(arg)) continue;
    if (!arg.startsWith("-")) break;
    if (wrapper.valued.includes(arg)) at++;
  }
  if (wrapper.assignments) {
    while (/^[A-Za-z_]\w*=/.test(args[at] ?? "")) at++;
  }
  const rest = args.slice(at + (wrapper.operands ?? 0));
  return rest.length === 0 ? [] : [rest];
}

function findActions(args: Words): Words[] {
  const actions: Words[] = [];
  let action: (string | null)[] | null = null;
  for (const arg of args) {
    if (action === null) {
      if (arg !== null && FIND_ACTIONS.has(arg)) action = [];
    } else if (arg === ";" || arg === "+") {
      actions.push(action);
      action = null;
    } else action.push(arg);
  }
  return action === null ? actions : [...actions, action];
}
