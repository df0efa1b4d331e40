import type { AbsolutePath, MessageItem } from "../protocol/mod.ts";
import { userMessage } from "./messages.ts";
import { ENVIRONMENT_TAG } from "./scaffolding.ts";

/** Facts about where commands run. `cwd: null` = unchanged since the last such block. */
export interface EnvironmentFacts {
  readonly cwd: AbsolutePath | null;
  /** Name of the shell, such as `bash`. */
  readonly shell: string;
  /** Present only when managed settings restrict hosts. */
  readonly network?: { readonly allowed: readonly string[]; readonly denied: readonly string[] };
}

function render(facts: EnvironmentFacts): string {
  const lines = [ENVIRONMENT_TAG];
  if (facts.cwd !== null) lines.push(`  <cwd>${facts.cwd}</cwd>`);
  lines.push(`  <shell>${facts.shell}</shell>`);
  if (facts.network !== undefined) {
    lines.push('  <network enabled="true">');
    for (const host of facts.network.allowed) lines.push(`    <allowed>${host}</allowed>`);
    for (const host of facts.network.denied) lines.push(`    <denied>${host}</denied>`);
    lines.push("  </network>");
  }
  lines.push("</environment_context>");
  return lines.join("\n");
}

/** The block that opens every thread. No date, no operating system, no git facts: it must stay cacheable. */
export function environmentMessage(
  facts: EnvironmentFacts & { readonly cwd: AbsolutePath },
): MessageItem {
  return userMessage(render(facts));
}

/** The block for a later turn; `null` when nothing changed. An unchanged `cwd` is left out. */
export function environmentDiffMessage(
  before: EnvironmentFacts & { readonly cwd: AbsolutePath },
  after: EnvironmentFacts & { readonly cwd: AbsolutePath },
): MessageItem | null {
  if (render(before) === render(after)) return null;
  return userMessage(render({ ...after, cwd: before.cwd === after.cwd ? null : after.cwd }));
}
