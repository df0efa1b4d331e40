import { isObject, type JsonObject, stringOrNull } from "../wire_json.ts";

/**
 * What a server gives along with its calls and wants back with them, unread: Gemini refuses a conversation without the
 * signatures in `extra_content`, and behind gateways models lose their thoughts without `reasoning_details`.
 */
export interface Keepsake {
  /** Of the call; `null` = none. */
  readonly extraContent: unknown;
  /** Of the message that made the call. */
  readonly reasoningDetails: readonly JsonObject[];
}

/** Keepsakes of one server, by call. They are not written to session files: other servers would refuse them. */
export class Keepsakes {
  readonly #byCall = new Map<string, Keepsake & { readonly model: string }>();

  keep(callId: string, model: string, keepsake: Keepsake): void {
    if (keepsake.extraContent === null && keepsake.reasoningDetails.length === 0) return;
    this.#byCall.set(callId, { ...keepsake, model });
  }

  /** `null` = there is none, or it is another model's. */
  of(callId: string, model: string): Keepsake | null {
    const kept = this.#byCall.get(callId);
    return kept?.model === model ? kept : null;
  }
}

/** Members of a detail that come in pieces. */
const GROWING = ["text", "summary", "data"] as const;

/** Puts reasoning details together that come in pieces: those of one kind and index are one. */
export class ReasoningDetails {
  readonly #whole: JsonObject[] = [];

  add(pieces: unknown): void {
    if (!Array.isArray(pieces)) return;
    for (const piece of pieces.filter(isObject)) {
      const last = this.#whole.at(-1);
      if (last === undefined || last.type !== piece.type || last.index !== piece.index) {
        this.#whole.push(piece);
      } else {
        this.#whole.splice(-1, 1, joined(last, piece));
      }
    }
  }

  whole(): readonly JsonObject[] {
    return this.#whole;
  }
}

function joined(one: JsonObject, other: JsonObject): JsonObject {
  const known = Object.entries(other).filter(([, value]) => value !== null);
  const grown = GROWING.filter((name) => name in one || name in other).map((name) => [
    name,
    `${stringOrNull(one[name]) ?? ""}${stringOrNull(other[name]) ?? ""}`,
  ]);
  return { ...one, ...Object.fromEntries(known), ...Object.fromEntries(grown) };
}
