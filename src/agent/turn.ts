import { effectiveWindow, userInputMessage } from "../context/mod.ts";
import { ModelError } from "../model/mod.ts";
import type { TurnError, UserInput } from "../protocol/mod.ts";
import { compact, needsCompaction } from "./compact.ts";
import { userMessages } from "./hooks.ts";
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
    await makeRoom(session, turn, () => recordUserInput(session, turn, inputs));
    lastAgentMessage = await runLoop(session, turn);
    session.services.hooks.turnFinished({
      threadId: session.id,
      turnId: turn.id,
      cwd: turn.settings.cwd,
      inputMessages: userMessages(session.history.items()),
      lastAgentMessage,
    });
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

/** Turns a failure of the work into an `error` event; being stopped from outside passes through. */
async function guarded(session: Session, turn: Turn, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (turn.signal.aborted) throw error;
    if (!(error instanceof ModelError)) {
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
  await guarded(session, turn, () => compact(session, turn));
  await completed(session, turn, null);
}

async function runLoop(session: Session, turn: Turn): Promise<string | null> {
  let lastAgentMessage: string | null = null;
  while (true) {
    turn.signal.throwIfAborted();
    await recordQueued(session, turn);
    const outcome = await sample(session, turn);
    lastAgentMessage = outcome.lastAgentMessage ?? lastAgentMessage;
    if (!outcome.calledTools && turn.queued.length === 0) {
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
    if (next.kind === "user") await recordUserInput(session, turn, next.inputs);
    else session.recordItems([next.item]);
  }
}

/** A person's message: history first, then the events; the session file exists from here on. */
async function recordUserInput(
  session: Session,
  turn: Turn,
  inputs: readonly UserInput[],
): Promise<void> {
  if (inputs.length === 0) return;
  const { message, unreadable } = await userInputMessage(inputs, { cache: session.images });
  session.recordItems([message]);
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
