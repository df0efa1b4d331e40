/**
 * The conversation: {@link Thread} takes Ops and tells Events, `turn.ts` is the loop of one turn, `sampling.ts`
 * one request with its retries, `stream.ts` the reading of an answer. Implements what tools ask of a thread.
 * Never opens a file, a socket or a process itself: it is handed {@link ThreadServices}.
 *
 * Start with `thread.ts`, then `turn.ts`.
 *
 * @module
 */
export { Thread } from "./thread.ts";
export { runTurn } from "./turn.ts";
export { dispatchHooks, type Hooks, NO_HOOKS, notifyHooks } from "./hooks.ts";
export type { ResumedState, ThreadOptions, ThreadServices } from "./session.ts";
export type { ThreadSettings } from "./settings.ts";
export { uuidV7 } from "./uuid.ts";
