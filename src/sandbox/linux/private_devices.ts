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

/** Major 1; by minor number. */
const MEMORY_DEVICES: Readonly<Record<string, number>> = {
  null: 3,
  zero: 5,
  full: 7,
  random: 8,
  urandom: 9,
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
    const devices = Object.entries(MEMORY_DEVICES).map(([name, minor]) => {
      const node = join(folder, name);
      makeNode(libc, node, minor);
      return { node, path: `/dev/${name}` };
    });
    return { devices, limits: [] };
  } catch {
    return { devices: [], limits: [NOT_POSSIBLE] };
  }
}

/** Makes it, sets its mode, and opens it once: on a file system without devices only that fails. */
function makeNode(libc: Libc, node: AbsolutePath, minor: number): void {
  const machine = thisMachine();
  if (machine === null) throw new Deno.errors.NotSupported("no device numbers for this machine");
  const path = new TextEncoder().encode(`${node}\0`);
  const result = libc.syscall(
    syscallNumber("mknodat", machine),
    AT_FDCWD,
    path,
    S_IFCHR | EVERYONE,
    (1 << 8) | minor,
  );
  if (result < 0 && result !== -EEXIST) throw new Deno.errors.NotSupported(`errno ${-result}`);
  Deno.chmodSync(node, EVERYONE);
  if (!Deno.lstatSync(node).isCharDevice) throw new Deno.errors.NotSupported("not a device");
  Deno.openSync(node, { read: true }).close();
}
