import type {
  NetworkAnswer,
  NetworkAuditEntry,
  NetworkDecider,
  NetworkProtocol,
  NetworkRequest,
} from "./types.ts";

/** What a person is asked. Names as in approval requests: CONNECT is `https` there. */
export interface NetworkQuestion {
  readonly host: string;
  readonly protocol: "http" | "https" | "socks5_tcp" | "socks5_udp";
  readonly attemptId: string;
}

/** For this attempt, for all that follow, or not at all; `nobody`: nobody was asked, so the lists decide. */
export type NetworkConsent = "attempt" | "session" | "denied" | "nobody";

export type AskAboutHost = (
  question: NetworkQuestion,
  signal: AbortSignal,
) => Promise<NetworkConsent>;

/** What became of an attempt's requests, when something was not let through. */
export type NetworkOutcome =
  | { readonly kind: "denied_by_user"; readonly host: string }
  /** `text` is for the model. */
  | { readonly kind: "blocked"; readonly host: string; readonly text: string };

/** One run of a tool whose requests are told apart by {@link id}. Dispose it when the run is over. */
export interface NetworkAttempt extends Disposable {
  /** For `NetworkProxy.environment`. */
  readonly id: string;
  /** Fires when a person has said no: what runs in the background is to be ended then. */
  readonly denied: AbortSignal;
  /** Returns the outcome and forgets it; `null` = nothing was blocked. A person's no outlasts a policy's. */
  takeOutcome(): NetworkOutcome | null;
}

const PROTOCOLS: Readonly<Record<NetworkProtocol, NetworkQuestion["protocol"]>> = {
  http: "http",
  https_connect: "https",
  socks5_tcp: "socks5_tcp",
  socks5_udp: "socks5_udp",
};

const NOT_ALLOWED: NetworkAnswer = { kind: "deny", reason: "not_allowed" };

class Attempt {
  readonly id = crypto.randomUUID();
  readonly allowed = new Set<string>();
  /** One question for each host, however many requests wait for its answer. */
  readonly questions = new Map<string, Promise<NetworkConsent>>();
  readonly over = new AbortController();
  readonly denied = new AbortController();
  outcome: NetworkOutcome | null = null;
}

/**
 * Remembers which hosts a person has allowed, for one attempt or for the session, and asks about the others. It is the
 * proxy's decider, and {@link note} its audit. A host is asked about as such: port and protocol are not part of it.
 */
export class NetworkApprovals implements NetworkDecider {
  readonly #ask: AskAboutHost;
  readonly #session = new Set<string>();
  readonly #attempts = new Map<string, Attempt>();

  constructor(ask: AskAboutHost) {
    this.#ask = ask;
  }

  begin(): NetworkAttempt {
    const attempt = new Attempt();
    this.#attempts.set(attempt.id, attempt);
    return {
      id: attempt.id,
      denied: attempt.denied.signal,
      takeOutcome() {
        const { outcome } = attempt;
        attempt.outcome = null;
        return outcome;
      },
      [Symbol.dispose]: () => {
        this.#attempts.delete(attempt.id);
        attempt.over.abort();
      },
    };
  }

  async decide({ host, protocol, attemptId }: NetworkRequest): Promise<NetworkAnswer> {
    if (this.#session.has(host)) return { kind: "allow" };
    const attempt = this.#find(attemptId);
    if (attempt === null) return NOT_ALLOWED;
    if (attempt.allowed.has(host)) return { kind: "allow" };
    const consent = await this.#question(attempt, host, PROTOCOLS[protocol]);
    switch (consent) {
      case "attempt":
        attempt.allowed.add(host);
        return { kind: "allow" };
      case "session":
        this.#session.add(host);
        return { kind: "allow" };
      case "denied":
        attempt.outcome = { kind: "denied_by_user", host };
        attempt.denied.abort();
        return NOT_ALLOWED;
      case "nobody":
        return NOT_ALLOWED;
    }
  }

  /** Takes what the proxy's audit tells, so that a tool can say why it had no network. */
  note(entry: NetworkAuditEntry): void {
    if (entry.block?.decision !== "deny") return;
    const attempt = this.#find(entry.attemptId);
    if (attempt === null || attempt.outcome?.kind === "denied_by_user") return;
    const { host, block: { reason } } = entry;
    attempt.outcome = { kind: "blocked", host, text: networkRefusal(host, reason) };
  }

  /** Without an id it can only be the one attempt that there is. */
  #find(id: string | null): Attempt | null {
    if (id !== null) return this.#attempts.get(id) ?? null;
    const [only, ...others] = this.#attempts.values();
    return others.length === 0 ? only ?? null : null;
  }

  #question(
    attempt: Attempt,
    host: string,
    protocol: NetworkQuestion["protocol"],
  ): Promise<NetworkConsent> {
    const open = attempt.questions.get(host);
    if (open !== undefined) return open;
    const asked = this.#ask({ host, protocol, attemptId: attempt.id }, attempt.over.signal)
      .finally(() => attempt.questions.delete(host));
    attempt.questions.set(host, asked);
    return asked;
  }
}

/** One line about a host that was not let through, and why. */
export function networkRefusal(host: string, reason: string): string {
  return `Network access to "${host}" was blocked: ${detailOf(reason)}.`;
}

function detailOf(reason: string): string {
  switch (reason) {
    case "denied":
      return "the host is on the deny list";
    case "not_allowed":
      return "the host is not on the allow list";
    case "not_allowed_local":
      return "it leads to this machine or to a private network";
    case "method_not_allowed":
      return "limited network mode only lets reading requests through";
    case "proxy_disabled":
      return "the network proxy is switched off";
    default:
      return `the policy refused it (${reason})`;
  }
}
