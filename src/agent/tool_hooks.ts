import { sandboxTag } from "../sandbox/mod.ts";
import type { ToolHooks } from "../tools/mod.ts";
import { dispatchHooks, hookPayload } from "./hooks.ts";
import { contextItems, runHooks } from "./lifecycle.ts";
import type { Session } from "./session.ts";
import type { Turn } from "./turn_context.ts";

/** The hooks around the calls of a turn; `null` = nobody has any. */
export function createToolHooks(session: Session, turn: () => Turn): ToolHooks | null {
  const { hooks, logger, now } = session.services;
  const { afterToolUse, lifecycle } = hooks;
  const has: ToolHooks["has"] = (event) => lifecycle?.has(event) ?? false;
  if (afterToolUse.length === 0 && !has("PreToolUse") && !has("PostToolUse")) return null;
  return {
    has,
    run: (event, names) => runHooks(session, turn(), event, names),
    addContext: (texts) => {
      for (const item of contextItems(texts)) turn().queued.push({ kind: "item", item });
    },
    listened: afterToolUse.length > 0,
    afterToolUse: async ({ sandbox_policy, output_preview, ...facts }) => {
      const { id, settings } = turn();
      const payload = hookPayload(session.id, settings.cwd, now(), {
        event_type: "after_tool_use",
        turn_id: id,
        ...facts,
        sandbox: await confinedBy(session, turn()),
        sandbox_policy,
        output_preview,
      });
      return await dispatchHooks(afterToolUse, payload, logger);
    },
  };
}

async function confinedBy(session: Session, { settings }: Turn): Promise<string> {
  const known = sandboxTag(settings.sandboxPolicy, null);
  if (known !== null) return known;
  try {
    const { backend } = await session.services.sandbox();
    return sandboxTag(settings.sandboxPolicy, backend) ?? "none";
  } catch {
    return "none";
  }
}
