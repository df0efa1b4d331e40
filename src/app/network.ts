import { join } from "node:path";
import type { Config } from "../config/mod.ts";
import {
  managedConstraints,
  managedSettings,
  NetworkApprovals,
  type NetworkProxy,
  parseNetworkRequirements,
  startNetworkProxy,
  upstreamFromEnvironment,
} from "../network/mod.ts";
import type { AbsolutePath, NetworkApprovalContext } from "../protocol/mod.ts";
import type { Logger } from "../telemetry/mod.ts";
import type { HostConsent, NetworkAccess, NetworkAttempt } from "../tools/mod.ts";

export interface SessionNetworkOptions {
  /** The table `experimental_network` of the requirements. */
  readonly required: NonNullable<Config["requirements"]["experimentalNetwork"]>;
  readonly env: Readonly<Record<string, string>>;
  /** Where the socket for confined commands may lie. */
  readonly stateDir: AbsolutePath;
  readonly logger: Logger;
  readonly now: () => number;
}

/** A socket's path has room for about 100 bytes. */
const LONGEST_FOLDER = 60;

/**
 * The network of one session where an administrator requires a proxy: started with the session, gone with it. A table
 * that does not switch the proxy on leaves commands without any network.
 */
export class SessionNetwork implements NetworkAccess, AsyncDisposable {
  readonly #proxy: NetworkProxy | null;
  readonly #approvals: NetworkApprovals;
  readonly #askers: Map<string, (question: NetworkApprovalContext) => Promise<HostConsent>>;
  readonly #owned: AsyncDisposableStack;

  private constructor(
    proxy: NetworkProxy | null,
    approvals: NetworkApprovals,
    askers: Map<string, (question: NetworkApprovalContext) => Promise<HostConsent>>,
    owned: AsyncDisposableStack,
  ) {
    this.#proxy = proxy;
    this.#approvals = approvals;
    this.#askers = askers;
    this.#owned = owned;
  }

  /** @throws NetworkError when the requirements cannot be met, so that nothing runs without them */
  static async start(options: SessionNetworkOptions): Promise<SessionNetwork> {
    await using owned = new AsyncDisposableStack();
    const requirements = parseNetworkRequirements(options.required.value);
    const settings = managedSettings(requirements);
    const askers = new Map<string, (question: NetworkApprovalContext) => Promise<HostConsent>>();
    const approvals = new NetworkApprovals(async ({ attemptId, ...question }) => {
      return await askers.get(attemptId)?.(question) ?? "nobody";
    });
    const proxy = settings.enabled
      ? owned.use(
        await startNetworkProxy({
          settings,
          constraints: managedConstraints(requirements),
          decider: approvals,
          audit: (entry) => approvals.note(entry),
          upstream: upstreamFromEnvironment(options.env),
          bridgeDir: Deno.build.os === "linux" ? await bridgeDir(options.stateDir, owned) : null,
          logger: options.logger,
          now: options.now,
        }),
      )
      : null;
    return new SessionNetwork(proxy, approvals, askers, owned.move());
  }

  get addresses(): NetworkAccess["addresses"] {
    if (this.#proxy === null) return null;
    return { httpAddr: this.#proxy.httpAddress, socksAddr: this.#proxy.socksAddress };
  }

  get bridge(): NetworkAccess["bridge"] {
    const proxy = this.#proxy;
    if (proxy === null) return "closed";
    return {
      socketPath: proxy.bridge?.socketPath ?? null,
      httpPort: portOf(proxy.httpAddress),
      socksPort: proxy.socksAddress === null ? null : portOf(proxy.socksAddress),
      localBinding: proxy.settings.allowLocalBinding,
    };
  }

  environment(
    env: Readonly<Record<string, string>>,
    attemptId: string | null,
  ): Readonly<Record<string, string>> {
    return this.#proxy?.environment(env, attemptId) ?? env;
  }

  begin(ask: (question: NetworkApprovalContext) => Promise<HostConsent>): NetworkAttempt {
    const attempt = this.#approvals.begin();
    this.#askers.set(attempt.id, ask);
    return {
      id: attempt.id,
      denied: attempt.denied,
      takeOutcome: () => attempt.takeOutcome(),
      [Symbol.dispose]: () => {
        this.#askers.delete(attempt.id);
        attempt[Symbol.dispose]();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}

/** Beside the other state where the path is short enough, else a folder of its own that goes with the session. */
async function bridgeDir(
  stateDir: AbsolutePath,
  owned: AsyncDisposableStack,
): Promise<AbsolutePath> {
  const usual = join(stateDir, "network");
  if (new TextEncoder().encode(usual).length <= LONGEST_FOLDER) return usual;
  const folder = await Deno.makeTempDir({ prefix: "codex-network-" });
  owned.defer(() => Deno.remove(folder, { recursive: true }).catch(() => {}));
  return folder;
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(":") + 1));
}
