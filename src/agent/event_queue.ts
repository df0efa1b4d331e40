import type { Event, EventBody, ItemDelta } from "../protocol/mod.ts";

type DeltaBody = Extract<EventBody, { type: "item_delta" }>;

/** From this many waiting events on, deltas are merged. */
const CROWDED = 256;
/** At this many, whoever emits waits for the reader. */
const FULL = 4_096;
/** Pieces of command output keep to what readers were promised. */
const MAX_CHUNK_BYTES = 8_192;

/**
 * The events of one thread, for one reader. Bounded: deltas coalesce when the reader is slow, everything else
 * makes the emitter wait. Once the reader has gone, events are dropped.
 */
export class EventQueue {
  #waiting: Event[] = [];
  #next = 0;
  #closed = false;
  #abandoned = false;
  #reader: (() => void) | null = null;
  readonly #blocked: (() => void)[] = [];

  /** Resolves when the event has a place. */
  async push(event: Event): Promise<void> {
    if (this.#closed || this.#abandoned) return;
    if (event.msg.type === "item_delta" && this.#size() >= CROWDED) {
      if (this.#merge(event.msg)) return;
      if (event.msg.delta.type === "command_output" && this.#size() >= FULL) return;
    }
    while (this.#size() >= FULL && !this.#closed && !this.#abandoned) {
      await new Promise<void>((resolve) => this.#blocked.push(resolve));
    }
    if (this.#closed || this.#abandoned) return;
    this.#waiting.push(event);
    this.#wake();
  }

  /** No more events; the reader gets what is waiting, then the end. */
  close(): void {
    this.#closed = true;
    this.#release();
    this.#wake();
  }

  /** Single use: the events belong to one reader. */
  async *read(): AsyncGenerator<Event, void, void> {
    try {
      while (true) {
        const event = this.#waiting[this.#next];
        if (event !== undefined) {
          this.#next += 1;
          if (this.#next > CROWDED) this.#compact();
          this.#release();
          yield event;
        } else if (this.#closed) {
          return;
        } else {
          await new Promise<void>((resolve) => this.#reader = resolve);
        }
      }
    } finally {
      this.#abandoned = true;
      this.#waiting = [];
      this.#release();
    }
  }

  #size(): number {
    return this.#waiting.length - this.#next;
  }

  #compact(): void {
    this.#waiting = this.#waiting.slice(this.#next);
    this.#next = 0;
  }

  #wake(): void {
    const reader = this.#reader;
    this.#reader = null;
    reader?.();
  }

  #release(): void {
    if (this.#size() >= FULL && !this.#closed && !this.#abandoned) return;
    for (const resume of this.#blocked.splice(0)) resume();
  }

  #merge(msg: DeltaBody): boolean {
    const at = this.#waiting.length - 1;
    const last = this.#waiting[at];
    if (last?.msg.type !== "item_delta" || last.msg.itemId !== msg.itemId) return false;
    const delta = mergeDeltas(last.msg.delta, msg.delta);
    if (delta === null) return false;
    this.#waiting[at] = { id: last.id, msg: { ...last.msg, delta } };
    return true;
  }
}

/** Two neighbouring deltas as one; `null` where they must stay apart. */
export function mergeDeltas(first: ItemDelta, second: ItemDelta): ItemDelta | null {
  switch (second.type) {
    case "agent_message":
    case "plan":
      return first.type === second.type
        ? { type: second.type, text: first.text + second.text }
        : null;
    case "reasoning_summary":
      return first.type === "reasoning_summary" && first.summaryIndex === second.summaryIndex
        ? { ...first, text: first.text + second.text }
        : null;
    case "reasoning_raw":
      return first.type === "reasoning_raw" && first.contentIndex === second.contentIndex
        ? { ...first, text: first.text + second.text }
        : null;
    case "command_output": {
      if (first.type !== "command_output" || first.stream !== second.stream) return null;
      const size = first.chunk.length + second.chunk.length;
      if (size > MAX_CHUNK_BYTES) return null;
      const chunk = new Uint8Array(size);
      chunk.set(first.chunk);
      chunk.set(second.chunk, first.chunk.length);
      return { ...first, chunk };
    }
    case "reasoning_section_break":
      return null;
  }
}
