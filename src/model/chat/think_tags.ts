const OPEN = "<think>";
const CLOSE = "</think>";

/** A stretch of text, and whether the model thought it or said it. */
export interface TaggedText {
  readonly kind: "message" | "reasoning";
  readonly text: string;
}

/**
 * Tells what a model thought from what it said, where the server leaves both in the answer's text: a tag at the very
 * start opens the thought. Anywhere else the tag is text, such as that of an answer about tags.
 */
export class ThinkTags {
  #state: "start" | "thinking" | "said" = "start";
  /** Text that may turn out to be a tag. */
  #held = "";

  /** Takes in a piece of the text; a tag may come in several. */
  split(piece: string): TaggedText[] {
    if (piece === "") return [];
    const text = this.#held + piece;
    this.#held = "";
    switch (this.#state) {
      case "start":
        return this.#start(text);
      case "thinking":
        return this.#thinking(text);
      case "said":
        return [{ kind: "message", text }];
    }
  }

  /** What was held back; the text has ended. */
  end(): TaggedText[] {
    const text = this.#held;
    this.#held = "";
    if (text === "") return [];
    return [{ kind: this.#state === "thinking" ? "reasoning" : "message", text }];
  }

  #start(text: string): TaggedText[] {
    const begun = text.trimStart();
    if (begun.startsWith(OPEN)) {
      this.#state = "thinking";
      return this.split(begun.slice(OPEN.length));
    }
    if (OPEN.startsWith(begun)) {
      this.#held = text;
      return [];
    }
    this.#state = "said";
    return [{ kind: "message", text }];
  }

  #thinking(text: string): TaggedText[] {
    const end = text.indexOf(CLOSE);
    if (end >= 0) {
      this.#state = "said";
      const thought: TaggedText[] = [{ kind: "reasoning", text: text.slice(0, end) }];
      return [...thought, ...this.split(text.slice(end + CLOSE.length))];
    }
    const cut = text.length - beginningOf(CLOSE, text);
    this.#held = text.slice(cut);
    return cut === 0 ? [] : [{ kind: "reasoning", text: text.slice(0, cut) }];
  }
}

/** How many characters at the end of `text` are the first ones of `tag`. */
function beginningOf(tag: string, text: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length -= 1) {
    if (text.endsWith(tag.slice(0, length))) return length;
  }
  return 0;
}
