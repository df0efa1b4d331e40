import { startingDescriptorLimit } from "../../platform/mod.ts";
import { hasFullNetwork } from "../policy.ts";
import type { Limit, SelfCommand } from "../types.ts";
import type { Wrapper } from "./bubblewrap.ts";
import { LANDLOCK_HELPER_FLAG, type LandlockPlan } from "./landlock_plan.ts";
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

/** Confines commands by starting this program again, which restricts itself and becomes the command. */
export function createLandlock(self: SelfCommand, abi: number): Wrapper {
  const descriptorLimit = startingDescriptorLimit();
  return {
    wrap(request) {
      const view = readView(request);
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
        unset: Object.keys(self.env).filter((name) => !Object.hasOwn(request.env, name)),
      };
      return {
        argv: [
          ...self.argv,
          LANDLOCK_HELPER_FLAG,
          JSON.stringify(plan),
          "--",
          ...request.argv,
        ],
        env: { ...self.env, ...request.env },
        unenforced: [
          ...landlockLimits(abi, {
            network,
            writes: view.roots.length > 0,
            limitedReads: view.readable !== null,
          }),
          ...view.limits,
          ...(bridged && request.bridge !== "closed" ? [NO_WAY_TO_PROXY] : []),
        ],
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    },
  };
}

/** What Landlock leaves open, as far as it matters under this policy. */
export function landlockLimits(
  abi: number,
  policy: {
    readonly network: boolean;
    readonly writes: boolean;
    /** Not every file may be read. */
    readonly limitedReads?: boolean;
  },
): Limit[] {
  const limits: readonly (Limit & { readonly applies: boolean })[] = [
    {
      code: "protected_subpaths",
      message:
        "Commands can change .git, .codex and .agents in writable folders: Landlock cannot take a part out of a folder that it allows.",
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
        "A process that a command leaves in the background in a session of its own goes on running: there is no process namespace.",
      applies: true,
    },
    {
      code: "process_isolation",
      message:
        "Commands see the user's other processes, can change their priority and limits and use their shared memory: there are no namespaces.",
      applies: true,
    },
    {
      code: "terminals",
      message: "Commands can write to the user's other terminals: there is no /dev of their own.",
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
  return limits.filter((limit) => limit.applies).map(({ code, message }) => ({ code, message }));
}
