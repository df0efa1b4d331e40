import type { Confined } from "../sandbox/mod.ts";
import { ABANDON_MS, readUntilEnd } from "./drain.ts";
import { killSession, signalGroup } from "./process_group.ts";
import { ENDED_BY_FILTER, type RunningChild, type StartedChild } from "./running_child.ts";
import { spawnPiped } from "./spawn.ts";

/** Starts a command of the process table without a terminal: no stdin, stdout and stderr in order of arrival. */
export async function startPiped(command: Confined): Promise<StartedChild> {
  const spawned = await spawnPiped(command, "null");
  return spawned.ok ? { ok: true, child: pipedChild(spawned.child) } : spawned;
}

function pipedChild(child: Deno.ChildProcess): RunningChild {
  let ended = false;
  const abandoned = Promise.withResolvers<void>();
  let abandonTimer: ReturnType<typeof setTimeout> | undefined;
  return {
    pid: child.pid,
    tty: false,
    run: async (sink) => {
      const disarm = (): void => clearTimeout(abandonTimer);
      try {
        const status = await readUntilEnd(child, sink, disarm, abandoned.promise);
        if (status?.signal === "SIGSYS") return ENDED_BY_FILTER;
        return status === null || status.signal !== null ? -1 : status.code;
      } finally {
        // Once the output is drained the number may soon belong to somebody else.
        ended = true;
        disarm();
        signalGroup(child.pid, "SIGKILL");
      }
    },
    write: () => false,
    kill: () => {
      if (ended) return;
      killSession(child.pid);
      abandonTimer ??= setTimeout(abandoned.resolve, ABANDON_MS);
    },
  };
}
