import type { SandboxPolicy } from "../protocol/mod.ts";
import { type Confined, type SandboxBackend, sandboxSummary } from "../sandbox/mod.ts";

/** What `--explain` prints: which sandbox, why, under what policy, and what it leaves open. */
export function explanation(
  backend: SandboxBackend,
  policy: SandboxPolicy,
  confined: Pick<Confined, "unenforced"> | null,
): string {
  const lines = [
    `backend: ${backend.kind}`,
    `why: ${backend.reason}`,
    `policy: ${sandboxSummary(policy)}`,
  ];
  if (confined === null) {
    lines.push("Commands are not run under this policy, because nothing here can enforce it.");
  } else if (confined.unenforced.length === 0) {
    lines.push("not enforced: nothing of this policy");
  } else {
    lines.push("not enforced:");
    for (const { code, message } of confined.unenforced) lines.push(`- ${code}: ${message}`);
  }
  return `${lines.join("\n")}\n`;
}

/** One line for a person who has not asked, where the sandbox is weaker than it could be; `null` = it is not. */
export function weaknessWarning(backend: SandboxBackend, confined: Confined): string | null {
  const told = confined.unenforced.filter(({ onlyIfAsked }) => onlyIfAsked !== true);
  if (backend.kind !== "landlock" || told.length === 0) return null;
  const codes = told.map(({ code }) => code).join(", ");
  return `codex: the weaker of two sandboxes is used (${backend.reason}); not enforced: ${codes}. ` +
    "--explain tells more.\n";
}
