import type { Libc } from "../../platform/mod.ts";
import { type Machine, syscallNumber } from "./syscalls.ts";

/**
 * What root keeps: CHOWN, DAC_OVERRIDE, FOWNER. Without them root could not work in a folder that belongs
 * to somebody else, which is the usual case in a container; Landlock limits what they reach.
 */
const KEPT = (1 << 0) | (1 << 1) | (1 << 3);

const CAPABILITY_VERSION_3 = 0x20080522;
const PR_CAPBSET_DROP = 24;
const LAST_POSSIBLE = 63;

/**
 * Gives up the capabilities of this thread but those for files, also those that a program could get back.
 * A process without capabilities has nothing to give up. Returns 0 or `-errno`.
 */
export function dropCapabilities(libc: Libc, machine: Machine): number {
  for (let capability = 0; capability <= LAST_POSSIBLE; capability++) {
    const kept = capability < 32 && (KEPT & (1 << capability)) !== 0;
    // Fails past the last one that the kernel knows, and for users who have none to drop.
    if (!kept) libc.prctl(PR_CAPBSET_DROP, capability);
  }
  const header = new Uint8Array(new Uint32Array([CAPABILITY_VERSION_3, 0]).buffer);
  const current = new Uint32Array(6);
  const bytes = new Uint8Array(current.buffer);
  const read = libc.syscall(syscallNumber("capget", machine), header, bytes);
  if (read < 0) return read;
  // Twice effective, permitted, inheritable: bits 0 to 31, then the rest.
  const keep = [KEPT, KEPT, 0, 0, 0, 0].map((mask, index) => mask & (current[index] ?? 0));
  const wanted = new Uint8Array(new Uint32Array(keep).buffer);
  return libc.syscall(syscallNumber("capset", machine), header, wanted);
}
