import {
  type AddressBytes,
  equivalents,
  isLoopbackAddress,
  isPublicAddress,
  parseAddress,
} from "./addresses.ts";
import { compileDomains, type DomainSet, normalizeHost } from "./domain_pattern.ts";
import type {
  Block,
  DecisionSource,
  NetworkDecider,
  NetworkLimits,
  NetworkRequest,
  NetworkSettings,
  Resolver,
} from "./types.ts";
import { within } from "./time_bounds.ts";

/**
 * What may be reached. `addresses` are the only ones a connection may go to; `[]` = the name is unknown here.
 * Nobody resolves the name again, so what was checked is what is used.
 */
export type HostVerdict =
  | {
    readonly kind: "allowed";
    readonly addresses: readonly string[];
    readonly source: DecisionSource;
  }
  | { readonly kind: "blocked"; readonly block: Block };

export interface HostPolicyPorts {
  readonly resolver: Resolver;
  readonly decider: NetworkDecider | null;
  readonly limits: Pick<NetworkLimits, "resolveMs" | "decideMs">;
  /** Whether this is a listener of the proxy itself, by which a request could go round in circles. */
  readonly isOwnListener: (address: string, port: number) => boolean;
}

/** Settings with their patterns compiled. Throws `NetworkError` for a pattern that cannot be read. */
export class HostPolicy {
  readonly #settings: NetworkSettings;
  readonly #allowed: DomainSet;
  readonly #denied: DomainSet;

  constructor(settings: NetworkSettings) {
    this.#settings = settings;
    this.#allowed = compileDomains(settings.allowedDomains);
    this.#denied = compileDomains(settings.deniedDomains);
  }

  /**
   * In order: denied patterns; literals of this machine and private networks; allowed patterns, else the decider;
   * the addresses of the name, which may be denied too. A name is looked up only once something allows it, because a
   * lookup is a message too.
   */
  async decide(
    request: NetworkRequest,
    ports: HostPolicyPorts,
    signal: AbortSignal,
  ): Promise<HostVerdict> {
    const { host } = request;
    if (host === "") return blocked("not_allowed");
    if (this.#denied.matches(host)) return blocked("denied");
    const literal = parseAddress(host);
    if (this.#isDenied(literal)) return blocked("denied");
    const named = this.#allowed.names(host);
    const local = literal === null ? host === "localhost" : !isPublicAddress(literal);
    if (local && !this.#settings.allowLocalBinding && !named) return blocked("not_allowed_local");
    let source: DecisionSource = "baseline_policy";
    if (!this.#allowed.matches(host)) {
      const block = await askDecider(request, ports, signal);
      if (block !== null) return { kind: "blocked", block };
      source = "decider";
    }
    const addresses = literal === null ? await lookUp(host, ports, signal) : [host];
    const parsed = addresses.map(parseAddress);
    if (parsed.some((address) => this.#isDenied(address))) return blocked("denied");
    const namedLocal = named && local;
    const usable = this.#settings.allowLocalBinding || namedLocal ||
      parsed.every((address) => address !== null && isPublicAddress(address));
    // A name of this machine stays on this machine, whatever a resolver says.
    const strayed = host === "localhost" &&
      !parsed.every((address) => address !== null && isLoopbackAddress(address));
    const own = addresses.some((address) => ports.isOwnListener(address, request.port));
    if (!usable || strayed || own) return blocked("not_allowed_local");
    return { kind: "allowed", addresses, source };
  }

  #isDenied(address: AddressBytes | null): boolean {
    return address !== null && equivalents(address).some((host) => this.#denied.matches(host));
  }
}

/** Runs the host through the same mill as patterns. */
export function requestFor(
  request: Omit<NetworkRequest, "host"> & { readonly host: string },
): NetworkRequest {
  return { ...request, host: hostOfTarget(request.host) };
}

/** Of a target whose port is already split off. A colon left in it makes it IPv6. */
function hostOfTarget(host: string): string {
  return normalizeHost(host.includes(":") && !host.startsWith("[") ? `[${host}]` : host);
}

function blocked(reason: Block["reason"]): HostVerdict {
  return { kind: "blocked", block: { reason, source: "baseline_policy", decision: "deny" } };
}

async function askDecider(
  request: NetworkRequest,
  { decider, limits }: HostPolicyPorts,
  signal: AbortSignal,
): Promise<Block | null> {
  const unasked: Block = { reason: "not_allowed", source: "baseline_policy", decision: "deny" };
  if (decider === null) return unasked;
  const answer = await within(
    limits.decideMs,
    signal,
    async (bounded) => await decider.decide(request, bounded),
  ).catch(() => null);
  if (answer?.kind !== "done") return { ...unasked, source: "decider" };
  const { value } = answer;
  if (value.kind === "allow") return null;
  return { reason: value.reason, source: "decider", decision: value.kind };
}

async function lookUp(
  host: string,
  { resolver, limits }: HostPolicyPorts,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found = await within(
    limits.resolveMs,
    signal,
    async (bounded) => await resolver(host, bounded),
  ).catch(() => null);
  return found?.kind === "done" ? found.value : [];
}

/** The system's resolver, which knows `/etc/hosts` and what else the machine is set up to ask. */
export async function systemResolver(host: string): Promise<readonly string[]> {
  const { lookup } = await import("node:dns/promises");
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}
