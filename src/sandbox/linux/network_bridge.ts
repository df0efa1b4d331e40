import type { AbsolutePath } from "../../protocol/mod.ts";
import type { NetworkBridge, SelfCommand } from "../types.ts";

/** First argument of the program when it is the bridge; what it does is in the room of the proxy. */
const BRIDGE_FLAG = "--codex-run-network-bridge";

/** The keys of a terminal reach this layer too, and are the command's business alone. */
const IGNORE_KEYS = 'trap "" INT QUIT TSTP; exec "$@"';

export interface BridgedLaunch {
  /** bubblewrap */
  readonly program: AbsolutePath;
  readonly self: SelfCommand;
  readonly bridge: NetworkBridge;
  /** As for the sandbox inside. */
  readonly users: "own" | "host";
  readonly tty: boolean;
  /** Variables of the command. */
  readonly env: Readonly<Record<string, string>>;
  /** The sandbox as it would be without a bridge, but for its network namespace. */
  readonly argv: readonly string[];
}

/**
 * Puts a layer around a sandbox: a network namespace with nothing but loopback, in which this program listens and
 * carries connections to the proxy's socket. It has to be outside of the sandbox, whose filter refuses Unix sockets
 * and whose processes could take over what runs beside them.
 */
export function bridgedArgv({ program, self, bridge, users, tty, env, argv }: BridgedLaunch) {
  const plan = {
    socketPath: bridge.socketPath,
    ports: [bridge.httpPort, bridge.socksPort].filter((port) => port !== null),
    unset: Object.keys(self.env).filter((name) => !Object.hasOwn(env, name)),
  };
  return [
    ...(tty ? ["/bin/sh", "-c", IGNORE_KEYS, "sh"] : []),
    program,
    "--die-with-parent",
    ...(users === "own" ? ["--unshare-user"] : []),
    "--unshare-net",
    "--dev-bind",
    "/",
    "/",
    "--",
    ...self.argv,
    BRIDGE_FLAG,
    JSON.stringify(plan),
    "--",
    ...argv,
  ];
}
