import type { AuthError } from "./error.ts";

/** What a guarded reload found: the same account's login, newer or not; or that it is not to be had any more. */
export type ReloadOutcome =
  | { readonly type: "changed" }
  | { readonly type: "unchanged" }
  | { readonly type: "skipped"; readonly error: AuthError };

/** What the machine drives. */
export interface RecoveryActions {
  /** Takes over what is stored, unless it is the login of another account or none. No network. */
  guardedReload(): Promise<ReloadOutcome>;
  /** Gets new tokens: under the protocol, or from the program that owns the login. */
  refresh(signal: AbortSignal): Promise<void>;
}

export type RecoveryState = "reload" | "refresh_token" | "done";

export type RecoveryOutcome = ReloadOutcome | { readonly type: "refreshed" };

/**
 * What to do, step by step, about one request that was answered with 401.
 *
 * | state         | on `next`      | outcome               | new state       |
 * | ------------- | -------------- | --------------------- | --------------- |
 * | reload        | guarded reload | changed, unchanged    | refresh_token   |
 * | reload        | guarded reload | skipped: fails for good | done          |
 * | refresh_token | refresh        | refreshed             | done            |
 * | refresh_token | refresh        | throws                | unchanged       |
 *
 * Tokens that another program owns have no store to reload from: the machine then starts at `refresh_token`.
 */
export class UnauthorizedRecovery {
  #state: RecoveryState;
  readonly #actions: RecoveryActions;

  constructor(actions: RecoveryActions, start: RecoveryState) {
    this.#actions = actions;
    this.#state = start;
  }

  get state(): RecoveryState {
    return this.#state;
  }

  get hasNext(): boolean {
    return this.#state !== "done";
  }

  /** @throws AuthError when the refresh fails; the state then stays */
  async next(signal: AbortSignal): Promise<RecoveryOutcome> {
    switch (this.#state) {
      case "reload": {
        const outcome = await this.#actions.guardedReload();
        this.#state = outcome.type === "skipped" ? "done" : "refresh_token";
        return outcome;
      }
      case "refresh_token":
        await this.#actions.refresh(signal);
        this.#state = "done";
        return { type: "refreshed" };
      case "done":
        throw new RangeError("the recovery is over");
    }
  }
}
