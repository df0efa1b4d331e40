import { openLibc } from "../../platform/mod.ts";
import { landlockAbi } from "./landlock.ts";
import { thisMachine } from "./syscalls.ts";

/** The version of the kernel's Landlock interface, 0 when it has none or this machine's numbers are unknown. */
export function landlockVersion(): number {
  const machine = thisMachine();
  if (machine === null) return 0;
  using libc = openLibc();
  return landlockAbi(libc, machine);
}
