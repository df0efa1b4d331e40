import { startingDescriptorLimit } from "../../platform/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import { SandboxError } from "../error.ts";
import { hasFullNetwork } from "../policy.ts";
import type { Limit, SelfCommand } from "../types.ts";
import type { Wrapper } from "./bubblewrap.ts";
import {
  canMarkCommands,
  commandMark,
  endMarked,
  newSessionMark,
  type SessionMark,
} from "./command_mark.ts";
import { LANDLOCK_HELPER_FLAG, type LandlockPlan } from "./landlock_plan.ts";
import { splitEnvironment } from "./launch_environment.ts";
import { FILE_LOCKS } from "./open_ways.ts";
import { type SessionWatch, startSessionWatch } from "./session_watch.ts";
import { findSystemProgram } from "./system_program.ts";
import { readView } from "./view.ts";

/** First version of the interface that can refuse truncation, and the first that scopes signals and sockets. */
const ABI_TRUNCATE = 3;
const ABI_IOCTL = 5;
const ABI_SCOPES = 6;

const NO_WAY_TO_PROXY: Limit = {
  code: "network_proxy",
  message:
    "Commands have no network at all: the network proxy cannot be reached without a network namespace.",
};

/**
 * Confines commands by starting this program again, which restricts itself and becomes the command.
 *
 * @param stateDir for what outlives this program when it is killed
 */
export function createLandlock(self: SelfCommand, abi: number, stateDir: AbsolutePath): Wrapper {
  const descriptorLimit = startingDescriptorLimit();
  const session = canMarkCommands() ? newSessionMark() : null;
  let watch: SessionWatch | null | undefined;
  let commands = 0;
  return {
    close: () => watch?.[Symbol.dispose](),
    wrap(request) {
      const view = readView(request);
      watch ??= session === null ? null : watchOrNull(stateDir, session);
      const mark = session === null ? null : commandMark(session, commands++);
      const { launch, inside } = splitEnvironment(request.env);
      const bridged = (request.bridge ?? null) !== null;
      const network = hasFullNetwork(request.policy) && !bridged;
      const plan: LandlockPlan = {
        writable: [
          ...view.roots.map(({ root }) => root),
          ...view.git.flatMap((git) => git.writable),
        ],
        readable: view.readable?.map(({ path }) => path) ?? null,
        network,
        parent: Deno.pid,
        descriptorLimit,
        unset: Object.keys(self.env).filter((name) => !Object.hasOwn(launch, name)),
        set: inside,
        mark: mark === null ? null : `${mark}`,
      };
      return {
        argv: [
          ...self.argv,
          LANDLOCK_HELPER_FLAG,
          JSON.stringify(plan),
          "--",
          ...request.argv,
        ],
        env: { ...self.env, ...launch },
        unenforced: [
          ...landlockLimits(abi, {
            network,
            writes: view.roots.length > 0,
            limitedReads: view.readable !== null,
            watched: watch !== null,
          }),
          ...view.limits,
          ...(bridged && request.bridge !== "closed" ? [NO_WAY_TO_PROXY] : []),
        ],
        [Symbol.asyncDispose]() {
          if (mark !== null) endMarked(mark);
          return Promise.resolve();
        },
      };
    },
  };
}

/** `null` where nothing can be written: a command is worth more than who watches over it. */
function watchOrNull(stateDir: AbsolutePath, mark: SessionMark): SessionWatch | null {
  const grep = findSystemProgram("grep");
  if (grep === null) return null;
  try {
    return startSessionWatch({ stateDir, flock: null, grep, mark });
  } catch (error) {
    if (error instanceof SandboxError) return null;
    throw error;
  }
}

/** What Landlock leaves open, as far as it matters under this policy. */
export function landlockLimits(
  abi: number,
  policy: {
    readonly network: boolean;
    readonly writes: boolean;
    /** Not every file may be read. */
    readonly limitedReads?: boolean;
    /** What is left of a command is found and ended when this program is gone; see `command_mark.ts`. */
    readonly watched?: boolean;
  },
): Limit[] {
  const limits: readonly (Limit & { readonly applies: boolean })[] = [
    {
      code: "protected_subpaths",
      message:
        "Commands can change .git, .codex and .agents in writable folders, and this program's home if it lies in one: Landlock cannot take a part out of a folder that it allows.",
      applies: policy.writes,
    },
    {
      code: "file_metadata",
      message:
        "Commands can change mode, owner and times of the user's files everywhere: Landlock does not control these calls.",
      applies: true,
    },
    {
      code: "background_processes",
      message:
        "A process that a command leaves in a session of its own can outlive this program: it cannot be marked, or nobody can watch over it.",
      applies: policy.watched === false,
    },
    {
      code: "process_isolation",
      message:
        "Commands see the user's other processes, can change their priority and use their shared memory: there are no namespaces.",
      applies: true,
    },
    {
      code: "terminals",
      message:
        "Commands can read from and write to the user's other terminals: there is no /dev of their own.",
      applies: true,
    },
    {
      code: "host_sockets",
      message:
        "Commands can talk to daemons of this machine through Unix sockets: the policy allows the network and /run is not hidden.",
      applies: policy.network,
    },
    {
      code: "hidden_names",
      message:
        "Commands can ask for size and times of a hidden file whose path they know: Landlock does not control that.",
      applies: policy.limitedReads === true,
    },
    {
      code: "truncate",
      message: `Commands can empty files everywhere: Landlock version ${abi} does not control it.`,
      applies: abi < ABI_TRUNCATE,
    },
    {
      code: "device_ioctl",
      message:
        `Commands can send control requests to devices that the user may open: Landlock version ${abi} does not control it.`,
      applies: abi < ABI_IOCTL,
    },
    {
      code: "signals",
      message:
        `Commands can send signals to the user's other processes: Landlock version ${abi} does not control it.`,
      applies: abi < ABI_SCOPES,
    },
  ];
  const applying = limits.filter((limit) => limit.applies);
  return [...applying.map(({ code, message }) => ({ code, message })), FILE_LOCKS];
}
