import type { SandboxPolicy } from "../protocol/mod.ts";
import { hasFullNetwork } from "./policy.ts";
import type { SandboxBackendKind } from "./types.ts";

const DENIAL_WORDS = [
  "operation not permitted",
  "permission denied",
  "read-only file system",
  "seccomp",
  "sandbox",
  "landlock",
  "failed to write file",
];

/** What a shell reports for a command that the kernel killed with SIGSYS. */
const KILLED_BY_SIGSYS = 128 + 31;

/**
 * Guesses whether the sandbox is why a command failed. A guess: programs report a refused system call in
 * their own words, and the kernel tells nobody else. The words come before the exit code, so that a shell's
 * 127 with "permission denied" counts.
 */
export function looksDenied(
  result: { readonly kind: SandboxBackendKind; readonly exitCode: number; readonly text: string },
): boolean {
  if (result.kind === "none" || result.exitCode === 0) return false;
  const text = result.text.toLowerCase();
  if (DENIAL_WORDS.some((word) => text.includes(word))) return true;
  const onLinux = result.kind === "bubblewrap" || result.kind === "landlock";
  return onLinux && result.exitCode === KILLED_BY_SIGSYS;
}

/** Words of programs that found no network, as the C libraries and common clients put them. */
const NETWORK_WORDS =
  /could not resolve|couldn't resolve|name resolution|name or service not known|network is unreachable|no route to host|getaddrinfo|failed to connect|connection refused/i;

/** As programs report a refused system call: behind what they were doing. The same words elsewhere are about something else. */
const READ_ONLY_REPORT = /[:\]] (?:EROFS: )?read-only file system\b/i;
const REFUSAL_REPORT =
  /(?:[:\]] |^)(?:E(?:ACCES|PERM): )?(?:permission denied|operation not permitted)\b/im;

/**
 * One line for the model about a command that failed, where the sandbox has a part in it or may have: what, and under
 * which policy. It says no more than is known: programs tell why they failed in their own words, and only they know.
 * `null` = nothing is to be said.
 */
export function describeDenial(failure: {
  readonly kind: SandboxBackendKind;
  readonly exitCode: number;
  readonly text: string;
  /** The one that was in force. */
  readonly policy: SandboxPolicy;
  /** There is a way to the network besides what the policy says. */
  readonly hasProxy: boolean;
}): string | null {
  const { kind, exitCode, text, policy } = failure;
  if (kind === "none" || exitCode === 0) return null;
  const rules = policyInWords(policy);
  if (exitCode === KILLED_BY_SIGSYS && kind !== "seatbelt") {
    return `[sandbox] The command was ended for a system call that is not allowed here (${rules}).`;
  }
  if (READ_ONLY_REPORT.test(text)) {
    return `[sandbox] A write outside of what commands may change was probably refused (${rules}).`;
  }
  if (!hasFullNetwork(policy) && !failure.hasProxy && NETWORK_WORDS.test(text)) {
    return `[sandbox] Commands have no network here, only servers that they start themselves (${rules}).`;
  }
  if (!REFUSAL_REPORT.test(text)) return null;
  return `[sandbox] This may have been refused by the sandbox (${rules}).`;
}

/** What a policy lets commands do. */
function policyInWords(policy: SandboxPolicy): string {
  const network = hasFullNetwork(policy) ? "network" : "no network";
  switch (policy.type) {
    case "read-only":
      return `read-only: no writes, ${network}`;
    case "workspace-write": {
      const roots = policy.writableRoots.length === 0 ? "" : `, ${policy.writableRoots.join(", ")}`;
      return `workspace-write: writes in the working directory and temporary folders${roots}, but not in ` +
        `.git, .codex and .agents; ${network}`;
    }
    case "danger-full-access":
    case "external-sandbox":
      return network;
  }
}
