import { developerMessage } from "../context/mod.ts";
import type { EventBody, ResponseItem, ReviewDecision } from "../protocol/mod.ts";
import { PATCH_NAMES, type ToolHost } from "../tools/mod.ts";
import { answerInstead, scriptOf } from "./lifecycle.ts";
import type { Session } from "./session.ts";
import type { Turn } from "./turn_context.ts";

/** What tools may ask of the thread, bound to the turn that runs them. */
export function createToolHost(session: Session, turn: () => Turn): ToolHost {
  const emit = (event: EventBody) => session.emit(turn().id, event);
  return {
    emit,
    warnOnce: async (message) => {
      if (session.warned.has(message)) return;
      session.warned.add(message);
      await emit({ type: "warning", message });
    },
    recordItem: (item: ResponseItem) => {
      session.recordItems([item]);
      return Promise.resolve();
    },
    queueInput: (item) => {
      turn().queued.push({ kind: "item", item });
    },
    allowPrefix: async (prefix) => {
      try {
        await session.services.rules.allow(prefix);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const message = `Failed to apply execpolicy amendment: ${reason}`;
        return await emit({ type: "warning", message });
      }
      const saved = `Approved command prefix saved:\n- ${wordList(prefix)}`;
      session.recordItems([developerMessage(saved)]);
    },
    ...approvals(session, turn),
    askUser: async (request) => {
      if (turn().signal.aborted) return null;
      const answers = session.pending.awaitAnswers(turn().id);
      await emit({
        type: "request_user_input",
        callId: request.callId,
        turnId: turn().id,
        questions: request.questions,
      });
      return await answers;
    },
  };
}

/** Hooks may answer first; then a person is asked. */
function approvals(
  session: Session,
  turn: () => Turn,
): Pick<ToolHost, "askExecApproval" | "askPatchApproval"> {
  const emit = (event: EventBody) => session.emit(turn().id, event);
  return {
    askExecApproval: async (request) => {
      const { approvalId, network } = request;
      const instead = await answerInstead(session, turn(), {
        name: "Bash",
        names: ["Bash"],
        command: scriptOf(request.command),
        reason: network === null ? request.reason : `network-access ${network.host}`,
      });
      if (instead !== null) return instead;
      if (turn().signal.aborted) return ABANDONED;
      const decision = session.pending.awaitDecision(approvalId ?? request.callId);
      await emit({
        type: "exec_approval_request",
        callId: request.callId,
        approvalId,
        turnId: turn().id,
        command: request.command,
        cwd: request.cwd,
        reason: request.reason,
        networkApprovalContext: network,
        proposedExecpolicyAmendment: request.proposedPrefix,
        parsedCommand: request.parsedCommand,
      });
      return await decision;
    },
    askPatchApproval: async (request) => {
      const instead = await answerInstead(session, turn(), {
        name: "apply_patch",
        names: PATCH_NAMES,
        command: request.patch,
        reason: request.reason,
      });
      if (instead !== null) return instead;
      if (turn().signal.aborted) return ABANDONED;
      const decision = session.pending.awaitDecision(request.callId);
      await emit({
        type: "apply_patch_approval_request",
        callId: request.callId,
        turnId: turn().id,
        changes: request.changes,
        reason: request.reason,
        grantRoot: request.grantRoot,
      });
      return await decision;
    },
  };
}

/** Nobody is asked for a turn that has been stopped: the answer could come when nothing waits for the call any more. */
const ABANDONED: ReviewDecision = { type: "denied" };

/** As rules write a pattern. */
function wordList(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;
}
