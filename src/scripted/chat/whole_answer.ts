import type { Pause, RawPiece, ScriptStep } from "../types.ts";
import { type Json, listIn, objectIn, textIn } from "./json.ts";

/** The chunks of a stream as one answer, such as servers give that do not stream. */
export function wholeAnswer(chunks: readonly (Pause | RawPiece)[]): ScriptStep {
  const parts = chunks.flatMap((chunk) => "raw" in chunk ? parse(chunk.raw) : []);
  const failed = parts.find((part) => "error" in part);
  if (failed !== undefined) return { body: failed };
  const calls: { name: string; arguments: string; id: unknown }[] = [];
  const texts = { content: "", reasoning_content: "", reasoning: "" };
  let finish: unknown = null;
  for (const part of parts) {
    const choice = objectIn(listIn(part["choices"])[0]);
    const delta = objectIn(choice["delta"]);
    finish = choice["finish_reason"] ?? finish;
    for (const key of ["content", "reasoning_content", "reasoning"] as const) {
      texts[key] += textIn(delta[key]);
    }
    for (const piece of listIn(delta["tool_calls"]).map(objectIn)) {
      const fn = objectIn(piece["function"]);
      if ("name" in fn) calls.push({ name: textIn(fn["name"]), arguments: "", id: piece["id"] });
      const last = calls.at(-1);
      if (last !== undefined) last.arguments += textIn(fn["arguments"]);
    }
  }
  const message = {
    role: "assistant",
    ...texts,
    tool_calls: calls.map(({ id, ...fn }) => ({ id, type: "function", function: fn })),
  };
  return {
    body: {
      id: "chatcmpl-1",
      object: "chat.completion",
      choices: [{ index: 0, message, finish_reason: finish }],
      usage: parts.findLast((part) => "usage" in part)?.["usage"],
    },
  };
}

function parse(raw: string): Json[] {
  const data = raw.replace(/^data: /u, "").trim();
  return data === "[DONE]" ? [] : [objectIn(JSON.parse(data))];
}
