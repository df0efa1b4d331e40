import type { Confined } from "../sandbox/mod.ts";
import type { Logger } from "../telemetry/mod.ts";
import { startPiped } from "./piped_child.ts";
import type { StartedChild } from "./running_child.ts";

/** Starts commands on terminals. */
export class TerminalHost {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Starts a command on a new terminal, or on pipes when no terminal can be made here. */
  start(command: Confined): Promise<StartedChild> {
    this.#logger.warn("no terminal can be made here; the command runs on pipes, without stdin");
    return startPiped(command);
  }

  close(): void {}
}

/** Whether commands can get a terminal here. */
export function ptyAvailable(): Promise<boolean> {
  return Promise.resolve(false);
}
