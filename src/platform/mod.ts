/**
 * Facts and functions of the operating system that the runtime does not offer: the C library through FFI, what
 * a process was started with. Owns every FFI declaration. Never decides what they are used for.
 *
 * Start with `libc.ts`.
 *
 * @module
 */
export {
  type Libc,
  openLibc,
  pointerTo,
  type SyscallArgument,
  type SyscallResult,
} from "./libc.ts";
export { type OsFacts, readOsFacts } from "./os_facts.ts";
export { lastArgumentBytes, startingDescriptorLimit } from "./process_facts.ts";
