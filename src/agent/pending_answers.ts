import type { ElicitationAction, ReviewDecision, UserAnswers } from "../protocol/mod.ts";
import type { Logger } from "../telemetry/mod.ts";

/**
 * Questions that wait for a person, first in, first out for whoever shows them. An abandoned question resolves
 * as denied, or cancelled. A second question under the same id takes the place of the first one; an answer that
 * nobody waits for is ignored. Both are logged, since they mean that a client lost track.
 */
export class PendingAnswers {
  readonly #decisions: Waiting<ReviewDecision>;
  readonly #answers: Waiting<UserAnswers | null>;
  readonly #elicitations: Waiting<ElicitationAction>;

  constructor(logger: Logger) {
    this.#decisions = new Waiting<ReviewDecision>("approval", { type: "denied" }, logger);
    this.#answers = new Waiting<UserAnswers | null>("user input", null, logger);
    this.#elicitations = new Waiting<ElicitationAction>("elicitation", "cancel", logger);
  }

  awaitDecision(id: string): Promise<ReviewDecision> {
    return this.#decisions.wait(id);
  }

  awaitAnswers(turnId: string): Promise<UserAnswers | null> {
    return this.#answers.wait(turnId);
  }

  /** A server numbers its own requests, so the id alone does not name one. */
  awaitElicitation(serverName: string, id: string | number): Promise<ElicitationAction> {
    return this.#elicitations.wait(elicitationKey(serverName, id));
  }

  /** Whether somebody waits for a decision under that id. */
  isOpen(id: string): boolean {
    return this.#decisions.isOpen(id);
  }

  /** False when nobody asked under that id. */
  decide(id: string, decision: ReviewDecision): boolean {
    return this.#decisions.settle(id, decision);
  }

  answer(turnId: string, answers: UserAnswers | null): boolean {
    return this.#answers.settle(turnId, answers);
  }

  resolveElicitation(serverName: string, id: string | number, action: ElicitationAction): boolean {
    return this.#elicitations.settle(elicitationKey(serverName, id), action);
  }

  abandonAll(): void {
    this.#decisions.abandonAll();
    this.#answers.abandonAll();
    this.#elicitations.abandonAll();
  }
}

/** `1` and `"1"` are two ids. */
function elicitationKey(serverName: string, id: string | number): string {
  return JSON.stringify([serverName, id]);
}

class Waiting<T> {
  readonly #resolvers = new Map<string, (answer: T) => void>();

  constructor(readonly kind: string, readonly abandoned: T, readonly logger: Logger) {}

  wait(id: string): Promise<T> {
    const earlier = this.#resolvers.get(id);
    if (earlier !== undefined) {
      this.logger.warn(`a second ${this.kind} is asked for under the same id`, { id });
      earlier(this.abandoned);
    }
    return new Promise((resolve) => this.#resolvers.set(id, resolve));
  }

  isOpen(id: string): boolean {
    return this.#resolvers.has(id);
  }

  settle(id: string, answer: T): boolean {
    const resolve = this.#resolvers.get(id);
    if (resolve === undefined) {
      this.logger.warn(`an answer to no ${this.kind} that is open`, { id });
      return false;
    }
    this.#resolvers.delete(id);
    resolve(answer);
    return true;
  }

  abandonAll(): void {
    for (const resolve of this.#resolvers.values()) resolve(this.abandoned);
    this.#resolvers.clear();
  }
}
