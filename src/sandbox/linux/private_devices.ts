import { join } from "node:path";
import { type Libc, openLibc } from "../../platform/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import type { Limit } from "../types.ts";
import { syscallNumber, thisMachine } from "./syscalls.ts";

/** A device file that stands in for the host's at `path`. */
export interface PrivateDevice {
  readonly node: AbsolutePath;
  readonly path: AbsolutePath;
}

const MEMORY = 1;
const TERMINAL = 5;
/** All that bubblewrap shows of the host's: major and minor number. */
const DEVICES: Readonly<Record<string, readonly [major: number, minor: number]>> = {
  null: [MEMORY, 3],
  zero: [MEMORY, 5],
  full: [MEMORY, 7],
  random: [MEMORY, 8],
  urandom: [MEMORY, 9],
  tty: [TERMINAL, 0],
};
const S_IFCHR = 0o020000;
const EVERYONE = 0o666;
const AT_FDCWD = -100;
const EEXIST = 17;

const NOT_POSSIBLE: Limit = {
  code: "device_modes",
  message:
    "Commands of root can change the mode of /dev/null and its like for the whole machine: no device files can be made in the state folder.",
};

/**
 * Root owns the host's device files, and bubblewrap shows just these: `chmod 600 /dev/null` would reach everyone. So
 * root gets device files of its own, made once below the state folder. For other users nothing is to be done.
 */
export function privateDevices(
  stateDir: AbsolutePath,
): { readonly devices: readonly PrivateDevice[]; readonly limits: readonly Limit[] } {
  if (Deno.uid() !== 0) return { devices: [], limits: [] };
  try {
    const folder = join(stateDir, "dev");
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    using libc = openLibc();
    const devices = Object.entries(DEVICES).map(([name, [major, minor]]) => {
      const node = join(folder, name);
      makeNode(libc, node, major, minor);
      return { node, path: `/dev/${name}` };
    });
    return { devices, limits: [] };
  } catch {
    return { devices: [], limits: [NOT_POSSIBLE] };
  }
}

/**
 * Makes it, sets its mode, and opens it once: on a file system without devices only that fails. A terminal opens for
 * those alone who have one.
 */
function makeNode(libc: Libc, node: AbsolutePath, major: number, minor: number): void {
  const machine = thisMachine();
  if (machine === null) throw new Deno.errors.NotSupported("no device numbers for this machine");
  const path = new TextEncoder().encode(`${node}\0`);
  const result = libc.syscall(
    syscallNumber("mknodat", machine),
    AT_FDCWD,
    path,
    S_IFCHR | EVERYONE,
    (major << 8) | minor,
  );
  if (result < 0 && result !== -EEXIST) throw new Deno.errors.NotSupported(`errno ${-result}`);
  Deno.chmodSync(node, EVERYONE);
  if (!Deno.lstatSync(node).isCharDevice) throw new Deno.errors.NotSupported("not a device");
  if (major === MEMORY) Deno.openSync(node, { read: true }).close();
}
