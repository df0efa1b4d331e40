/**
 * Facts and functions of the operating system that the runtime does not offer: the C library through FFI, what
 * a process was started with. Owns every FFI declaration. Never decides what they are used for.
 *
 * Start with `libc.ts`.
 *
 * @module
 */
export { endWith } from "./end_with.ts";
export { type FileLocks, openFileLocks } from "./file_locks.ts";
export {
  type HardeningGap,
  hardenProcess,
  isLoaderVariable,
  withoutLoaderVariables,
} from "./harden.ts";
export {
  type Libc,
  openLibc,
  pointerTo,
  type SyscallArgument,
  type SyscallResult,
} from "./libc.ts";
export { userCacheDir } from "./darwin_folders.ts";
export { loadWindows, type Win32, type WindowsHandle } from "./load_windows.ts";
export { readManagedPreference } from "./managed_preferences.ts";
export { adoptOrphans, isForeground, keepForeground } from "./foreground.ts";
export { type OsFacts, readOsFacts } from "./os_facts.ts";
export { lastArgumentBytes, startingDescriptorLimit } from "./process_facts.ts";
