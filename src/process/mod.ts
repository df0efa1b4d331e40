/**
 * Running commands: starting them in a session of their own, on pipes or on a terminal; timeouts, caps on output,
 * killing without leftovers; the environment and the shell that they get; text out of their bytes. Takes commands
 * that the sandbox room has confined. Never decides whether a command may run and never formats anything for the
 * model: that is for `policy` and `tools`.
 *
 * Start with `run_to_end.ts` (one command, to its end) and `process_table.ts` (unified exec).
 *
 * @module
 */
export { commandEnvironment, UNIFIED_EXEC_ENV } from "./command_environment.ts";
export { decodeOutput } from "./decode_output.ts";
export { ProcessError, type ProcessErrorCode } from "./process_error.ts";
export { ProcessTable, type ProcessTableOptions } from "./process_table.ts";
export { runToEnd } from "./run_to_end.ts";
export { ShellSnapshot, type ShellSnapshotOptions } from "./shell_snapshot.ts";
export { detectShell, modelShell, readPasswdShell, shellArgv } from "./shells.ts";
export { startAndLeave } from "./start_and_leave.ts";
export { ptyAvailable } from "./terminal_host.ts";
export type {
  CapturedOutput,
  EnvironmentPolicyLike,
  ExecOutcome,
  OpenProcessOptions,
  OpenProcessResult,
  PollResult,
  ProcessEnd,
  RunOptions,
  RunResult,
  Shell,
  ShellType,
  SpawnFailure,
  WriteResult,
} from "./types.ts";
