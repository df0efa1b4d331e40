/**
 * `codex exec`, the front end without a person: one turn from the command line to an exit code. Owns what is
 * printed on stdout and stderr, as text (`human.ts`) or as JSON lines (`jsonl.ts`, a contract with clients), and
 * how a run is stopped. Never asks anything: whatever would need a person is refused. Never decides what a turn
 * does; that is the thread's, behind `app`.
 *
 * Start with `run_exec.ts`, then `run_turn.ts`.
 *
 * @module
 */
export { runExec } from "./run_exec.ts";
export type { ExecArgs, ExecIo, ExecSignal, ExecStream, ResumeArgs } from "./args.ts";
