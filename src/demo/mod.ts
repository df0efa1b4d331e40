/**
 * `codex demo`, the front end for newcomers: the true loop fixes a small project, with a scripted model in place
 * of a vendor's. Owns the sample project, the script and what is shown. Never touches the person's settings,
 * account or files, and needs no network.
 *
 * Start with `run_demo.ts`.
 *
 * @module
 */
export { runDemo } from "./run_demo.ts";
export type { DemoIo } from "./io.ts";
