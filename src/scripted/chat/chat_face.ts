import type { ChatQuirks, Pause, RawPiece, RecordedBody, ScriptStep, SseEvent } from "../types.ts";
import { type Json, listIn, objectIn, textIn } from "./json.ts";
import { EventRetelling } from "./retell_events.ts";
import { retellRequest } from "./retell_request.ts";
import { wholeAnswer } from "./whole_answer.ts";

/** Lets a script that is written for the Responses API serve clients that speak Chat Completions. */
export class ChatFace {
  readonly #quirks: ChatQuirks;
  /** Ids that the script gave to its calls, oldest first. */
  readonly #scriptedIds: string[] = [];

  constructor(quirks: ChatQuirks) {
    this.#quirks = quirks;
  }

  /** The answer to a request that this server cannot take. */
  refusal(text: string): ScriptStep | null {
    if (!this.#quirks.refuseUsage || !("stream_options" in parse(text))) return null;
    const message = "Extra inputs are not permitted: stream_options";
    return { status: 400, body: { error: { message, type: "invalid_request_error" } } };
  }

  retell(text: string): RecordedBody {
    const body = parse(text);
    if (!this.#quirks.omitIds) return retellRequest(body, (id) => id);
    // Where ids are the client's own, the order of the calls tells which is which.
    const ids = listIn(body["messages"])
      .flatMap((message) => listIn(objectIn(message)["tool_calls"]))
      .map((call) => textIn(objectIn(call)["id"]));
    return retellRequest(body, (id) => this.#scriptedIds[ids.indexOf(id)] ?? id);
  }

  answer(step: ScriptStep): ScriptStep {
    const { events, cutAfter, ...rest } = step;
    if (events === undefined) return step;
    const retelling = new EventRetelling(this.#quirks, (id) => this.#scriptedIds.push(id));
    const chunks = upTo(cutAfter, events).flatMap((event) => retelling.chunks(event));
    if (this.#quirks.wholeAnswers) return { ...rest, ...wholeAnswer(chunks) };
    return {
      ...rest,
      events: chunks,
      ...(cutAfter === undefined ? {} : { cutAfter: chunks.length }),
    };
  }
}

type Entry = SseEvent | Pause | RawPiece;

/** The entries up to that many events. */
function upTo(count: number | undefined, entries: readonly Entry[]): readonly Entry[] {
  if (count === undefined) return entries;
  let events = 0;
  const end = entries.findIndex((entry) => {
    if (events >= count) return true;
    if (!("wait" in entry) || "type" in entry) events += 1;
    return false;
  });
  return end < 0 ? entries : entries.slice(0, end);
}

function parse(text: string): Json {
  try {
    return objectIn(JSON.parse(text));
  } catch {
    return {};
  }
}
