/**
 * The composition root: builds the program from a {@link Config}, owns what it built and disposes of it. Front
 * ends use only this room; whatever else they need of the rooms below is named here.
 *
 * Start with `app.ts`.
 *
 * @module
 */
import { App } from "./app.ts";
import type { AppOptions } from "./options.ts";

/** Builds the program. Dispose the result: it ends threads and their processes. */
export function openApp(options: AppOptions): Promise<App> {
  return App.open(options);
}

export { App, type ResumeThreadOptions, type StartThreadOptions } from "./app.ts";
export { refusedLogin } from "./login_restrictions.ts";
export type { AppOptions } from "./options.ts";
export type { Thread } from "../agent/mod.ts";
export { type Config, ConfigError, type LoadConfigOptions } from "../config/mod.ts";
export { type AppConfigOptions, type CloudClient, loadAppConfig } from "./load_config.ts";
export { readWholeText, refuseUnreadPipe } from "../files/mod.ts";
export { findRepoRoot } from "../git/mod.ts";
export { RulesError, shlexJoin } from "../policy/mod.ts";
export { SandboxError, sandboxSummary } from "../sandbox/mod.ts";
export { createLogger } from "../telemetry/mod.ts";
export { findThreadById, findThreadByName, latestThread } from "../rollout/mod.ts";
