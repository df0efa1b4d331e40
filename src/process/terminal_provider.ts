import type { Confined } from "../sandbox/mod.ts";
import type { StartedChild } from "./running_child.ts";

/** A way to start commands on terminals. */
export interface TerminalProvider {
  /** `null` = no terminal can be made here (now); the command was not started. */
  start(command: Confined): Promise<StartedChild | null>;
  /** Call it when all children have ended. */
  close(): Promise<void>;
}
