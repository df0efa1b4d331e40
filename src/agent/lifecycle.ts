import { developerMessage, truncateMiddle, userMessage } from "../context/mod.ts";
import { shlexJoin } from "../policy/mod.ts";
import type {
  HookReport,
  LifecycleEvent,
  LifecycleInput,
  PermissionMode,
  ResponseItem,
  ReviewDecision,
  UserInput,
} from "../protocol/mod.ts";
import { SILENCE } from "../tools/mod.ts";
import type { Session } from "./session.ts";
import type { Turn } from "./turn_context.ts";

/** Of one hook's words so much reaches the model; the middle is left out. */
const CONTEXT_LIMIT = { mode: "tokens", limit: 2_500 } as const;

/** So often hooks may make one turn go on. One that never has enough would cost money for ever. */
const MAX_CONTINUATIONS = 20;

/** A hook ended what was going on; `message` is for people. */
export class StoppedByHook extends Error {
  override readonly name = "StoppedByHook";
}

/** Runs the hooks of an event and tells people what they want told. Without hooks it says nothing at once. */
export async function runHooks(
  session: Session,
  turn: Turn,
  event: LifecycleEvent,
  names: readonly string[],
): Promise<HookReport> {
  const { lifecycle } = session.services.hooks;
  if (lifecycle === null || !lifecycle.has(event.hook_event_name)) return SILENCE;
  // A hook may look into the session's file.
  await session.flush();
  const report = await lifecycle.run(withFacts(session, turn, event), names, turn.signal);
  turn.signal.throwIfAborted();
  for (const message of report.warnings) await session.emit(turn.id, { type: "warning", message });
  return report;
}

/** The whole object that hooks read, in the order in which they are used to see it. */
export function withFacts(session: Session, turn: Turn, event: LifecycleEvent): LifecycleInput {
  const { hook_event_name, ...own } = event;
  const inTurn = hook_event_name !== "SessionStart";
  const permitted = hook_event_name !== "PreCompact" && hook_event_name !== "PostCompact";
  return {
    session_id: session.id,
    ...(inTurn ? { turn_id: turn.id } : {}),
    transcript_path: session.options.recorder?.path ?? null,
    cwd: turn.settings.cwd,
    hook_event_name,
    model: turn.settings.model,
    ...(permitted ? { permission_mode: permissionMode(turn) } : {}),
    ...own,
  } as LifecycleInput;
}

function permissionMode({ settings }: Turn): PermissionMode {
  if (settings.collaborationMode.mode === "plan") return "plan";
  return settings.approvalPolicy === "never" ? "bypassPermissions" : "default";
}

/** What hooks add for the model, as items of the history. */
export function contextItems(texts: readonly string[]): ResponseItem[] {
  return texts.map((text) => developerMessage(truncateMiddle(text, CONTEXT_LIMIT)));
}

/** The hooks of a session's start, once for each start. @throws StoppedByHook */
export async function sessionStarts(session: Session, turn: Turn): Promise<void> {
  const source = session.startsAs;
  if (source === null) return;
  session.startsAs = null;
  const event = { hook_event_name: "SessionStart", source } as const;
  const report = await runHooks(session, turn, event, [source]);
  session.recordItems(contextItems(report.contexts));
  if (report.stop !== null) {
    throw new StoppedByHook(`A SessionStart hook stopped the turn: ${report.stop}`);
  }
}

/**
 * Whether a person's words may enter the conversation, and what enters it behind them.
 *
 * @throws StoppedByHook when they may not: then nothing of them has been recorded
 */
export async function admitPrompt(
  session: Session,
  turn: Turn,
  inputs: readonly UserInput[],
): Promise<ResponseItem[]> {
  const prompt = inputs.flatMap((input) => input.type === "text" ? [input.text] : []).join("\n");
  const event = { hook_event_name: "UserPromptSubmit", prompt } as const;
  const report = await runHooks(session, turn, event, []);
  const reason = report.block ?? report.stop;
  if (reason === null) return contextItems(report.contexts);
  throw new StoppedByHook(`A UserPromptSubmit hook blocked the prompt: ${reason}`);
}

/**
 * Asks whether the turn may end.
 *
 * @param times how often it was made to go on before
 * @returns what the model is to do before; `null` = it may end
 */
export async function goesOn(
  session: Session,
  turn: Turn,
  lastAgentMessage: string | null,
  times: number,
): Promise<ResponseItem | null> {
  const report = await runHooks(session, turn, {
    hook_event_name: "Stop",
    stop_hook_active: times > 0,
    last_assistant_message: lastAgentMessage,
  }, []);
  if (report.block === null || report.stop !== null) return null;
  if (times >= MAX_CONTINUATIONS) {
    const message = `Stop hooks have made this turn go on ${times} times; it ends now.`;
    await session.emit(turn.id, { type: "warning", message });
    return null;
  }
  const message = `A Stop hook makes the turn go on: ${report.block}`;
  await session.emit(turn.id, { type: "background", message });
  return userMessage(truncateMiddle(report.block, CONTEXT_LIMIT));
}

/** Runs the hooks before or after a compaction. @throws StoppedByHook */
export async function aroundCompaction(
  session: Session,
  turn: Turn,
  hook_event_name: "PreCompact" | "PostCompact",
  trigger: "manual" | "auto",
): Promise<void> {
  const { stop } = await runHooks(session, turn, { hook_event_name, trigger }, [trigger]);
  if (stop !== null) throw new StoppedByHook(`A ${hook_event_name} hook stopped the turn: ${stop}`);
}

/** What a person is about to be asked. */
export interface Question {
  readonly name: "Bash" | "apply_patch";
  /** What matchers may call it. */
  readonly names: readonly string[];
  readonly command: string;
  readonly reason: string | null;
}

/** What hooks answer in a person's place; `null` = nothing, the person is asked. */
export async function answerInstead(
  session: Session,
  turn: Turn,
  { name, names, command, reason }: Question,
): Promise<ReviewDecision | null> {
  const asked = {
    hook_event_name: "PermissionRequest",
    tool_name: name,
    tool_input: { command, description: reason },
  } as const;
  const report = await runHooks(session, turn, asked, names).catch((error: unknown) => {
    // Who asked for a turn that has been stopped hears of that in its own way.
    if (turn.signal.aborted) return SILENCE;
    throw error;
  });
  if (report.block === null) return report.allow ? { type: "approved" } : null;
  const message = `A PermissionRequest hook refused: ${report.block}`;
  await session.emit(turn.id, { type: "warning", message });
  return { type: "denied" };
}

/** What a shell is asked to run, where the words are only that; as the hooks before a call see it. */
export function scriptOf(argv: readonly string[]): string {
  const [, flag = "", script] = argv;
  return argv.length === 3 && /^-l?c$/.test(flag) && script !== undefined
    ? script
    : shlexJoin(argv);
}
