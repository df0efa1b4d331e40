// What happens when this program itself is killed and can clean nothing up: children on a terminal are hung up by the
// system, because the other end of the terminal closes; children on pipes live on until they print (SIGPIPE) or end.
// Confined ones are bound to our life by the sandbox.

/**
 * Ends a session leader, its process group and, on Linux, whatever else is left in its session: shells with job
 * control give every job a group of its own. A process that called `setsid` itself has left and is not found.
 */
export function killSession(leader: number): void {
  signalGroup(leader, "SIGKILL");
  if (Deno.build.os !== "linux") return;
  // A round may miss what was being forked while it looked; what is dead cannot fork again.
  for (let round = 0; round < 4; round++) {
    const left = sessionMembers(leader);
    if (left.length === 0) return;
    for (const pid of left) signalProcess(pid, "SIGKILL");
  }
}

/** Signals a whole group. A group that is gone is fine. */
export function signalGroup(leader: number, signal: Deno.Signal): void {
  if (Deno.build.os === "windows") signalProcess(leader, signal);
  else signalProcess(-leader, signal);
}

function signalProcess(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    // macOS answers EPERM for a group of which only zombies are left; others we may not signal anyway.
    if (error instanceof Deno.errors.PermissionDenied) return;
    if (error instanceof TypeError && Deno.build.os === "windows") return;
    throw error;
  }
}

/** Live processes of a session, by `/proc/<pid>/stat`; zombies do not count. */
function sessionMembers(session: number): number[] {
  const members: number[] = [];
  for (const entry of Deno.readDirSync("/proc")) {
    const pid = Number(entry.name);
    if (!Number.isInteger(pid)) continue;
    let stat: string;
    try {
      stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    } catch {
      continue; // ended meanwhile
    }
    // The name in parentheses may hold anything; the fields after the last one are state, ppid, pgrp, session.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ", 4);
    if (Number(fields[3]) === session && fields[0] !== "Z" && fields[0] !== "X") members.push(pid);
  }
  return members;
}
