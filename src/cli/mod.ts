/**
 * The command line: which program this process is, commands as records, the grammar of arguments, help. Reads
 * environment, working directory and home folder once and passes them down.
 *
 * Never does a command's work and never ends the process: a command returns its exit code to `main.ts`. The
 * static imports of this file are all that `codex --version` loads; everything else is imported lazily.
 *
 * Start with `dispatch.ts`, then `command_line.ts` and `commands.ts`.
 *
 * @module
 */
export { openWorld } from "./deno_world.ts";
export { run } from "./dispatch.ts";
export type { Signal, TextSink, World } from "./world.ts";
