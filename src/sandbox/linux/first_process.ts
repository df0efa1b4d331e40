import type { AbsolutePath } from "../../protocol/mod.ts";

/**
 * Stays as number 1 of the command's namespace, collects what is orphaned there, and ends with the command's exit
 * code. What the shell itself would say about a command that was killed, nobody is to hear: the command alone has
 * stderr. By `exec`, so that no builtin of the shell is taken for a program.
 */
const SCRIPT = 'exec 3>&2 2>/dev/null; (exec "$@" 2>&3 3>&-); exit "$?"';

/**
 * What is put in front of a command, where bubblewrap is not to be the first process of its namespace. Otherwise
 * `/proc/1/exe` is a way out of the command's view to bubblewrap's own file, on a mount that is not read-only: whoever
 * owns the file could change its mode and times for everybody. A shell is started from within the view.
 *
 * @param program bubblewrap
 */
export function firstProcess(program: AbsolutePath): readonly string[] {
  const user = Deno.uid();
  const isOurs = user === 0 || Deno.statSync(program).uid === user;
  return isOurs ? ["/bin/sh", "-c", SCRIPT, "sh"] : [];
}
