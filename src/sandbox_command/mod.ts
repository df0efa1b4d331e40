/**
 * `codex sandbox linux|macos|windows`: runs one command of a person the way a command of the model is run, so that the
 * sandbox can be tried and used by itself; and `codex-linux-sandbox`, by which other programs use it. Owns the policy that flags and configuration make, what a person is told
 * about it, signals, the terminal, exit codes, and that nothing of the command is left afterwards. Never confines
 * anything itself: that is `sandbox`.
 *
 * It needs no session, so it is built from the rooms below and not from `app`, which would triple its start.
 *
 * Start with `run_sandboxed.ts`; what both do is in `run_under_rules.ts`.
 *
 * @module
 */
export { runLinuxHelper } from "./linux_helper.ts";
export { runSandboxed } from "./run_sandboxed.ts";
export type { SandboxArgs, SandboxIo, SandboxSystem } from "./args.ts";
