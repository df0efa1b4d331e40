import {
  assistantMessage,
  completed,
  created,
  customToolCall,
  functionCall,
  reasoning,
  type RecordedRequest,
  reply,
  type ScriptStep,
  type SseEvent,
} from "../scripted/mod.ts";
import { FIX, OUTSIDE } from "./sample_project.ts";

export const PROMPT = "One of the tests fails. Find the bug, fix it, and show that it is fixed.";

/** A shell command, in the form that this request's tools allow. */
function shell(request: RecordedRequest, callId: string, script: string): SseEvent {
  const names = request.body.tools.map((tool) => tool["name"]);
  if (names.includes("exec_command")) return functionCall(callId, "exec_command", { cmd: script });
  if (names.includes("shell_command")) {
    return functionCall(callId, "shell_command", { command: script });
  }
  return functionCall(callId, "shell", { command: ["sh", "-c", script] });
}

function patch(request: RecordedRequest, callId: string): SseEvent {
  const tool = request.body.tools.find((entry) => entry["name"] === "apply_patch");
  if (tool?.["type"] === "custom") return customToolCall(callId, "apply_patch", FIX);
  if (tool !== undefined) return functionCall(callId, "apply_patch", { input: FIX });
  return shell(request, callId, `apply_patch <<'EOF'\n${FIX}\nEOF`);
}

function say(id: string, text: string): SseEvent {
  return assistantMessage(id, text);
}

type Act = (request: RecordedRequest) => readonly SseEvent[];

const LOOK: Act = (request) => [
  reasoning("rs_1", ["I should see what there is, and what fails."]),
  shell(request, "call_list", "ls"),
];

const TRY: Act = (request) => [shell(request, "call_fail", "sh test.sh")];

const READ: Act = (request) => [
  say("msg_1", "The test at the limit of 10000 fails. I will read how the total is made."),
  shell(request, "call_read", "cat cart.sh"),
];

const REPAIR: Act = (request) => [
  reasoning("rs_2", ["`-gt` leaves out 10000 itself; the comment says “from 10000 on”."]),
  patch(request, "call_patch"),
];

const PROVE: Act = (request) => [shell(request, "call_pass", "sh test.sh")];

const ESCAPE: Act = (request) => [
  say(
    "msg_2",
    "All tests pass. Now something I must not be able to do: write outside the project.",
  ),
  shell(request, "call_escape", `echo escaped > ../${OUTSIDE}`),
];

const CONCLUDE: Act = () => [
  say(
    "msg_3",
    "Fixed: `total` in cart.sh compared with -gt, so a cart of exactly 10000 still paid for shipping. " +
      "With -ge all three tests pass.",
  ),
];

/** What the stand-in for a model answers, one step a request. `escape`: also try to leave the sandbox. */
export function modelScript(
  escape: boolean,
): (request: RecordedRequest, index: number) => ScriptStep {
  const acts = [LOOK, TRY, READ, REPAIR, PROVE, ...(escape ? [ESCAPE] : []), CONCLUDE];
  return (request, index) => {
    const act = acts[index] ?? CONCLUDE;
    const id = `resp_${index + 1}`;
    return reply(created(id), ...act(request), completed(id, { input: 1000, output: 50 }));
  };
}
