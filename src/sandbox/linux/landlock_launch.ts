import type { AbsolutePath } from "../../protocol/mod.ts";
import { LAUNCH_PATH } from "./launch_environment.ts";
import { GRASP_LIFELINE, RELEASE_LIFELINE } from "./lifeline.ts";

/**
 * Becomes the helper. Beside it a shell waits for the end of the lifeline, and then runs `$1`, which ends what is left
 * of the command. That shell is nobody's child, so that a command which waits for all of its own does not wait for it.
 *
 * `$0` = the lifeline.
 */
const LAUNCH = `lifeline=$0
${GRASP_LIFELINE}
( (
PATH=${LAUNCH_PATH}
trap "" HUP INT QUIT TERM TSTP
read -r _ <&7
[ -e "$lifeline" ] && rm -f "$lifeline"
eval "$1"
) </dev/null >/dev/null 2>&1 & )
${RELEASE_LIFELINE}
shift
exec "$@"`;

/** The whole argv of a command that is ended with this program. */
export function watchedArgv(
  lifeline: AbsolutePath,
  atEnd: string,
  argv: readonly string[],
): string[] {
  return ["/bin/sh", "-c", LAUNCH, lifeline, atEnd, ...argv];
}
