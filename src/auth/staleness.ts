import { readClaims } from "./jwt.ts";
import type { StoredLogin } from "./record.ts";

/** A token that ends this soon is renewed before it is used. */
const MARGIN_MS = 5 * 60_000;

/** Without an end in the token: how long after the last renewal. */
const AGE_MS = 8 * 24 * 60 * 60_000;

/** A local clock that is off by less is trusted. */
const TRUSTED_DRIFT_MS = 60_000;

/** Tells when a login has to be renewed. Asked at each request, so it reads a token once. */
export class Staleness {
  #token = "";
  #expiresAt: number | null = null;

  /** Whether the access token should be renewed before the next request. A date in the future counts as now. */
  isStale(login: StoredLogin, now: number): boolean {
    if (login.mode !== "chatgpt" || login.tokens === null) return false;
    const { accessToken } = login.tokens;
    if (accessToken !== this.#token) {
      this.#token = accessToken;
      this.#expiresAt = readClaims(accessToken).expiresAt;
    }
    if (this.#expiresAt !== null) return this.#expiresAt <= now + MARGIN_MS;
    return login.lastRefresh !== null && now - login.lastRefresh > AGE_MS;
  }
}

/** The local clock, put right by what servers say. Nothing but the choice of the moment depends on it. */
export class ServerClock {
  #offset = 0;

  constructor(readonly local: () => number) {}

  now(): number {
    return this.local() + this.#offset;
  }

  note(serverTime: number): void {
    const offset = serverTime - this.local();
    this.#offset = Math.abs(offset) > TRUSTED_DRIFT_MS ? offset : 0;
  }
}
