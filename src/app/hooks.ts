import { type Hooks, notifyHooks } from "../agent/mod.ts";
import type { HookSettings } from "../config/mod.ts";
import { startAndLeave } from "../process/mod.ts";
import type { EventBody, LifecycleHooks } from "../protocol/mod.ts";
import type { AppOptions } from "./options.ts";

interface OpenedHooks {
  readonly hooks: Hooks;
  readonly notices: readonly EventBody[];
}

/**
 * What is run at points of a session, as it is written down now: what is written later counts for the next session. Most
 * people have no hooks; then nothing of them is loaded.
 *
 * @throws ConfigError where settings that are wrong are to be an error
 */
export async function openHooks({ config, env, logger }: AppOptions): Promise<OpenedHooks> {
  const afterAgent = notifyHooks({
    command: config.notify ?? [],
    start: (argv) => startAndLeave(argv, env),
  });
  const alone = { afterAgent, afterToolUse: [], lifecycle: null };
  if (!config.features["hooks"] || !await hasAny(config.hooks)) {
    return { hooks: alone, notices: [] };
  }
  const { loadHooks, runHooks } = await import("../hooks/mod.ts");
  const { hooks, warnings } = await loadHooks(config.hooks);
  const lifecycle: LifecycleHooks | null = hooks.length === 0
    ? null
    : runHooks({ hooks, env, logger: logger.withTarget("codex_core::hooks") });
  return {
    hooks: { ...alone, lifecycle },
    notices: warnings.map((message) => ({ type: "warning", message })),
  };
}

async function hasAny({ sources }: HookSettings): Promise<boolean> {
  if (sources.some(({ inline }) => inline !== undefined)) return true;
  const files = sources.flatMap(({ jsonFile }) => jsonFile === null ? [] : [jsonFile]);
  const found = await Promise.all(
    // What is there and cannot be looked at is told by whoever reads it.
    files.map((file) =>
      Deno.lstat(file).then(() => true, (error) => !(error instanceof Deno.errors.NotFound))
    ),
  );
  return found.includes(true);
}
