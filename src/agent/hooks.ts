import { isUserTurn } from "../context/mod.ts";
import type { AbsolutePath, ResponseItem, ThreadId, TurnId } from "../protocol/mod.ts";
import type { Logger } from "../telemetry/mod.ts";

/** What somebody outside wants to know of a thread's life. Never holds a turn up, and never breaks one. */
export interface Hooks {
  /** The model has answered and called nothing more; the end of the turn has not been told yet. */
  turnFinished(turn: FinishedTurn): void;
}

export interface FinishedTurn {
  readonly threadId: ThreadId;
  readonly turnId: TurnId;
  readonly cwd: AbsolutePath;
  /** Everything that a person has said in the conversation that the model saw last. */
  readonly inputMessages: readonly string[];
  readonly lastAgentMessage: string | null;
}

export const NO_HOOKS: Hooks = { turnFinished: () => {} };

export interface NotifyOptions {
  /** Program and first arguments, from the key `notify`; without a program nothing happens. */
  readonly command: readonly string[];
  /** Starts a program and leaves it alone. May throw. */
  readonly start: (argv: readonly string[]) => void;
  readonly logger: Logger;
}

/** Runs the user's program after each finished turn, with one more argument that tells about it. */
export function notifyHooks({ command, start, logger }: NotifyOptions): Hooks {
  if (command.length === 0 || command[0] === "") return NO_HOOKS;
  return {
    turnFinished: (turn) => {
      try {
        start([...command, notifyPayload(turn)]);
      } catch (error) {
        logger.warn("the notify program did not start", { error: String(error) });
      }
    },
  };
}

/** Longest argument that a program can be given on Linux is 128 KiB; beyond it nothing would start at all. */
const MAX_BYTES = 120_000;

/**
 * The last argument of the notify program: a fixed format, names and order included. In a long conversation the
 * oldest messages are left out, and of a long answer the end, so that the program can still be started.
 */
export function notifyPayload(turn: FinishedTurn): string {
  let messages = turn.inputMessages;
  let last = turn.lastAgentMessage;
  let payload = encode(turn, messages, last);
  while (byteLength(payload) > MAX_BYTES && (messages.length > 0 || last)) {
    if (messages.length > 1) messages = messages.slice(Math.ceil(messages.length / 2));
    else if (messages.length === 1 && (messages[0]?.length ?? 0) > (last?.length ?? 0)) {
      messages = [firstHalf(messages[0]!)];
    } else if (last) last = firstHalf(last);
    else messages = [];
    payload = encode(turn, messages, last);
  }
  return payload;
}

function encode(turn: FinishedTurn, messages: readonly string[], last: string | null): string {
  return JSON.stringify({
    "type": "agent-turn-complete",
    "thread-id": turn.threadId,
    "turn-id": turn.turnId,
    "cwd": turn.cwd,
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
