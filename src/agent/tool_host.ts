import type { EventBody, ResponseItem } from "../protocol/mod.ts";
import type { ToolHost } from "../tools/mod.ts";
import type { Session } from "./session.ts";
import type { Turn } from "./turn_context.ts";

/** What tools may ask of the thread, bound to the turn that runs them. */
export function createToolHost(session: Session, turn: () => Turn): ToolHost {
  const emit = (event: EventBody) => session.emit(turn().id, event);
  return {
    emit,
    recordItem: (item: ResponseItem) => {
      session.recordItems([item]);
      return Promise.resolve();
    },
    queueInput: (item) => {
      turn().queued.push({ kind: "item", item });
    },
    askExecApproval: async (request) => {
      const decision = session.pending.awaitDecision(request.callId);
      await emit({
        type: "exec_approval_request",
        callId: request.callId,
        approvalId: null,
        turnId: turn().id,
        command: request.command,
        cwd: request.cwd,
        reason: request.reason,
        proposedExecpolicyAmendment: request.proposedPrefix,
        parsedCommand: [{ type: "unknown", cmd: request.command.join(" ") }],
      });
      return await decision;
    },
    askPatchApproval: async (request) => {
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
    askUser: async (request) => {
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
