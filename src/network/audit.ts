import { type Logger, SILENT_LOGGER } from "../telemetry/mod.ts";
import type { Block, NetworkAuditEntry, NetworkProtocol } from "./types.ts";

/** A blocked request as other versions write it, in logs and for `/blocked`. */
export interface BlockedEntry {
  readonly host: string;
  readonly reason: string;
  readonly client: string;
  readonly method: string | null;
  readonly mode: string;
  readonly protocol: string;
  readonly attempt_id?: string;
  readonly decision?: string;
  readonly source?: string;
  readonly port?: number;
  /** Seconds since the epoch. */
  readonly timestamp: number;
}

const MOST_BLOCKED = 200;

/** In this list the protocols have other names than in policies. */
const LOG_PROTOCOLS: Readonly<Record<NetworkProtocol, string>> = {
  http: "http",
  https_connect: "http-connect",
  socks5_tcp: "socks5",
  socks5_udp: "socks5-udp",
};

export interface AuditOptions {
  /** Gets every decision, allowed ones too. Must not throw. */
  readonly sink: ((entry: NetworkAuditEntry) => void) | null;
  readonly logger?: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Keeps the last blocked requests and tells every decision. */
export class Audit {
  readonly #options: AuditOptions;
  readonly #logger: Logger;
  readonly #blocked: BlockedEntry[] = [];

  constructor(options: AuditOptions) {
    this.#options = options;
    this.#logger = options.logger ?? SILENT_LOGGER;
  }

  record(entry: Omit<NetworkAuditEntry, "time">): void {
    const timed: NetworkAuditEntry = { ...entry, time: this.#options.now() };
    this.#options.sink?.(timed);
    if (timed.block === null) return;
    const blocked = blockedEntry(timed, timed.block);
    this.#blocked.push(blocked);
    if (this.#blocked.length > MOST_BLOCKED) this.#blocked.shift();
    if (this.#logger.enabled("debug")) {
      this.#logger.debug(`CODEX_NETWORK_POLICY_VIOLATION ${JSON.stringify(blocked)}`);
    }
  }

  /** Oldest first, at most 200. */
  blocked(): readonly BlockedEntry[] {
    return [...this.#blocked];
  }
}

function blockedEntry(entry: NetworkAuditEntry, block: Block): BlockedEntry {
  return {
    host: entry.host,
    reason: block.reason,
    client: entry.client,
    method: entry.method,
    mode: entry.mode,
    protocol: LOG_PROTOCOLS[entry.protocol],
    ...(entry.attemptId === null ? {} : { attempt_id: entry.attemptId }),
    decision: block.decision,
    source: block.source,
    port: entry.port,
    timestamp: Math.floor(entry.time / 1000),
  };
}
