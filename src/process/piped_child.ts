import type { Confined } from "../sandbox/mod.ts";
import { readUntilEnd } from "./drain.ts";
import { killSession } from "./process_group.ts";
import type { StartedChild } from "./running_child.ts";
import { spawnPiped } from "./spawn.ts";

/** Starts a command of the process table without a terminal: no stdin, stdout and stderr in order of arrival. */
export async function startPiped(command: Confined): Promise<StartedChild> {
  const spawned = await spawnPiped(command, "null");
  if (!spawned.ok) return spawned;
  const { child } = spawned;
  let ended = false;
  return {
    ok: true,
    child: {
      pid: child.pid,
      tty: false,
      run: async (sink) => {
        const status = await readUntilEnd(child, sink, () => {});
        ended = true;
        return status.signal === null ? status.code : -1;
      },
      write: () => false,
      // Once the output is drained the number may belong to somebody else.
      kill: () => {
        if (!ended) killSession(child.pid);
      },
    },
  };
}
