import type { NetworkApprovalContext } from "../protocol/mod.ts";
import type { ConfineRequest } from "../sandbox/mod.ts";

/** The network proxy of a session, as tools see it. `network/` fits it. */
export interface NetworkAccess {
  /** The way of a confined command to the proxy; `closed` = commands have no network at all. */
  readonly bridge: NonNullable<ConfineRequest["bridge"]>;
  /** Where the proxy listens on this machine; `null` = it is off. */
  readonly addresses: { readonly httpAddr: string; readonly socksAddr: string | null } | null;
  /** A command's variables with those over them that lead it to the proxy. */
  environment(
    env: Readonly<Record<string, string>>,
    attemptId: string,
  ): Readonly<Record<string, string>>;
  /** Requests of one run are told apart from those of others. Asks about hosts that no rule names. */
  begin(ask: (question: NetworkApprovalContext) => Promise<HostConsent>): NetworkAttempt;
}

/** For this run, for the session, or not at all; `nobody`: there is nobody to ask. */
export type HostConsent = "attempt" | "session" | "denied" | "nobody";

export interface NetworkAttempt extends Disposable {
  readonly id: string;
  /** Fires when a person has said no. */
  readonly denied: AbortSignal;
  /** What was blocked, once; `null` = nothing. `text` is for the model. */
  takeOutcome():
    | { readonly kind: "denied_by_user"; readonly host: string }
    | { readonly kind: "blocked"; readonly host: string; readonly text: string }
    | null;
}

/** The reason of a question about a host; clients know it. */
export function hostReason(host: string): string {
  return `Network access to "${host}" is blocked by policy.`;
}
