/**
 * The work that every program is given: the same script, the same files.
 *
 * @module
 */
import { join } from "node:path";
import {
  assistantMessage,
  completed,
  created,
  customToolCall,
  functionCall,
  type RecordedRequest,
  reply,
  type Script,
  textDeltas,
} from "../../src/scripted/mod.ts";

export interface Scenario {
  readonly name: string;
  /** Arguments after the program's name. */
  readonly args: readonly string[];
  /** What the model answers; null for work that needs no model. */
  readonly script: Script | null;
  /** The clock stops when the program ends, or when its first request arrives. */
  readonly until: "exit" | "first request";
  readonly prepare?: (workspace: string) => Promise<void>;
  /** What went wrong, in a few words; null if the work was done. */
  readonly verify?: (
    requests: readonly RecordedRequest[],
    workspace: string,
  ) => string | null | Promise<string | null>;
}

const DELTAS = 20_000;
const CALLS = 40;
const HUNKS = 1_000;
const FLOOD_BYTES = 30_000_000;

const EXEC = ["exec", "--json", "--skip-git-repo-check"];
const PROMPT = "Do the work.";

function message(text: string) {
  return [assistantMessage("msg_1", text), completed()];
}

/** Text of every tool output that the model was sent, oldest first. */
function toolOutputs(requests: readonly RecordedRequest[]): string[] {
  const input = requests.at(-1)?.body.input ?? [];
  return input.filter(({ type }) => type.endsWith("_call_output"))
    .map(({ output }) => typeof output === "string" ? output : JSON.stringify(output));
}

function toolCalls(sandbox: string): Pick<Scenario, "args" | "script" | "until" | "verify"> {
  return {
    args: [...EXEC, "-s", sandbox, PROMPT],
    until: "exit",
    script: (_request, index) =>
      index < CALLS
        ? reply(
          created(),
          functionCall(`call_${index}`, "exec_command", { cmd: `printf 'done %s' ${index}` }),
          completed(),
        )
        : reply(created(), ...message("All calls made.")),
    verify(requests) {
      const done = toolOutputs(requests).filter((text, index) => text.includes(`done ${index}`));
      return done.length === CALLS ? null : `${done.length} of ${CALLS} calls worked`;
    },
  };
}

function numberedLines(change: (line: number) => string): string {
  return Array.from({ length: HUNKS * 5 }, (_, line) => `${change(line)}\n`).join("");
}

function largePatch(): string {
  const hunks = Array.from({ length: HUNKS }, (_, hunk) => {
    const line = hunk * 5 + 2;
    return `@@\n line ${line - 1}\n-line ${line}\n+changed ${line}\n line ${line + 1}\n`;
  });
  return `*** Begin Patch\n*** Update File: large.txt\n${hunks.join("")}*** End Patch\n`;
}

export const SCENARIOS: readonly Scenario[] = [
  { name: "--version", args: ["--version"], script: null, until: "exit" },
  { name: "--help", args: ["--help"], script: null, until: "exit" },
  {
    name: "exec to first request",
    args: [...EXEC, PROMPT],
    script: [reply(created(), ...message("Done."))],
    until: "first request",
  },
  {
    name: "one message",
    args: [...EXEC, PROMPT],
    script: [reply(created(), ...message("Done."))],
    until: "exit",
  },
  {
    name: "20,000 deltas",
    args: [...EXEC, PROMPT],
    script: () => {
      const pieces = Array.from({ length: DELTAS }, (_, index) => `w${index} `);
      const text = pieces.join("");
      return reply(created(), ...textDeltas("msg_1", text, pieces), ...message(text));
    },
    until: "exit",
  },
  { name: "40 calls, no sandbox", ...toolCalls("danger-full-access") },
  { name: "40 calls, sandbox", ...toolCalls("workspace-write") },
  {
    name: "30 MB of output",
    args: [...EXEC, "-s", "danger-full-access", PROMPT],
    script: [
      reply(
        created(),
        functionCall("call_0", "exec_command", {
          cmd: `yes ${"0123456789".repeat(9)} | head -c ${FLOOD_BYTES}; echo; echo the end`,
        }),
        completed(),
      ),
      reply(created(), ...message("That was a lot.")),
    ],
    until: "exit",
    verify: (requests) =>
      toolOutputs(requests).some((text) => text.includes("the end"))
        ? null
        : "output lacks its end",
  },
  {
    name: "1,000-hunk patch",
    args: [...EXEC, "-s", "workspace-write", PROMPT],
    script: [
      reply(created(), customToolCall("call_0", "apply_patch", largePatch()), completed()),
      reply(created(), ...message("Patched.")),
    ],
    until: "exit",
    prepare: (workspace) =>
      Deno.writeTextFile(join(workspace, "large.txt"), numberedLines((line) => `line ${line}`)),
    async verify(_requests, workspace) {
      const expected = numberedLines((line) => `${line % 5 === 2 ? "changed" : "line"} ${line}`);
      const found = await Deno.readTextFile(join(workspace, "large.txt"));
      return found === expected ? null : "the file is not as patched";
    },
  },
];
