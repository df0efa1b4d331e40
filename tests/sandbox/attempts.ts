import type { Attempt } from "./attempt.ts";
import { FILE_ATTEMPTS } from "./files.ts";
import { MACHINE_ATTEMPTS } from "./machine.ts";
import { NETWORK_ATTEMPTS } from "./network.ts";
import { PROCESS_ATTEMPTS } from "./processes.ts";
import { PROTECTED_ATTEMPTS } from "./protected_names.ts";

/** All of them, in the order in which one run tries them. */
export const ATTEMPTS: readonly Attempt[] = [
  ...FILE_ATTEMPTS,
  ...PROTECTED_ATTEMPTS,
  ...PROCESS_ATTEMPTS,
  ...NETWORK_ATTEMPTS,
  // Last, since some of them change the thread that they run on.
  ...MACHINE_ATTEMPTS,
];
