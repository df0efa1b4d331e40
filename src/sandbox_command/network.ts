import { join } from "node:path";
import type { Config } from "../config/mod.ts";
import type { ConfineRequest } from "../sandbox/mod.ts";
import type { SandboxIo } from "./args.ts";

/** A socket's path has room for about 100 bytes. */
const LONGEST_FOLDER = 60;

/** What a required network proxy means for one command. */
export interface CommandNetwork extends AsyncDisposable {
  readonly bridge: ConfineRequest["bridge"];
  environment(env: Record<string, string>): Record<string, string>;
  /** For a person, about what was not let through, each host once: its clients seldom say why. */
  refusals(): readonly string[];
}

/** The policy alone decides. */
export const NOTHING_REQUIRED: CommandNetwork = {
  bridge: null,
  environment: (env) => env,
  refusals: () => [],
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/**
 * Starts the proxy that an administrator requires, for as long as the command runs. Nobody is asked about hosts here: the
 * lists decide. Without such a requirement nothing of the proxy is loaded.
 *
 * @param stateDir where its socket may lie
 * @throws NetworkError for requirements that cannot be met
 */
export async function openCommandNetwork(
  config: Config,
  io: SandboxIo,
  stateDir: string,
): Promise<CommandNetwork> {
  const required = config.requirements.experimentalNetwork;
  if (required === null) return NOTHING_REQUIRED;
  const network = await import("../network/mod.ts");
  const requirements = network.parseNetworkRequirements(required.value);
  const settings = network.managedSettings(requirements);
  if (!settings.enabled) return { ...NOTHING_REQUIRED, bridge: "closed" };
  await using owned = new AsyncDisposableStack();
  const proxy = owned.use(
    await network.startNetworkProxy({
      settings,
      constraints: network.managedConstraints(requirements),
      upstream: network.upstreamFromEnvironment(io.env),
      bridgeDir: Deno.build.os === "linux" ? await socketFolder(stateDir, owned) : null,
      now: Date.now,
    }),
  );
  const portOf = (address: string) => Number(address.slice(address.lastIndexOf(":") + 1));
  const opened = owned.move();
  return {
    bridge: {
      socketPath: proxy.bridge?.socketPath ?? null,
      httpPort: portOf(proxy.httpAddress),
      socksPort: proxy.socksAddress === null ? null : portOf(proxy.socksAddress),
      localBinding: settings.allowLocalBinding,
    },
    environment: (env) => proxy.environment(env),
    refusals: () => {
      const lines = proxy.blocked().map(({ host, reason }) => network.networkRefusal(host, reason));
      return [...new Set(lines)];
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Told by its name: the room of the proxy is loaded only where one is required. */
export function isNetworkError(error: unknown): error is Error {
  return error instanceof Error && error.name === "NetworkError";
}

async function socketFolder(stateDir: string, owned: AsyncDisposableStack): Promise<string> {
  const usual = join(stateDir, "network");
  if (new TextEncoder().encode(usual).length <= LONGEST_FOLDER) return usual;
  const folder = await Deno.makeTempDir({ prefix: "codex-network-" });
  owned.defer(() => Deno.remove(folder, { recursive: true }).catch(() => {}));
  return folder;
}
