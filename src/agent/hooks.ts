import { isUserTurn } from "../context/mod.ts";
import type {
  AbsolutePath,
  AfterAgentEvent,
  HookListener,
  HookOutcome,
  HookPayload,
  LifecycleHooks,
  ResponseItem,
  ThreadId,
} from "../protocol/mod.ts";
import type { Logger } from "../telemetry/mod.ts";

/** What is told of a thread's life, and who has a say in it. */
export interface Hooks {
  /** Hear of each finished turn, in order. */
  readonly afterAgent: readonly HookListener[];
  /** Hear of each call of the model, in order. */
  readonly afterToolUse: readonly HookListener[];
  /** What people configured; `null` = nothing. */
  readonly lifecycle: LifecycleHooks | null;
}

export const NO_HOOKS: Hooks = { afterAgent: [], afterToolUse: [], lifecycle: null };

/**
 * Hands an event to one listener after another. What a listener does wrong never breaks a turn; it has to ask for that.
 *
 * @returns why what is going on has to end; `null` = it goes on
 */
export async function dispatchHooks(
  listeners: readonly HookListener[],
  payload: HookPayload,
  logger: Logger,
): Promise<string | null> {
  for (const listener of listeners) {
    const outcome = await heard(listener, payload);
    if (outcome.type === "success") continue;
    const { error } = outcome;
    logger.warn("a hook failed", { event: payload.hook_event.event_type, error });
    if (outcome.type === "failed_abort") return error;
  }
  return null;
}

async function heard(listener: HookListener, payload: HookPayload): Promise<HookOutcome> {
  try {
    return await listener(payload);
  } catch (error) {
    return { type: "failed_continue", error: String(error) };
  }
}

/** An event with what every listener is told beside it. @param now in ms since 1970 */
export function hookPayload(
  threadId: ThreadId,
  cwd: AbsolutePath,
  now: number,
  event: HookPayload["hook_event"],
): HookPayload {
  const triggeredAt = new Date(now).toISOString().replace(/\.\d+Z$/, "Z");
  return { session_id: threadId, cwd, triggered_at: triggeredAt, hook_event: event };
}

export interface NotifyOptions {
  /** Program and first arguments, from the key `notify`; without a program nothing happens. */
  readonly command: readonly string[];
  /** Starts a program and leaves it alone. May throw. */
  readonly start: (argv: readonly string[]) => void;
}

/** Runs the user's program after each finished turn, with one more argument that tells about it. */
export function notifyHooks({ command, start }: NotifyOptions): HookListener[] {
  if (command.length === 0 || command[0] === "") return [];
  return [(payload) => {
    const event = payload.hook_event;
    if (event.event_type !== "after_agent") return { type: "success" };
    try {
      start([...command, notifyPayload(payload.cwd, event)]);
    } catch (error) {
      const reason = `the notify program did not start: ${String(error)}`;
      return { type: "failed_continue", error: reason };
    }
    return { type: "success" };
  }];
}

/** Longest argument that a program can be given on Linux is 128 KiB; beyond it nothing would start at all. */
const MAX_BYTES = 120_000;

/**
 * The last argument of the notify program: a fixed format, names and order included. In a long conversation the
 * oldest messages are left out, and of a long answer the end, so that the program can still be started.
 */
export function notifyPayload(cwd: AbsolutePath, turn: AfterAgentEvent): string {
  let messages = turn.input_messages;
  let last = turn.last_assistant_message;
  let payload = encode(cwd, turn, messages, last);
  while (byteLength(payload) > MAX_BYTES && (messages.length > 0 || last)) {
    if (messages.length > 1) messages = messages.slice(Math.ceil(messages.length / 2));
    else if (messages.length === 1 && (messages[0]?.length ?? 0) > (last?.length ?? 0)) {
      messages = [firstHalf(messages[0]!)];
    } else if (last) last = firstHalf(last);
    else messages = [];
    payload = encode(cwd, turn, messages, last);
  }
  return payload;
}

function encode(
  cwd: AbsolutePath,
  turn: AfterAgentEvent,
  messages: readonly string[],
  last: string | null,
): string {
  return JSON.stringify({
    "type": "agent-turn-complete",
    "thread-id": turn.thread_id,
    "turn-id": turn.turn_id,
    "cwd": cwd,
    "input-messages": messages,
    "last-assistant-message": last,
  });
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function firstHalf(text: string): string {
  // A pair of surrogates is not cut in two.
  return text.slice(0, text.length >> 1).replace(/[\ud800-\udbff]$/, "");
}

/** What a person wrote, message by message; pictures and their labels are left out. */
export function userMessages(items: readonly ResponseItem[]): string[] {
  return items.filter(isUserTurn).map(({ content }) =>
    content.map((part, index) => {
      if (part.type !== "input_text") return "";
      const beforeImage = content[index + 1]?.type === "input_image";
      const behindImage = content[index - 1]?.type === "input_image";
      const label = (beforeImage && /^<image(?: name=[^>]*)?>$/.test(part.text)) ||
        (behindImage && part.text === "</image>");
      return label ? "" : part.text;
    }).join("")
  );
}
