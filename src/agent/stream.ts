import type { ModelRequest, ResponseEvent } from "../model/mod.ts";
import type { ResponseItem } from "../protocol/mod.ts";
import { callFromItem, dispatch, type ToolCall } from "../tools/mod.ts";
import type { Session } from "./session.ts";
import { deltaOf, messageText, turnItemOf } from "./stream_items.ts";
import type { Turn } from "./turn_context.ts";
import { turnContextRecord } from "./turn_context.ts";
import { uuidV7 } from "./uuid.ts";

/** What one response asked for and said. */
export interface SampleOutcome {
  /** The model called tools and waits for their outputs. */
  readonly calledTools: boolean;
  readonly lastAgentMessage: string | null;
}

/** The item that is being streamed, and what has come of it. */
interface OpenItem {
  readonly id: string;
  readonly item: ResponseItem;
  text: string;
}

/**
 * One request and the reading of its answer: items are recorded as they are done, tools start at once and their
 * outputs enter the history in call order, whatever ended first and however the stream ended.
 */
export class ResponseReader {
  readonly #running: Promise<ResponseItem | null>[] = [];
  #open: OpenItem | null = null;
  #lastAgentMessage: string | null = null;

  constructor(readonly session: Session, readonly turn: Turn) {}

  async run(): Promise<SampleOutcome> {
    const { session, turn } = this;
    session.write([turnContextRecord(session, turn)]);
    try {
      for await (const event of turn.server.stream(this.#request(), turn.signal)) {
        await this.#handle(event);
      }
    } finally {
      await this.#keepUnfinishedText();
      await this.#recordOutputs();
    }
    const diff = await turn.toolContext.diff.unifiedDiff();
    if (diff !== "") await session.emit(turn.id, { type: "turn_diff", unifiedDiff: diff });
    return {
      calledTools: this.#running.length > 0,
      lastAgentMessage: this.#lastAgentMessage,
    };
  }

  #request(): ModelRequest {
    const { session, turn } = this;
    return {
      model: turn.model,
      instructions: session.options.baseInstructions,
      input: session.history.forPrompt({ acceptsImages: turn.toolContext.acceptsImages }),
      tools: turn.tools.specs,
      parallelToolCalls: turn.model.supportsParallelToolCalls,
      effort: turn.settings.effort,
      summary: turn.settings.summary,
      verbosity: session.options.verbosity,
      outputSchema: turn.outputSchema,
      promptCacheKey: session.id,
    };
  }

  async #handle(event: ResponseEvent): Promise<void> {
    const { session, turn } = this;
    switch (event.type) {
      case "created":
        return;
      case "models_etag":
        return session.services.noteModelsEtag(event.etag);
      case "server_reasoning_included":
        session.reasoningIncluded = true;
        return;
      case "rate_limits":
        return await session.updateRateLimits(turn.id, event.snapshot);
      case "server_model":
        return await this.#noteServerModel(event.model);
      case "item_added":
        return await this.#begin(event.item);
      case "item_done":
        return await this.#finish(event.item);
      case "text_delta":
      case "reasoning_summary_delta":
      case "reasoning_raw_delta":
      case "reasoning_summary_part":
        return await this.#delta(event);
      case "completed":
        return await session.addUsage(turn.id, event.usage, turn.model);
    }
  }

  async #begin(item: ResponseItem): Promise<void> {
    const call = callFromItem(item);
    if (call !== null) this.turn.tools.find(call.name)?.prepare?.(this.turn.toolContext);
    const id = this.#itemId(item);
    const shown = turnItemOf(item, id);
    this.#open = shown === null ? null : { id, item, text: "" };
    if (shown === null) return;
    await this.session.emit(this.turn.id, {
      type: "item_started",
      turnId: this.turn.id,
      item: shown,
    });
  }

  #delta(event: ResponseEvent): Promise<void> {
    const delta = deltaOf(event);
    if (delta === null || this.#open === null) return Promise.resolve();
    if (delta.type === "agent_message") this.#open.text += delta.text;
    return this.session.emit(this.turn.id, {
      type: "item_delta",
      turnId: this.turn.id,
      itemId: this.#open.id,
      delta,
    });
  }

  async #finish(item: ResponseItem): Promise<void> {
    const { session, turn } = this;
    const call = callFromItem(item);
    if (call !== null) {
      session.recordItems([item]);
      this.#start(call);
      return;
    }
    if (this.#open === null) await this.#begin(item);
    const shown = turnItemOf(item, this.#open?.id ?? this.#itemId(item));
    this.#open = null;
    if (shown !== null) {
      await session.emit(turn.id, { type: "item_completed", turnId: turn.id, item: shown });
      this.#lastAgentMessage = messageText(shown) ?? this.#lastAgentMessage;
    }
    session.recordItems([item]);
  }

  #start(call: ToolCall): void {
    const { turn } = this;
    this.#running.push(dispatch(call, turn.tools, turn.toolContext, turn.lock, turn.signal));
  }

  async #recordOutputs(): Promise<void> {
    for (const running of this.#running) {
      const output = await running;
      if (output !== null) this.session.recordItems([output]);
    }
  }

  /** What was said before an interrupt or a cut stays said. */
  async #keepUnfinishedText(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    if (open?.item.type !== "message" || open.text === "" || !this.turn.signal.aborted) return;
    await this.#finish({
      ...open.item,
      id: open.id,
      content: [{ type: "output_text", text: open.text }],
    });
  }

  async #noteServerModel(name: string): Promise<void> {
    const { session, turn } = this;
    const asked = turn.model.slug;
    if (turn.rerouted || name.toLowerCase() === asked.toLowerCase()) return;
    turn.rerouted = true;
    const message =
      `The server answered with the model ${name} in place of ${asked}, which was asked for.`;
    await session.emit(turn.id, {
      type: "model_reroute",
      fromModel: asked,
      toModel: name,
      reason: "high_risk_cyber_activity",
    });
    await session.emit(turn.id, { type: "warning", message });
    session.recordItems([{
      type: "message",
      role: "user",
      content: [{ type: "input_text", text: `Warning: ${message}` }],
    }]);
  }

  #itemId(item: ResponseItem): string {
    return ("id" in item ? item.id : undefined) ?? uuidV7(this.session.services.now);
  }
}
