import {
  isObject,
  type JsonObject,
  numberOrNull,
  parseObject,
  stringOrNull,
} from "../wire_json.ts";
import type { NamedCall } from "./tools.ts";

/** A call as it grows. */
interface GrowingCall {
  readonly index: number | null;
  id: string | null;
  name: string;
  arguments: string;
  extraContent: unknown;
}

/** A call that is whole. `id`: as the server named it; `null` = it did not. */
export interface WholeCall extends NamedCall {
  readonly id: string | null;
  /** What the server wants back with the call; `null` = nothing. */
  readonly extraContent: unknown;
}

/**
 * Puts tool calls together that come in pieces. By the book a piece carries the index of its call, and the first one
 * of a call its id and name. Servers leave out the index or the id, repeat id and name in each piece, give every call
 * the index 0, or send the arguments as an object.
 */
export class ToolCallPieces {
  readonly #calls: GrowingCall[] = [];

  add(pieces: unknown): void {
    if (!Array.isArray(pieces)) return;
    pieces.filter(isObject).forEach((piece, position) => this.#add(piece, position === 0));
  }

  /** The calls in the order in which they began. */
  whole(): WholeCall[] {
    return this.#calls.map(({ id, name, arguments: args, extraContent }) => ({
      id,
      name,
      extraContent,
      arguments: args.trim() === "" ? "{}" : args,
    }));
  }

  get isEmpty(): boolean {
    return this.#calls.length === 0;
  }

  /** `mayContinue`: whatever stands behind the first piece of one list belongs to another call. */
  #add(piece: JsonObject, mayContinue: boolean): void {
    const fn = isObject(piece.function) ? piece.function : {};
    const id = stringOrNull(piece.id) || null;
    const name = stringOrNull(fn.name) ?? "";
    const index = numberOrNull(piece.index);
    const args = isObject(fn.arguments)
      ? JSON.stringify(fn.arguments)
      : stringOrNull(fn.arguments) ?? "";
    const known = this.#place(index, id);
    // Without an index a name alone says that a call begins; with one it may be repeated to the end.
    const begins = name !== "" && (index === null || args !== "");
    const nameless = index === null && id === null;
    const continues = mayContinue || !nameless || name === "";
    const call = known !== null && continues && !isAnother(known, id, name, begins)
      ? known
      : this.#begin(index, id);
    call.id ??= id;
    call.extraContent ??= piece.extra_content ?? null;
    if (name !== call.name) call.name += name;
    call.arguments += args;
  }

  #begin(index: number | null, id: string | null): GrowingCall {
    const call = { index, id, name: "", arguments: "", extraContent: null };
    this.#calls.push(call);
    return call;
  }

  /** The call that has the place which a piece names; without index and id that is the last one. */
  #place(index: number | null, id: string | null): GrowingCall | null {
    if (index !== null) return this.#calls.findLast((known) => known.index === index) ?? null;
    if (id !== null) return this.#calls.findLast((known) => known.id === id) ?? null;
    return this.#calls.at(-1) ?? null;
  }
}

/** The same place, and yet a new call: it has another id, or none and the known one is whole already. */
function isAnother(known: GrowingCall, id: string | null, name: string, begins: boolean): boolean {
  if (name === "") return false;
  if (id !== null) return known.id !== null && id !== known.id;
  return begins && parseObject(known.arguments) !== null;
}
