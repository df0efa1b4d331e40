import { effectiveWindow, userInputMessage } from "../context/mod.ts";
import { ModelError } from "../model/mod.ts";
import type { ResponseItem, TurnError, UserInput } from "../protocol/mod.ts";
import { compact, needsCompaction } from "./compact.ts";
import { dispatchHooks, hookPayload, userMessages } from "./hooks.ts";
import { admitPrompt, goesOn, sessionStarts, StoppedByHook } from "./lifecycle.ts";
import { sample } from "./sampling.ts";
import type { Session } from "./session.ts";
import type { Turn } from "./turn_context.ts";
import { uuidV7 } from "./uuid.ts";

/**
 * One turn from its first event to its last: record the input, sample, run what the model calls, again until it
 * is done. Ends with `turn_completed`, after an `error` where one ended it; throws only what stops the turn from
 * outside.
 */
export async function runTurn(
  session: Session,
  turn: Turn,
  inputs: readonly UserInput[],
): Promise<void> {
  await started(session, turn);
  let lastAgentMessage: string | null = null;
  await guarded(session, turn, async () => {
    await warnAboutModel(session, turn);
    await sessionStarts(session, turn);
    const behind = await admitPrompt(session, turn, inputs);
    await makeRoom(session, turn, () => recordUserInput(session, turn, inputs, behind));
    lastAgentMessage = await runLoop(session, turn);
    await tellFinished(session, turn, lastAgentMessage);
  });
  await completed(session, turn, lastAgentMessage);
}

async function started(session: Session, turn: Turn): Promise<void> {
  await session.emit(turn.id, {
    type: "turn_started",
    turnId: turn.id,
    modelContextWindow: effectiveWindow(turn.model),
    collaborationModeKind: turn.settings.collaborationMode.mode,
  });
}

/** Tells the listeners. @throws when one of them ends the turn as failed */
async function tellFinished(
  session: Session,
  turn: Turn,
  lastAgentMessage: string | null,
): Promise<void> {
  const { hooks, logger, now } = session.services;
  if (hooks.afterAgent.length === 0) return;
  const payload = hookPayload(session.id, turn.settings.cwd, now(), {
    event_type: "after_agent",
    thread_id: session.id,
    turn_id: turn.id,
    input_messages: userMessages(session.history.items()),
    last_assistant_message: lastAgentMessage,
  });
  const abort = await dispatchHooks(hooks.afterAgent, payload, logger);
  if (abort !== null) throw new Error(`An after_agent hook ended the turn: ${abort}`);
}

/** Turns a failure of the work into an `error` event; being stopped from outside passes through. */
async function guarded(session: Session, turn: Turn, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (turn.signal.aborted) throw error;
    if (!(error instanceof ModelError || error instanceof StoppedByHook)) {
      session.services.logger.error("turn failed", { error: String(error) });
    }
    await session.emit(turn.id, { type: "error", error: describe(error) });
  }
}

async function completed(
  session: Session,
  turn: Turn,
  lastAgentMessage: string | null,
): Promise<void> {
  turn.closed = true;
  // After a failure words may be waiting: they stay in the history for the next turn.
  await recordQueued(session, turn);
  await session.emitFlushed(turn.id, {
    type: "turn_completed",
    turnId: turn.id,
    lastAgentMessage,
  });
}

/** Compacts first where the window is nearly full. The person's words are kept whatever comes of it. */
async function makeRoom(
  session: Session,
  turn: Turn,
  record: () => Promise<void>,
): Promise<void> {
  try {
    if (needsCompaction(session, turn)) await compact(session, turn);
  } finally {
    await record();
  }
}

/** The turn of a compaction that a person asked for. */
export async function runCompaction(session: Session, turn: Turn): Promise<void> {
  await started(session, turn);
  await guarded(session, turn, () => compact(session, turn, "manual"));
  await completed(session, turn, null);
}

async function runLoop(session: Session, turn: Turn): Promise<string | null> {
  let lastAgentMessage: string | null = null;
  const stops = session.services.hooks.lifecycle?.has("Stop") ?? false;
  let continuations = 0;
  while (true) {
    turn.signal.throwIfAborted();
    await recordQueued(session, turn);
    await sessionStarts(session, turn);
    const outcome = await sample(session, turn);
    lastAgentMessage = outcome.lastAgentMessage ?? lastAgentMessage;
    const done = !outcome.calledTools && turn.queued.length === 0;
    const more = done && stops
      ? await goesOn(session, turn, lastAgentMessage, continuations)
      : null;
    if (more !== null) {
      session.recordItems([more]);
      continuations += 1;
    } else if (done && turn.queued.length === 0) {
      // In the same breath as the look at the queue: nothing can slip in between and stay unanswered.
      turn.closed = true;
      return lastAgentMessage;
    }
    if (needsCompaction(session, turn)) await compact(session, turn);
  }
}

/** Steered words and tools' pictures enter the history after the outputs of the last response. */
export async function recordQueued(session: Session, turn: Turn): Promise<void> {
  for (let next = turn.queued.shift(); next !== undefined; next = turn.queued.shift()) {
    if (next.kind === "user") await recordSteered(session, turn, next.inputs);
    else session.recordItems([next.item]);
  }
}

/** Words that came in while the turn was running. What hooks do not admit is left out, and the turn goes on. */
async function recordSteered(
  session: Session,
  turn: Turn,
  inputs: readonly UserInput[],
): Promise<void> {
  const warn = (message: string) => session.emit(turn.id, { type: "warning", message });
  if (!session.services.hooks.lifecycle?.has("UserPromptSubmit")) {
    return await recordUserInput(session, turn, inputs, []);
  }
  let behind: ResponseItem[];
  try {
    turn.signal.throwIfAborted();
    behind = await admitPrompt(session, turn, inputs);
  } catch (error) {
    if (error instanceof StoppedByHook) return await warn(error.message);
    if (!turn.signal.aborted) throw error;
    // After an interrupt no hook runs any more, and what none has seen must not reach the model.
    return await warn("Your last words came too late for the hooks to see them. Send them again.");
  }
  await recordUserInput(session, turn, inputs, behind);
}

/** A person's message and what hooks put behind it: history first, then the events; the session file exists from here on. */
async function recordUserInput(
  session: Session,
  turn: Turn,
  inputs: readonly UserInput[],
  behind: readonly ResponseItem[],
): Promise<void> {
  if (inputs.length === 0) return;
  const { message, unreadable } = await userInputMessage(inputs, { cache: session.images });
  session.recordItems([message, ...behind]);
  const item = {
    type: "user_message",
    id: uuidV7(session.services.now),
    content: inputs,
  } as const;
  await session.emit(turn.id, { type: "item_started", turnId: turn.id, item });
  await session.emit(turn.id, { type: "item_completed", turnId: turn.id, item });
  await session.options.recorder?.persist();
  for (const { path, reason } of unreadable) {
    const message =
      `The image ${path} could not be read (${reason}); the model answers without it.`;
    await session.emit(turn.id, { type: "warning", message });
  }
}

async function warnAboutModel(session: Session, turn: Turn): Promise<void> {
  if (!turn.model.isFallback) return;
  await session.emit(turn.id, {
    type: "warning",
    message:
      `Nothing is known about the model ${turn.settings.model}; it runs with cautious defaults, which can cost quality.`,
  });
}

/** What clients are told of a failure. */
export function describe(error: unknown): TurnError {
  if (error instanceof ModelError) {
    return { message: error.message, info: error.details.info, additionalDetails: null };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { message, info: { type: "other" }, additionalDetails: null };
}
