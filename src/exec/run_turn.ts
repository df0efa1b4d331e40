import type { Thread } from "../app/mod.ts";
import type { Event, Op, SubmissionId } from "../protocol/mod.ts";

export interface TurnOutcome {
  /** `lost`: the thread ended without a word about the turn. */
  readonly end: "completed" | "failed" | "interrupted" | "lost";
  /** The answer: the last message of the turn, else the last plan it proposed. */
  readonly lastMessage: string | null;
}

/** Nobody can be asked here, so every question is answered with no at once: a run never hangs on one. */
function refusalOf({ msg }: Event): Op | null {
  switch (msg.type) {
    case "exec_approval_request":
      return {
        type: "exec_approval",
        id: msg.approvalId ?? msg.callId,
        decision: { type: "denied" },
      };
    case "apply_patch_approval_request":
      return { type: "patch_approval", id: msg.callId, decision: { type: "denied" } };
    case "request_user_input":
      return { type: "user_input_answer", id: msg.turnId, answers: null };
    case "elicitation_request":
      return {
        type: "resolve_elicitation",
        serverName: msg.serverName,
        requestId: msg.requestId,
        action: "cancel",
      };
    default:
      return null;
  }
}

/** What the events of one turn add up to. */
class Tally {
  failed = false;
  #started = false;
  #end: TurnOutcome["end"] | null = null;
  #lastMessage: string | null = null;
  #proposedPlan: string | null = null;

  /** True when the turn has just come to its end. */
  add({ id, msg }: Event, turn: SubmissionId | null): boolean {
    switch (msg.type) {
      case "turn_started":
        this.#started = true;
        return false;
      case "error":
        this.failed = true;
        // Refused before it began: nothing will end it.
        return id === turn && !this.#started && this.#ends("failed");
      case "item_completed":
        if (msg.item.type === "plan") this.#proposedPlan = msg.item.text;
        return false;
      case "turn_completed":
        this.#lastMessage = msg.lastAgentMessage;
        return this.#ends(this.failed ? "failed" : "completed");
      case "turn_aborted":
        return this.#ends("interrupted");
      default:
        return false;
    }
  }

  #ends(end: TurnOutcome["end"]): boolean {
    if (this.#end !== null) return false;
    this.#end = end;
    return true;
  }

  outcome(): TurnOutcome {
    return { end: this.#end ?? "lost", lastMessage: this.#lastMessage ?? this.#proposedPlan };
  }
}

/**
 * Hands one turn to the thread and delivers every event until the thread has shut down; deltas are left out. When
 * `stop` aborts, the turn is interrupted, and its last events are still delivered.
 */
export async function runTurn(
  thread: Pick<Thread, "submit" | "events">,
  turn: Extract<Op, { type: "user_turn" }>,
  deliver: (event: Event) => Promise<void>,
  stop: AbortSignal,
): Promise<TurnOutcome> {
  const tally = new Tally();
  const turnId = await thread.submit(turn);
  // A thread that is already gone has nothing left to interrupt.
  const interrupt = () => void thread.submit({ type: "interrupt" }).catch(() => {});
  if (stop.aborted) interrupt();
  else stop.addEventListener("abort", interrupt, { once: true });
  let ended = false;
  try {
    for await (const event of thread.events()) {
      if (event.msg.type === "item_delta") continue;
      const refusal = refusalOf(event);
      if (refusal !== null) await thread.submit(refusal);
      // What still happens while the thread shuts down belongs to no turn; only trouble is worth a line.
      if (!ended || event.msg.type === "error") await deliver(event);
      if (tally.add(event, turnId)) {
        ended = true;
        await thread.submit({ type: "shutdown" });
      }
      if (event.msg.type === "shutdown_complete") break;
    }
  } finally {
    stop.removeEventListener("abort", interrupt);
  }
  return tally.outcome();
}
