import type { AbsolutePath } from "../protocol/mod.ts";
import type { Confined } from "../sandbox/mod.ts";
import { type Logger, SILENT_LOGGER } from "../telemetry/mod.ts";
import { linuxTerminals } from "./linux_terminal.ts";
import { nodeTerminals } from "./node_terminal.ts";
import { startPiped } from "./piped_child.ts";
import type { StartedChild } from "./running_child.ts";
import type { TerminalProvider } from "./terminal_provider.ts";

/** Starts commands on terminals, with what works on this system; loads it when it is first needed. */
export class TerminalHost {
  readonly #logger: Logger;
  #provider: Promise<TerminalProvider | null> | null = null;

  /** @param folder for native code, out of reach of commands; `null` = wherever the runtime puts it */
  constructor(logger: Logger, private readonly folder: AbsolutePath | null = null) {
    this.#logger = logger;
  }

  /** Starts a command on a new terminal, or on pipes when no terminal can be made here. */
  async start(command: Confined): Promise<StartedChild> {
    this.#provider ??= loadProvider(this.#logger, this.folder);
    const started = await (await this.#provider)?.start(command) ?? null;
    if (started !== null) return started;
    this.#logger.warn("no terminal can be made here; the command runs on pipes, without stdin");
    return startPiped(command);
  }

  /** Call it when all children have ended. */
  async close(): Promise<void> {
    const provider = this.#provider;
    this.#provider = null;
    await (await provider)?.close();
  }
}

/** Whether commands can get a terminal here. */
export async function ptyAvailable(): Promise<boolean> {
  const provider = await loadProvider(SILENT_LOGGER, null);
  await provider?.close();
  return provider !== null;
}

async function loadProvider(
  logger: Logger,
  folder: AbsolutePath | null,
): Promise<TerminalProvider | null> {
  if (Deno.build.os === "linux") {
    try {
      return linuxTerminals();
    } catch (error) {
      logger.debug("terminals of the C library are not available", { error: String(error) });
    }
  }
  try {
    return await nodeTerminals(folder);
  } catch (error) {
    logger.warn("the terminal addon could not be loaded", { error: String(error) });
    return null;
  }
}
