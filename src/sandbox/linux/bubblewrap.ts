import type { AbsolutePath } from "../../protocol/mod.ts";
import { hasFullNetwork } from "../policy.ts";
import type { Confined, ConfineRequest, Limit, NetworkBridge, SelfCommand } from "../types.ts";
import { bwrapArguments } from "./bwrap_arguments.ts";
import { createFilterFiles } from "./filter_file.ts";
import { findProgram } from "./find_program.ts";
import { firstProcess } from "./first_process.ts";
import { findTerminalTools, readHost, visibleInRun } from "./host.ts";
import { splitEnvironment } from "./launch_environment.ts";
import { createRootHistory } from "./late_roots.ts";
import { launchArgv, refusalArgv } from "./launch.ts";
import { createMountPlanner } from "./mounts.ts";
import { bridgedArgv } from "./network_bridge.ts";
import { protectPaths } from "./protected_paths.ts";
import { keepFileLocks } from "./kept_locks.ts";
import { type SessionWatch, startSessionWatch } from "./session_watch.ts";
import { findSystemProgram } from "./system_program.ts";
import { openReport } from "./setup_report.ts";
import { readView } from "./view.ts";

/** What a backend makes of a request; the rest of `Confined` is the same for all. */
export interface Wrapped extends AsyncDisposable, Pick<Confined, "began"> {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly unenforced: readonly Limit[];
}

/** Confines one command after the other with bubblewrap. */
export interface Wrapper {
  wrap(request: ConfineRequest): Promise<Wrapped> | Wrapped;
  /** Lets go of what is kept from one command to the next; absent where nothing is. */
  close?(): void;
}

const HOST_SOCKETS: Limit = {
  code: "host_sockets",
  message:
    "Commands can talk to daemons of this machine whose Unix sockets lie outside of /run, such as an ssh-agent in /tmp, or are abstract, such as a screen's: the policy allows the network.",
};

const SHELL_VARIABLES = ["_", "OLDPWD", "SHLVL"];

export interface BubblewrapOptions {
  /** bubblewrap */
  readonly program: AbsolutePath;
  /** Where the filters are written. */
  readonly stateDir: AbsolutePath;
  /** Stays as it is, whatever root it lies in. */
  readonly homeDir: AbsolutePath | undefined;
  /** For the bridge to a proxy. */
  readonly self: SelfCommand;
}

export function createBubblewrap(
  { program, stateDir, homeDir, self }: BubblewrapOptions,
): Wrapper {
  const filters = createFilterFiles(stateDir);
  const host = onFirstUse(() => readHost(stateDir, homeDir, bubblewrapTrial(program)));
  const tools = onFirstUse(findTerminalTools);
  const kept = keepFileLocks();
  const settle = createRootHistory();
  const planMounts = createMountPlanner();
  let watch: SessionWatch | null = null;
  return {
    close() {
      kept[Symbol.dispose]();
      watch?.[Symbol.dispose]();
    },
    async wrap(request) {
      const missing = findProgram(request);
      if (missing !== "ok") return refusal(request, missing);
      await using stack = new AsyncDisposableStack();
      const locks = stack.use(kept.borrow());
      const { bridge, managed } = bridgeOf(request);
      const { launch, inside } = splitEnvironment(request.env);
      const network = hasFullNetwork(request.policy) && !managed;
      const filterFile = await filters.path(network ? "open" : "private");
      // After the filter, which makes the state folder.
      const machine = host();
      const view = readView(request, settle, locks.isMissing);
      const { folder, remember } = watch ??= startWatch(machine.stateDir);
      const guarded = stack.use(await protectPaths(view, machine.names, { locks, remember }));
      const users = view.roots.some(({ root }) => isForeignToRoot(root)) ? "host" : "own";
      const report = stack.use(openReport(folder));
      const argv = launchArgv({
        program,
        args: bwrapArguments({
          readable: view.readable,
          // The filter of the next command is not for this one to write.
          mounts: planMounts(guarded.writable, [...guarded.readOnly, ...machine.own]),
          // The namespace of the bridge around it is as empty as one of its own.
          network: network || bridge !== null,
          visibleInRun: visibleInRun(machine.programsInRun, request.cwd, network),
          devices: machine.devices,
          hidden: machine.hidden,
          unset: SHELL_VARIABLES.filter((name) => !Object.hasOwn(request.env, name)),
          set: inside,
          cwd: request.cwd,
          users,
          first: firstProcess(program),
          filtered: true,
        }),
        filterFile,
        descriptorLimit: machine.descriptorLimit,
        parent: Deno.pid,
        report: report.path,
        nothing: machine.nothing,
        command: request.argv,
        terminal: request.tty ? tools() : null,
      });
      const owned = stack.move();
      return {
        argv: [
          ...machine.ahead,
          ...(bridge === null
            ? argv
            : bridgedArgv({ program, self, bridge, users, tty: request.tty, env: launch, argv })),
        ],
        env: bridge === null ? launch : { ...self.env, ...launch },
        unenforced: [
          ...machine.limits,
          ...view.limits,
          ...guarded.limits,
          ...(network ? [HOST_SOCKETS] : []),
        ],
        began: (exitCode) => report.began(exitCode),
        [Symbol.asyncDispose]: () => owned.disposeAsync(),
      };
    },
  };
}

function startWatch(stateDir: AbsolutePath): SessionWatch {
  const flock = findSystemProgram("flock");
  return startSessionWatch({ stateDir, flock, grep: null, mark: null });
}

/** The way to the proxy, where there is one that leads out of a namespace. */
function bridgeOf(
  { bridge = null }: ConfineRequest,
): { bridge: (NetworkBridge & { readonly socketPath: AbsolutePath }) | null; managed: boolean } {
  const managed = bridge !== null;
  if (bridge === null || bridge === "closed") return { bridge: null, managed };
  const { socketPath } = bridge;
  return { bridge: socketPath === null ? null : { ...bridge, socketPath }, managed };
}

/** A command that says why there is none. Nothing of the user's is started, so nothing has to be confined. */
function refusal(request: ConfineRequest, code: 126 | 127): Wrapped {
  return {
    argv: refusalArgv(request.argv[0] ?? "", code),
    env: request.env,
    unenforced: [],
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** The one run that tells whether bubblewrap works here: a shell that does nothing, read-only, without network. */
export function bubblewrapTrial(program: AbsolutePath): string[] {
  const args = bwrapArguments({
    readable: null,
    devices: [],
    mounts: [],
    network: false,
    visibleInRun: [],
    hidden: [],
    unset: [],
    set: {},
    cwd: "/",
    users: "own",
    first: firstProcess(program),
    filtered: false,
  });
  return [program, ...args, "/bin/sh", "-c", ":"];
}

/** Root has the rights of an owner here, and would lose them in a user namespace that knows root alone. */
function isForeignToRoot(root: AbsolutePath): boolean {
  return Deno.uid() === 0 && Deno.statSync(root).uid !== 0;
}

function onFirstUse<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
