import { isObject, type JsonObject, stringOrNull } from "../wire_json.ts";
import { REASONING_FIELDS, type ReasoningField } from "./reasoning_field.ts";

/** What a piece of an answer says. `field`: the member that the reasoning stood in, where it goes back in one. */
export interface DeltaText {
  readonly reasoning: string;
  readonly field: ReasoningField | null;
  readonly said: string;
}

/** Reads the text of a piece, wherever the server puts it. */
export function deltaText(delta: JsonObject): DeltaText {
  const field = REASONING_FIELDS.find((name) => (stringOrNull(delta[name]) ?? "") !== "") ?? null;
  const parts = Array.isArray(delta.content) ? delta.content.filter(isObject) : [];
  const reasoning = field === null
    ? joined(delta.reasoning_details) + parts.map((part) => joined(part.thinking)).join("")
    : stringOrNull(delta[field]) ?? "";
  const said = parts.length > 0 ? joined(parts) : stringOrNull(delta.content) ?? "";
  // What the model says instead of an answer is still what it says.
  return { reasoning, field, said: said + (stringOrNull(delta.refusal) ?? "") };
}

/**
 * The texts of a list of parts: gateways have `reasoning_details` (with a `text` or a `summary` each), Mistral has
 * thoughts as parts of the content, and a few servers send content as a list by the book of requests.
 */
function joined(parts: unknown): string {
  if (!Array.isArray(parts)) return stringOrNull(parts) ?? "";
  return parts.filter(isObject)
    .map((part) => stringOrNull(part.text) ?? stringOrNull(part.summary) ?? "").join("");
}
