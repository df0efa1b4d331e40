import { isAbsolute } from "node:path";
import { ByteReader } from "./byte_reader.ts";
import { Clients, listenTcp } from "./listening.ts";
import { tunnel } from "./tunnel.ts";

/** The first argument of the program when it is started as the bridge inside a network namespace. */
export const NETWORK_BRIDGE_FLAG = "--codex-run-network-bridge";

const EXIT_SETUP_FAILED = 125;
const EXIT_NOT_FOUND = 127;
const MOST_CONNECTIONS = 512;
/** Longer than the proxy waits, so that it is the one to decide. */
const IDLE_MS = 1_200_000;

/** What the program that confines a command tells the bridge: `--codex-run-network-bridge <this as JSON> -- COMMAND…`. */
export interface BridgePlan {
  /** The proxy's socket. */
  readonly socketPath: string;
  /** Loopback ports of this namespace that lead there. */
  readonly ports: readonly number[];
  /** Variables that only the bridge needed, to start. */
  readonly unset: readonly string[];
}

/**
 * Opens the ports, runs the command and returns its exit code; 125 when the bridge could not be set up, 127 when the
 * command could not be started, the reason being on stderr. The command ends with this process if it asks for that
 * itself, as bubblewrap does with `--die-with-parent`.
 */
export async function runNetworkBridge(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  say: (line: string) => Promise<void>,
): Promise<number> {
  const [json = "", separator, program, ...rest] = args;
  const plan = parsePlan(json);
  if (plan === null || separator !== "--" || program === undefined) {
    await say("network bridge: expected a plan, -- and a command");
    return EXIT_SETUP_FAILED;
  }
  await using clients = new Clients({ most: MOST_CONNECTIONS, onError: () => {} });
  try {
    for (const port of plan.ports) openPort(clients, port, plan.socketPath);
  } catch (error) {
    await say(`network bridge: ${error instanceof Error ? error.message : error}`);
    return EXIT_SETUP_FAILED;
  }
  return await runCommand(program, rest, without(env, plan.unset), say);
}

function openPort(clients: Clients, port: number, path: string): void {
  const listener = listenTcp("127.0.0.1", port);
  clients.serve(listener, () => "", async (client) => {
    const wire = client.session.own(await Deno.connect({ transport: "unix", path }));
    await tunnel(client, { wire, reader: new ByteReader(wire) }, IDLE_MS);
  });
}

async function runCommand(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  say: (line: string) => Promise<void>,
): Promise<number> {
  try {
    const child = new Deno.Command(program, {
      args: [...args],
      env: { ...env },
      clearEnv: true,
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
    return (await child.status).code;
  } catch (error) {
    await say(`network bridge: ${error instanceof Error ? error.message : error}`);
    return EXIT_NOT_FOUND;
  }
}

function without(
  env: Readonly<Record<string, string>>,
  unset: readonly string[],
): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !unset.includes(name)));
}

function parsePlan(text: string): BridgePlan | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { socketPath, ports, unset } = value as Record<string, unknown>;
  if (typeof socketPath !== "string" || !isAbsolute(socketPath)) return null;
  if (!Array.isArray(ports) || !ports.every((port) => Number.isInteger(port) && port > 0)) {
    return null;
  }
  if (!Array.isArray(unset) || !unset.every((name) => typeof name === "string")) return null;
  return { socketPath, ports, unset };
}
