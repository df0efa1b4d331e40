/** No answer with tokens is longer; what a proxy or a broken server sends instead may have no end. */
const LONGEST_BYTES = 1024 * 1024;

/** The text of an answer, as far as it came. */
export interface AnswerText {
  readonly text: string;
  /** Why it is not whole; `null` = it is. */
  readonly failure: unknown;
}

/** Reads an answer. Never throws: what came before the connection broke may hold what cannot be had again. */
export async function readAnswer(response: Response): Promise<AnswerText> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > LONGEST_BYTES) throw new RangeError("the answer is too long");
      text += decoder.decode(chunk, { stream: true });
    }
    return { text: text + decoder.decode(), failure: null };
  } catch (failure) {
    return { text, failure };
  }
}
