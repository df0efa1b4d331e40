/**
 * How files are touched: paths by their text and by their links, whole-file replacement, reading without waiting for
 * anybody, logs that only grow, locks, how a person is shown a place in one, and where native code is unpacked.
 * Knows nothing of what the files mean, never removes one that it did not make.
 *
 * Start with `replace.ts`; the path rules are in `paths.ts`.
 *
 * @module
 */
export { type AppendLog, openAppendLog } from "./append_log.ts";
export { FilesError, type FilesErrorCode, filesErrorCode } from "./error.ts";
export { HELD_FOLDER_MODE, isHeldFolder, isPresent } from "./held_place.ts";
export { locatedMessage, type Position, positionAt } from "./located.ts";
export { lockFile, type LockOptions, tryLockFile } from "./lock.ts";
export { type LockedFolder, openLockedFolder } from "./locked_folder.ts";
export { loadNativeCode } from "./native_code.ts";
export { isInside, normalizePath, resolveLinks } from "./paths.ts";
export { readWhole, readWholeText, refuseUnreadPipe } from "./read_whole.ts";
export { replaceFile, type ReplaceOptions } from "./replace.ts";
