import type { ReviewDecision, UserAnswers } from "../protocol/mod.ts";

/**
 * Questions that wait for a person, first in, first out for whoever shows them. An abandoned question resolves
 * as denied, or cancelled.
 */
export class PendingAnswers {
  readonly #decisions = new Map<string, (decision: ReviewDecision) => void>();
  readonly #answers = new Map<string, (answers: UserAnswers | null) => void>();

  awaitDecision(id: string): Promise<ReviewDecision> {
    this.decide(id, { type: "denied" });
    return new Promise((resolve) => this.#decisions.set(id, resolve));
  }

  awaitAnswers(turnId: string): Promise<UserAnswers | null> {
    this.answer(turnId, null);
    return new Promise((resolve) => this.#answers.set(turnId, resolve));
  }

  /** False when nobody asked under that id. */
  decide(id: string, decision: ReviewDecision): boolean {
    const resolve = this.#decisions.get(id);
    this.#decisions.delete(id);
    resolve?.(decision);
    return resolve !== undefined;
  }

  answer(turnId: string, answers: UserAnswers | null): boolean {
    const resolve = this.#answers.get(turnId);
    this.#answers.delete(turnId);
    resolve?.(answers);
    return resolve !== undefined;
  }

  abandonAll(): void {
    for (const id of [...this.#decisions.keys()]) this.decide(id, { type: "denied" });
    for (const id of [...this.#answers.keys()]) this.answer(id, null);
  }
}
