import { effectiveWindow } from "../context/mod.ts";
import { ModelError, retryDelayMs, sleep } from "../model/mod.ts";
import { ResponseReader, type SampleOutcome } from "./stream.ts";
import type { Session } from "./session.ts";
import type { Turn } from "./turn_context.ts";

/**
 * One step of a turn. Each try is built from the history as it then is, so nothing that a failed try finished is
 * said or done twice.
 */
export function sample(session: Session, turn: Turn): Promise<SampleOutcome> {
  return withRetries(session, turn, () => new ResponseReader(session, turn).run());
}

/** Makes a request again while that makes sense, and tells people of each further try. */
export async function withRetries<T>(
  session: Session,
  turn: Turn,
  attempt: () => Promise<T>,
): Promise<T> {
  const { streamMaxRetries } = session.services.client.provider;
  for (let retries = 0;;) {
    try {
      return await attempt();
    } catch (error) {
      if (turn.signal.aborted || !(error instanceof ModelError)) throw error;
      if (await recovered(error, session, turn)) continue;
      if (!error.details.retryable || retries >= streamMaxRetries) throw error;
      retries += 1;
      await session.emit(turn.id, {
        type: "stream_error",
        error: {
          message: `Reconnecting... ${retries}/${streamMaxRetries}`,
          info: { type: "response_stream_disconnected", httpStatusCode: null },
          additionalDetails: error.message,
        },
      });
      await sleep(retryDelayMs(retries, error), turn.signal);
    }
  }
}

/** Takes in what the failure teaches. True = the next try differs from this one for that reason. */
async function recovered(error: ModelError, session: Session, turn: Turn): Promise<boolean> {
  if (error.details.rateLimits !== null) {
    await session.updateRateLimits(turn.id, error.details.rateLimits);
  }
  switch (error.details.code) {
    case "context_window_exceeded": {
      const window = effectiveWindow(turn.model);
      if (window !== null) {
        session.ledger.setFull(window);
        await session.emitTokenCount(turn.id);
      }
      return false;
    }
    case "invalid_image":
      return session.history.replaceLastToolImages("Invalid image");
    default:
      return false;
  }
}
