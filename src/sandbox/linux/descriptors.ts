import type { Libc } from "../../platform/mod.ts";
import type { Machine } from "./syscalls.ts";
import { syscallNumber } from "./syscalls.ts";

const CLOSE_RANGE_CLOEXEC = 4;
const LAST_DESCRIPTOR = 0xffffffff;

/**
 * Keeps every descriptor above stderr from the programs that this process starts or becomes: one that was opened
 * outside the sandbox works inside it too. False on kernels before 5.11, which cannot do it.
 */
export function withholdDescriptors(libc: Libc, machine: Machine): boolean {
  const number = syscallNumber("close_range", machine);
  return libc.syscall(number, 3, LAST_DESCRIPTOR, CLOSE_RANGE_CLOEXEC) === 0;
}
