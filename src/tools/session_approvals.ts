/**
 * What a person approved for the whole of a session. In memory alone: neither a fork nor a resumed session knows
 * of it.
 */
export class SessionApprovals {
  readonly #keys = new Set<string>();

  /** Whether every key was approved. */
  covers(keys: readonly unknown[]): boolean {
    return keys.length > 0 && keys.every((key) => this.#keys.has(JSON.stringify(key)));
  }

  add(keys: readonly unknown[]): void {
    for (const key of keys) this.#keys.add(JSON.stringify(key));
  }
}
