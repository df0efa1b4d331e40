import type { RawPiece } from "../types.ts";

/** One chunk of a Chat Completions stream, with these members. */
export function chatData(chunk: Readonly<Record<string, unknown>>): RawPiece {
  return { raw: `data: ${JSON.stringify(chunk)}\n\n` };
}

/** A chunk with one choice. `finish`: why the answer ends with it. */
export function chatChunk(
  delta: Readonly<Record<string, unknown>>,
  finish: string | null = null,
  more: Readonly<Record<string, unknown>> = {},
): RawPiece {
  return chatData({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...more,
  });
}

/** The mark at the end of a stream. */
export function chatDone(): RawPiece {
  return { raw: "data: [DONE]\n\n" };
}
