import { functionCall, itemDone } from "../../src/scripted/mod.ts";
import type { Scenario } from "../support/scenario.ts";
import { answer, exec, finalAnswer } from "./answers.ts";
import { completedItem, done, message, run } from "./expected.ts";
import { PNG } from "./images.ts";

function plan(callId: string, ...steps: readonly (readonly [string, string])[]) {
  return functionCall(callId, "update_plan", {
    plan: steps.map(([step, status]) => ({ step, status })),
  });
}

function todo(type: string, number: number, ...items: readonly (readonly [string, boolean])[]) {
  return {
    type,
    item: {
      id: `item_${number}`,
      type: "todo_list",
      items: items.map(([text, completed]) => ({ text, completed })),
    },
  };
}

/** A call that leads to nothing but an output for the model. */
function onlyOutput(name: string, call: ReturnType<typeof functionCall>, output: RegExp): Scenario {
  return {
    name,
    model: [answer(call), finalAnswer()],
    runs: [{ args: exec("go"), exit: 0, lines: run(message(0, "done"), done(2)) }],
    requests: 2,
    outputs: { c1: output },
  };
}

export const TOOLS: readonly Scenario[] = [
  {
    name: "a plan from start to end",
    model: [
      answer(plan("c1", ["look", "in_progress"], ["fix", "pending"])),
      answer(plan("c2", ["look", "completed"], ["fix", "in_progress"])),
      finalAnswer(),
    ],
    runs: [{
      args: exec("go"),
      exit: 0,
      lines: run(
        todo("item.started", 0, ["look", false], ["fix", false]),
        todo("item.updated", 0, ["look", true], ["fix", false]),
        message(1, "done"),
        todo("item.completed", 0, ["look", true], ["fix", false]),
        done(3),
      ),
    }],
    outputs: { c1: "Plan updated", c2: "Plan updated" },
  },
  onlyOutput(
    "a plan with a status that is none",
    plan("c1", ["look", "perhaps"]),
    /failed to parse function arguments: /,
  ),
  onlyOutput(
    "a tool that is none",
    functionCall("c1", "no_such_tool", {}),
    /^unsupported call: no_such_tool$/,
  ),
  onlyOutput(
    "arguments that are no JSON",
    functionCall("c1", "exec_command", "{cmd: ls"),
    /^failed to parse function arguments: /,
  ),
  onlyOutput(
    "arguments that miss what is needed",
    functionCall("c1", "exec_command", {}),
    /^failed to parse function arguments: .*cmd/,
  ),
  onlyOutput(
    "arguments of the wrong type",
    functionCall("c1", "exec_command", { cmd: 7 }),
    /^failed to parse function arguments: /,
  ),
  onlyOutput(
    "a question that nobody can answer",
    functionCall("c1", "request_user_input", {
      questions: [{
        id: "q",
        header: "Q",
        question: "Which?",
        options: [{ label: "a", description: "x" }, { label: "b", description: "y" }],
      }],
    }),
    /request_user_input is unavailable in .*mode/i,
  ),
  onlyOutput(
    "a picture that is not there",
    functionCall("c1", "view_image", { path: "none.png" }),
    /none\.png/,
  ),
  {
    name: "a picture is shown to the model",
    files: { "dot.png": PNG },
    model: [answer(functionCall("c1", "view_image", { path: "dot.png" })), finalAnswer()],
    runs: [{ args: exec("go"), exit: 0, lines: run(message(0, "done"), done(2)) }],
    outputs: { c1: /^attached local image path$|data:image\/png;base64,/ },
    check(requests) {
      const sent = JSON.stringify(requests[1]?.body.input);
      if (!sent.includes('"input_image"')) throw new Error(`no picture in ${sent}`);
    },
  },
  {
    name: "an output item that nobody knows is passed over",
    model: [answer(itemDone({ type: "hologram", id: "h", data: [1, 2] }), ...finalEvents())],
    runs: [{ args: exec("go"), exit: 0, lines: run(message(0, "still here"), done(1)) }],
    requests: 1,
  },
  {
    name: "a warning of the configuration comes before the turn",
    model: [finalAnswer()],
    runs: [{
      args: exec("go", "--enable", "apply_patch_freeform"),
      exit: 0,
      lines: [
        { type: "thread.started", thread_id: "{uuid}" },
        completedItem(0, { type: "error", message: /apply_patch_freeform/ }),
        { type: "turn.started" },
        message(1, "done"),
        done(1),
      ],
    }],
  },
];

function finalEvents() {
  return [
    itemDone({
      type: "message",
      role: "assistant",
      id: "m",
      content: [{ type: "output_text", text: "still here" }],
    }),
  ];
}
