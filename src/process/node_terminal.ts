import type { IPty } from "@lydell/node-pty";
import { loadNativeCode } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import type { Confined } from "../sandbox/mod.ts";
import { killSession, signalGroup } from "./process_group.ts";
import type { RunningChild } from "./running_child.ts";
import { prepare } from "./spawn.ts";
import type { TerminalProvider } from "./terminal_provider.ts";
import { COLUMNS, ROWS } from "./terminal_size.ts";

const HANGUP_GRACE_MS = 100;

/**
 * Terminals through a native addon: for systems whose C library we do not call ourselves. It gives up reading 200 ms
 * after the end of a process, so on a very busy machine last words can be lost. `null` = of no use to this Deno.
 *
 * @param folder for the addon, out of reach of commands; `null` = wherever the runtime puts it
 */
export async function nodeTerminals(folder: AbsolutePath | null): Promise<TerminalProvider | null> {
  if (!await readsDescriptors()) return null;
  const load = () => import("@lydell/node-pty");
  const { spawn } = await (folder === null ? load() : loadNativeCode(folder, load));
  return {
    start: async (command) => {
      const prepared = await prepare(command);
      if (!prepared.ok) return prepared;
      return { ok: true, child: runningChild(start(spawn, prepared.program, command)) };
    },
    close: () => Promise.resolve(),
  };
}

/**
 * Older Denos read no numbered descriptor as a terminal, and the addon finds that out only after the start. Asked for
 * a descriptor that does not exist, they fail without the code that the others give.
 */
async function readsDescriptors(): Promise<boolean> {
  const { ReadStream } = await import("node:tty");
  try {
    new ReadStream(2 ** 30).destroy();
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code !== undefined;
  }
}

function start(
  spawn: typeof import("@lydell/node-pty").spawn,
  program: string,
  command: Confined,
): IPty {
  return spawn(program, command.argv.slice(1), {
    cols: COLUMNS,
    rows: ROWS,
    cwd: command.cwd,
    env: { ...command.env },
    name: command.env["TERM"] ?? "dumb",
    encoding: null,
  });
}

function runningChild(pty: IPty): RunningChild {
  // The addon reads from the start, so what comes before `run` waits here.
  const early: Uint8Array[] = [];
  let take = (bytes: Uint8Array): void => void early.push(bytes);
  let ended = false;
  let killTimer: ReturnType<typeof setTimeout> | undefined;
  const exit = Promise.withResolvers<number>();
  pty.onData((data: string | Uint8Array) => {
    take(typeof data === "string" ? new TextEncoder().encode(data) : data);
  });
  pty.onExit(({ exitCode, signal }) => {
    ended = true;
    clearTimeout(killTimer);
    exit.resolve(signal ? 1 : exitCode);
  });
  return {
    pid: pty.pid,
    tty: true,
    run: async (sink) => {
      let failure: { readonly cause: unknown } | null = null;
      take = (bytes) => {
        try {
          if (failure === null) sink("stdout", bytes);
        } catch (cause) {
          failure = { cause };
        }
      };
      for (const bytes of early.splice(0)) take(bytes);
      const code = await exit.promise;
      killSession(pty.pid);
      if (failure !== null) throw (failure as { readonly cause: unknown }).cause;
      return code;
    },
    write: (bytes) => {
      if (ended) return false;
      pty.write(new TextDecoder().decode(bytes));
      return true;
    },
    kill: () => {
      if (ended || killTimer !== undefined) return;
      signalGroup(pty.pid, "SIGHUP");
      killTimer = setTimeout(() => killSession(pty.pid), HANGUP_GRACE_MS);
    },
  };
}
