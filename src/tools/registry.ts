import { applyPatchTool } from "./apply_patch.ts";
import { execCommandTool } from "./exec_command.ts";
import { requestUserInputTool } from "./request_user_input.ts";
import { localShellTool, shellCommandTool, shellTool } from "./shell.ts";
import type { Tool, ToolsetOptions } from "./types.ts";
import { updatePlanTool } from "./update_plan.ts";
import { viewImageTool } from "./view_image.ts";
import { writeStdinTool } from "./write_stdin.ts";

/** The tools of one turn: what requests offer, in their order, and what can be called. */
export interface Toolset {
  readonly specs: readonly unknown[];
  find(name: string): Tool | null;
}

export function buildToolset(options: ToolsetOptions): Toolset {
  const shellType = options.shellType;
  const unified = shellType === "unified_exec";
  const tools: Tool[] = [];
  if (shellType !== "disabled") {
    if (unified) tools.push(execCommandTool(), writeStdinTool());
    tools.push(
      shellTool("shell", shellType === "default"),
      shellTool("container.exec", false),
      localShellTool(shellType === "local"),
      shellCommandTool(shellType === "shell_command"),
    );
  }
  tools.push(updatePlanTool());
  if (options.collaborationModes) tools.push(requestUserInputTool());
  tools.push(applyPatchTool(options.applyPatchType));
  const image = viewImageTool();
  const search = webSearchSpec(options);
  const byName = new Map([...tools, image].map((tool) => [tool.name, tool]));
  return {
    specs: [
      ...tools.flatMap((tool) => tool.spec === null ? [] : [tool.spec]),
      ...(search === null ? [] : [search]),
      image.spec,
    ],
    find: (name) => byName.get(name) ?? null,
  };
}

/** Runs on the server; nothing here answers it. */
function webSearchSpec(options: ToolsetOptions): unknown | null {
  if (options.webSearch === "disabled") return null;
  return { type: "web_search", external_web_access: options.webSearch === "live" };
}
