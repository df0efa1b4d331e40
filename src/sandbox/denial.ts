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
