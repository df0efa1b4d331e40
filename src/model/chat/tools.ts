import type { LocalShellCallItem, ToolCallItem } from "../../protocol/mod.ts";
import {
  isObject,
  type JsonObject,
  numberOrNull,
  parseObject,
  stringOrNull,
} from "../wire_json.ts";

/** Parameter that carries the text of a freeform tool, which Chat Completions does not have. */
const INPUT = "input";

/** Name under which the shell that is built into the Responses API is offered as a function. */
const LOCAL_SHELL = "local_shell";

/** A tool call as a server names it. */
export interface NamedCall {
  readonly name: string;
  /** JSON as a string, as the model wrote it. */
  readonly arguments: string;
}

/** The tools of a request as functions. Those that only the vendor's server can run are left out. */
export function functionTools(tools: readonly unknown[]): JsonObject[] {
  return tools.flatMap((tool) => isObject(tool) ? functionTool(tool) : []);
}

function functionTool(tool: JsonObject): JsonObject[] {
  switch (tool.type) {
    case "function": {
      const { name, description, parameters } = tool;
      return [{ type: "function", function: { name, description, parameters } }];
    }
    case "custom":
      return [{
        type: "function",
        function: {
          name: tool.name,
          description: freeformDescription(tool),
          parameters: parametersOf({
            [INPUT]: { type: "string", description: "The whole text for this tool, as it stands." },
          }, [INPUT]),
        },
      }];
    case LOCAL_SHELL:
      return [{
        type: "function",
        function: {
          name: LOCAL_SHELL,
          description: "Runs a program and returns its output.",
          parameters: parametersOf({
            command: {
              type: "array",
              items: { type: "string" },
              description: "The program and its arguments.",
            },
            working_directory: { type: "string", description: "Folder to run it in." },
            timeout_ms: { type: "number", description: "Longest run time in milliseconds." },
          }, ["command"]),
        },
      }];
    default:
      return [];
  }
}

function parametersOf(properties: JsonObject, required: readonly string[]): JsonObject {
  return { type: "object", properties, required, additionalProperties: false };
}

function freeformDescription(tool: JsonObject): string {
  const lines = [stringOrNull(tool.description) ?? ""];
  lines.push(`That text is the value of the parameter \`${INPUT}\`.`);
  const format = isObject(tool.format) ? tool.format : {};
  const grammar = stringOrNull(format.definition);
  if (grammar !== null) {
    lines.push(`Its grammar (${stringOrNull(format.syntax) ?? "of its own kind"}):`, grammar);
  }
  return lines.filter((line) => line !== "").join("\n\n");
}

/** How a call of the conversation so far is written as a function call. */
export function namedCall(item: ToolCallItem): NamedCall {
  switch (item.type) {
    case "function_call":
      return { name: item.name, arguments: readableArguments(item.arguments) };
    case "custom_tool_call":
      return { name: item.name, arguments: JSON.stringify({ [INPUT]: item.input }) };
    case "local_shell_call": {
      const { command, working_directory, timeout_ms } = item.action;
      return {
        name: LOCAL_SHELL,
        arguments: JSON.stringify({
          command,
          ...(working_directory === null ? {} : { working_directory }),
          ...(timeout_ms === null ? {} : { timeout_ms }),
        }),
      };
    }
  }
}

/** Servers that render a prompt from the arguments refuse the whole conversation when one call's are no object. */
function readableArguments(text: string): string {
  if (parseObject(text) !== null) return text;
  return JSON.stringify(text.trim() === "" ? {} : { unreadable: text });
}

/** The item that a function call stands for, given the tools that were offered. */
export function callItem(
  call: NamedCall,
  callId: string,
  tools: readonly unknown[],
): ToolCallItem {
  const offers = tools.filter(isObject);
  const name = offeredName(call.name, offers.map(nameOf));
  const offered = offers.find((tool) => nameOf(tool) === name);
  if (offered?.type === "custom") {
    return {
      type: "custom_tool_call",
      call_id: callId,
      name,
      input: inputOf(call.arguments),
    };
  }
  const shell = offered?.type === LOCAL_SHELL ? localShellCall(call.arguments, callId) : null;
  return shell ??
    { type: "function_call", name, arguments: call.arguments, call_id: callId };
}

function nameOf(tool: JsonObject): unknown {
  return tool.type === LOCAL_SHELL ? LOCAL_SHELL : tool.name;
}

/** Servers of models such as gpt-oss leave parts of the model's own notation on names. */
function offeredName(name: string, offered: readonly unknown[]): string {
  if (offered.includes(name)) return name;
  const bare = name.replace(/<\|[^]*$/u, "").replace(/^functions\./u, "").trim();
  return offered.includes(bare) ? bare : name;
}

/** Models forget the wrapping, or name its one parameter otherwise. */
function inputOf(args: string): string {
  const parsed = parseObject(args);
  if (parsed === null) return args;
  const named = stringOrNull(parsed[INPUT]);
  if (named !== null) return named;
  const values = Object.values(parsed);
  return values.length === 1 && typeof values[0] === "string" ? values[0] : args;
}

/** `null` = the arguments are not those of the shell; whoever runs calls says so to the model. */
function localShellCall(args: string, callId: string): LocalShellCallItem | null {
  const parsed = parseObject(args);
  if (!Array.isArray(parsed?.command)) return null;
  const command = parsed.command.filter((word) => typeof word === "string");
  if (command.length !== parsed.command.length) return null;
  return {
    type: "local_shell_call",
    call_id: callId,
    status: "completed",
    action: {
      type: "exec",
      command,
      timeout_ms: numberOrNull(parsed.timeout_ms),
      working_directory: stringOrNull(parsed.working_directory),
      env: null,
      user: null,
    },
  };
}
