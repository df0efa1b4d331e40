import type { AbsolutePath, ApprovalPolicy, MessageItem, SandboxPolicy } from "../protocol/mod.ts";
import { developerMessage } from "./messages.ts";

const MAX_PREFIXES = 100;
const MAX_PREFIX_CHARACTERS = 5000;

/** What the model is told about its limits. */
export interface PermissionFacts {
  readonly sandboxPolicy: SandboxPolicy;
  readonly approvalPolicy: ApprovalPolicy;
  /** All folders that commands may write to, working folder included. */
  readonly writableRoots: readonly AbsolutePath[];
  /** Beginnings of commands that rules let through; shown under `on-request` only. */
  readonly approvedPrefixes: readonly (readonly string[])[];
}

function networkAllowed(policy: SandboxPolicy): boolean {
  switch (policy.type) {
    case "danger-full-access":
      return true;
    case "external-sandbox":
      return policy.networkAccess === "enabled";
    case "workspace-write":
      return policy.networkAccess;
    case "read-only":
      return false;
  }
}

function sandboxText(policy: SandboxPolicy): string {
  const network = `Network access is ${networkAllowed(policy) ? "enabled" : "restricted"}.`;
  switch (policy.type) {
    case "danger-full-access":
      return "The sandbox mode is `danger-full-access`: there is no sandbox, every command runs with all rights of " +
        `the user. ${network}`;
    case "external-sandbox":
      return "The sandbox mode is `danger-full-access`: this program confines nothing itself because it runs inside " +
        `an environment that does. ${network}`;
    case "read-only":
      return "The sandbox mode is `read-only`: commands may read files but write none; every edit needs approval. " +
        network;
    case "workspace-write":
      return "The sandbox mode is `workspace-write`: commands may read files, and write below the writable roots " +
        `named here; writing anywhere else needs approval. ${network}`;
  }
}

const ESCALATION = `\
To run a command outside the sandbox, call the command tool with \`sandbox_permissions\` set to \`require_escalated\` \
and a short question to the user in \`justification\`, for instance "May I download the missing packages?". If the user \
is likely to want the same kind of command again, propose its beginning in \`prefix_rule\`, for instance ["npm", "run"]; \
make it as narrow as still useful, and never propose a bare interpreter or shell. A command made of several parts joined \
by &&, ||, ; or | is judged part by part, and every part must be allowed. Do not ask in a message before you make such a \
call: the call itself is the question.`;

function approvalText(policy: ApprovalPolicy): string {
  switch (policy) {
    case "never":
      return "The approval policy is `never`: nobody will be asked. Do not set `sandbox_permissions`; such calls are " +
        "refused. Reach the goal within the limits above, and if that is impossible say in the final message what " +
        "stood in the way.";
    case "untrusted":
      return "The approval policy is `untrusted`: only commands known to be harmless, such as listing and reading " +
        "files, run at once; the user is asked about every other one and may refuse. Do not set " +
        "`sandbox_permissions` for that, the question is put for you.";
    case "on-failure":
      return "The approval policy is `on-failure`: commands run in the sandbox, and when one fails there the user is " +
        "asked whether it may run again without it. The question is put for you.";
    case "on-request":
      return "The approval policy is `on-request`: commands run in the sandbox, and you decide when to ask for more. " +
        "Ask when a command that matters needs to write outside the writable roots, needs the network, opens a " +
        "window, or has failed in a way that looks like the sandbox; and before anything destructive that the user " +
        `did not ask for. ${ESCALATION}`;
  }
}

function byWordsThenLengthThenText(a: readonly string[], b: readonly string[]): number {
  if (a.length !== b.length) return a.length - b.length;
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The sorted list of prefixes, one a line, cut to what a prompt can bear; `""` when there are none. */
function prefixList(prefixes: readonly (readonly string[])[]): string {
  const lines: string[] = [];
  let characters = 0;
  for (const prefix of prefixes.toSorted(byWordsThenLengthThenText)) {
    const line = `- ${JSON.stringify(prefix)}`;
    if (lines.length === MAX_PREFIXES || characters + line.length > MAX_PREFIX_CHARACTERS) {
      lines.push(`[${prefixes.length - lines.length} more are not shown]`);
      break;
    }
    lines.push(line);
    characters += line.length + 1;
  }
  return lines.join("\n");
}

/** The first message of a thread, and again whenever sandbox or approval policy change. */
export function permissionsMessage(facts: PermissionFacts): MessageItem {
  const parts = [sandboxText(facts.sandboxPolicy), approvalText(facts.approvalPolicy)];
  if (facts.approvalPolicy === "on-request" && facts.approvedPrefixes.length > 0) {
    parts.push(
      `Commands that begin with one of these run without a question:\n${
        prefixList(facts.approvedPrefixes)
      }`,
    );
  }
  if (facts.sandboxPolicy.type === "workspace-write" && facts.writableRoots.length > 0) {
    const roots = facts.writableRoots.map((root) => `\`${root}\``).join(", ");
    parts.push(
      facts.writableRoots.length === 1
        ? `The writable root is ${roots}.`
        : `The writable roots are ${roots}.`,
    );
  }
  return developerMessage(
    `<permissions instructions>\n${parts.join("\n")}\n</permissions instructions>`,
  );
}
