/**
 * Hooks that people configure: reads them from `hooks.json` and `[hooks]`, decides which of a project's are trusted,
 * matches them, runs them, and understands what they answer. Knows nothing of turns: it is handed the whole object that a
 * hook reads, and gives back what all of them said.
 *
 * Loaded only where somebody has hooks. Start with `load_hooks.ts`, then `run_hooks.ts`; what hooks may answer is in
 * `read_answer.ts`.
 *
 * @module
 */
export { type LoadedHooks, loadHooks } from "./load_hooks.ts";
export { runHooks, type RunHooksOptions } from "./run_hooks.ts";
