/**
 * Session files: one JSON line for each thing that happened in a thread, kept so that it can go on later. Owns the
 * format of the lines, of the older event vocabulary in them, and where the files lie. Knows nothing of what a history
 * means and never changes a line that is written.
 *
 * Start with `recorder.ts` (writing) and `reader.ts` (reading); the formats are in `encode.ts`, `decode.ts` and
 * `event_msg.ts`, what is kept in `policy.ts`.
 *
 * @module
 */
export { decodeLine } from "./decode.ts";
export { RolloutError, type RolloutErrorCode } from "./error.ts";
export { type EventMsgOptions, toEventMsgs } from "./event_msg.ts";
export { type EventMsg, type EventMsgType } from "./event_msg_type.ts";
export {
  findThreadById,
  findThreadByName,
  type FoundThread,
  type LatestQuery,
  latestThread,
} from "./lookup.ts";
export { isPersisted } from "./policy.ts";
export { type LoadedThread, readRollout } from "./reader.ts";
export { type CreateOptions, type ResumeOptions, RolloutRecorder } from "./recorder.ts";
export { readThreadName } from "./thread_names.ts";
export {
  type PersistenceMode,
  type RolloutItem,
  type RolloutLine,
  type SessionMeta,
  type TurnContextRecord,
} from "./types.ts";
