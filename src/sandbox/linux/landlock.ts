import type { Libc } from "../../platform/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import { type Machine, syscallNumber } from "./syscalls.ts";

/** `LANDLOCK_ACCESS_FS_*` of linux/landlock.h. */
const FS = {
  execute: 1 << 0,
  writeFile: 1 << 1,
  readFile: 1 << 2,
  readDir: 1 << 3,
  removeDir: 1 << 4,
  removeFile: 1 << 5,
  makeChar: 1 << 6,
  makeDir: 1 << 7,
  makeReg: 1 << 8,
  makeSock: 1 << 9,
  makeFifo: 1 << 10,
  makeBlock: 1 << 11,
  makeSym: 1 << 12,
  refer: 1 << 13,
  truncate: 1 << 14,
  ioctlDev: 1 << 15,
} as const;

const READ = FS.execute | FS.readFile | FS.readDir;
/** All but making and steering devices: a device node in the workspace would be a door to the disk. */
const WRITE = READ | FS.writeFile | FS.removeDir | FS.removeFile | FS.makeDir | FS.makeReg |
  FS.makeSock | FS.makeFifo | FS.makeSym | FS.refer | FS.truncate;
const DEVICE = FS.readFile | FS.writeFile | FS.truncate | FS.ioctlDev;
/** The rights that the kernel takes in a rule about something that is no directory. */
const FILE_ONLY = FS.execute | FS.writeFile | FS.readFile | FS.truncate | FS.ioctlDev;

/** `LANDLOCK_ACCESS_NET_BIND_TCP`, `LANDLOCK_ACCESS_NET_CONNECT_TCP`. */
const NET_TCP = 3;
/** `LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET`, `LANDLOCK_SCOPE_SIGNAL`. */
const SCOPE_ALL = 3;

/** Devices that programs write to without changing anything, and terminals. */
const DEVICES = ["/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/ptmx", "/dev/pts"];

/**
 * Readable under every policy: where programs look themselves up, and the devices. What is private to other processes
 * stays out of reach, since a restricted process may not trace them.
 */
const OWN_FACTS = ["/proc", "/dev"];

const CREATE_RULESET_VERSION = 1;
const RULE_PATH_BENEATH = 1;
const O_PATH_CLOEXEC = 0o10000000 | 0o2000000;
const RESOLVE_NO_SYMLINKS = 4;
const AT_FDCWD = -100;
const ENOENT = 2;
const EINVAL = 22;
const ELOOP = 40;

/** The version of the kernel's interface, 0 when it has none. A question only: nothing is restricted. */
export function landlockAbi(libc: Libc, machine: Machine): number {
  const number = syscallNumber("landlock_create_ruleset", machine);
  return Math.max(0, libc.syscall(number, 0, 0, CREATE_RULESET_VERSION));
}

interface Grant {
  readonly path: string;
  readonly rights: number;
  readonly links: "follow" | "refuse";
}

export interface LandlockRules {
  readonly abi: number;
  /** Links resolved. One that is gone by now is left out. */
  readonly writable: readonly AbsolutePath[];
  /** What can be read besides; `null` = everything. Links are followed. */
  readonly readable: readonly AbsolutePath[] | null;
  /** False = TCP is refused here too, from version 4 on, besides the filter. */
  readonly network: boolean;
}

/**
 * Restricts this thread, and the program it becomes, to reading everything and writing below the given paths.
 * Returns what went wrong, as the name of the call and its errno, or `null`. Needs no_new_privs.
 */
export function restrictFiles(
  libc: Libc,
  machine: Machine,
  rules: LandlockRules,
): { readonly call: string; readonly errno: number } | null {
  const handled = handledRights(rules.abi);
  const attributes = rulesetAttributes(rules, handled);
  const create = syscallNumber("landlock_create_ruleset", machine);
  const ruleset = libc.syscall(create, attributes, attributes.length, 0);
  if (ruleset < 0) return { call: "landlock_create_ruleset", errno: -ruleset };
  const grants: readonly Grant[] = [
    ...(rules.readable ?? ["/"]).map((path) => ({ path, rights: READ, links: "follow" } as const)),
    // A command that may not read everything still needs to look at itself and at its devices.
    ...(rules.readable === null ? [] : OWN_FACTS).map((path) =>
      ({ path, rights: READ, links: "follow" }) as const
    ),
    ...DEVICES.map((path) => ({ path, rights: DEVICE, links: "follow" } as const)),
    // Resolved before; what is a link now was put there since, and is left out.
    ...rules.writable.map((path) => ({ path, rights: WRITE, links: "refuse" } as const)),
  ];
  for (const grant of grants) {
    const { path } = grant;
    const result = allow(libc, machine, ruleset, { ...grant, rights: grant.rights & handled });
    if (result < 0) return { call: `landlock_add_rule ${path}`, errno: -result };
  }
  const result = libc.syscall(syscallNumber("landlock_restrict_self", machine), ruleset, 0);
  libc.close(ruleset);
  return result < 0 ? { call: "landlock_restrict_self", errno: -result } : null;
}

/** What this version of the interface can refuse: 13, 14, 15, 15, 16 … rights. */
function handledRights(abi: number): number {
  const all = (1 << 16) - 1;
  if (abi >= 5) return all;
  if (abi >= 3) return all & ~FS.ioctlDev;
  if (abi === 2) return all & ~(FS.ioctlDev | FS.truncate);
  return all & ~(FS.ioctlDev | FS.truncate | FS.refer);
}

/** `struct landlock_ruleset_attr`, as long as the kernel knows it: files, TCP (4), scopes (6). */
function rulesetAttributes(rules: LandlockRules, handled: number): Uint8Array<ArrayBuffer> {
  const words = [BigInt(handled)];
  if (rules.abi >= 4) words.push(rules.network ? 0n : BigInt(NET_TCP));
  if (rules.abi >= 6) words.push(BigInt(SCOPE_ALL));
  return new Uint8Array(new BigUint64Array(words).buffer);
}

function allow(
  libc: Libc,
  machine: Machine,
  ruleset: number,
  { path, rights, links }: Grant,
): number {
  const descriptor = openPath(libc, machine, path, links === "follow" ? 0 : RESOLVE_NO_SYMLINKS);
  if (descriptor === -ENOENT || descriptor === -ELOOP) return 0;
  if (descriptor < 0) return descriptor;
  const add = (access: number): number => {
    // `struct landlock_path_beneath_attr`, packed: the rights, then the descriptor.
    const attribute = new Uint8Array(12);
    const view = new DataView(attribute.buffer);
    view.setBigUint64(0, BigInt(access), true);
    view.setInt32(8, descriptor, true);
    const number = syscallNumber("landlock_add_rule", machine);
    return libc.syscall(number, ruleset, RULE_PATH_BENEATH, attribute, 0);
  };
  let result = add(rights);
  if (result === -EINVAL) result = add(rights & FILE_ONLY);
  libc.close(descriptor);
  return result;
}

function openPath(libc: Libc, machine: Machine, path: string, resolve: number): number {
  const name = new TextEncoder().encode(`${path}\0`);
  const how = new Uint8Array(
    new BigUint64Array([BigInt(O_PATH_CLOEXEC), 0n, BigInt(resolve)]).buffer,
  );
  return libc.syscall(syscallNumber("openat2", machine), AT_FDCWD, name, how, how.length);
}
