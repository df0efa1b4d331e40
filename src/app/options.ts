import type { Config } from "../config/mod.ts";
import type { SessionSource } from "../protocol/mod.ts";
import type { SelfCommand } from "../sandbox/mod.ts";
import type { Logger } from "../telemetry/mod.ts";

/** What a front end hands in to get the program built. */
export interface AppOptions {
  readonly config: Config;
  readonly env: Readonly<Record<string, string>>;
  readonly self: SelfCommand;
  /** Version of this program, such as `1.0.0`. */
  readonly version: string;
  /** Names the front end towards the server, such as `codex_exec`. */
  readonly originator: string;
  /** Terminal token of the user agent. */
  readonly terminal: string;
  /** Whether `CODEX_API_KEY` counts as a login. */
  readonly allowApiKeyEnv: boolean;
  readonly source: SessionSource;
  readonly logger: Logger;
  readonly now: () => number;
}
