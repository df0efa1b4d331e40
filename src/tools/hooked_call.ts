import { shlexJoin, shlexSplit } from "../policy/mod.ts";
import { PATCH_NAMES } from "./tool_hooks.ts";
import type { ToolCall } from "./types.ts";

/** A call as hooks see it: whatever tool runs a command is `Bash` to them. */
export interface HookedCall {
  readonly name: "Bash" | "apply_patch";
  /** What matchers may call it. */
  readonly names: readonly string[];
  readonly command: string;
  /** The same call with another command; `null` = this kind of call cannot hold that. */
  with(command: string): ToolCall | null;
}

/** Where the command stands in the arguments of the tools that take a script. */
const SCRIPT_KEYS: Readonly<Record<string, string>> = {
  exec_command: "cmd",
  shell_command: "command",
};
const ARGV_TOOLS: readonly string[] = ["shell", "container.exec"];

/** `null` = hooks have nothing to do with it, or it is no call that its tool can make out. */
export function hookedCall(call: ToolCall): HookedCall | null {
  const { name, payload } = call;
  if (payload.kind === "local_shell") {
    return bash(shlexJoin(payload.command), (text) => {
      const command = shlexSplit(text);
      return command === null ? null : { ...call, payload: { ...payload, command } };
    });
  }
  if (payload.kind === "custom") {
    if (name !== "apply_patch") return null;
    return patch(payload.input, (input) => ({ ...call, payload: { ...payload, input } }));
  }
  const fields = fieldsOf(payload.arguments);
  if (fields === null) return null;
  const withField = (key: string, value: unknown): ToolCall => ({
    ...call,
    payload: { ...payload, arguments: JSON.stringify({ ...fields, [key]: value }) },
  });
  if (name === "apply_patch") {
    const { input } = fields;
    return typeof input === "string" ? patch(input, (text) => withField("input", text)) : null;
  }
  if (ARGV_TOOLS.includes(name)) {
    const argv = fields["command"];
    if (!Array.isArray(argv) || !argv.every((word) => typeof word === "string")) return null;
    return bash(shlexJoin(argv), (text) => {
      const words = shlexSplit(text);
      return words === null ? null : withField("command", words);
    });
  }
  const key = Object.hasOwn(SCRIPT_KEYS, name) ? SCRIPT_KEYS[name]! : null;
  const script = key === null ? undefined : fields[key];
  if (key === null || typeof script !== "string") return null;
  return bash(script, (text) => withField(key, text));
}

function bash(command: string, change: HookedCall["with"]): HookedCall {
  return { name: "Bash", names: ["Bash"], command, with: change };
}

function patch(command: string, change: HookedCall["with"]): HookedCall {
  return { name: "apply_patch", names: PATCH_NAMES, command, with: change };
}

function fieldsOf(json: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(json);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? value as Record<string, unknown> : null;
  } catch {
    return null;
  }
}
