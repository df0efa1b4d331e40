/**
 * Lets tools that bear company run beside each other and all others alone, in the order of their calls:
 * a later shared call never overtakes an exclusive one that waits.
 */
export class CallLock {
  readonly #waiting: { readonly shared: boolean; readonly enter: () => void }[] = [];
  #sharedHolders = 0;
  #exclusiveHeld = false;

  /** Resolves when the call may run; dispose the result when it is done. */
  async acquire(shared: boolean): Promise<Disposable> {
    if (this.#waiting.length > 0 || !this.#free(shared)) {
      await new Promise<void>((resolve) => this.#waiting.push({ shared, enter: resolve }));
    } else {
      this.#take(shared);
    }
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        if (shared) this.#sharedHolders -= 1;
        else this.#exclusiveHeld = false;
        this.#admit();
      },
    };
  }

  #free(shared: boolean): boolean {
    return !this.#exclusiveHeld && (shared || this.#sharedHolders === 0);
  }

  #take(shared: boolean): void {
    if (shared) this.#sharedHolders += 1;
    else this.#exclusiveHeld = true;
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next && this.#free(next.shared); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#take(next.shared);
      next.enter();
    }
  }
}
