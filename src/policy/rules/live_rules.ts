import type { AbsolutePath } from "../../protocol/mod.ts";
import { allowRule, appendAllowRule } from "./amend.ts";
import type { Rules } from "./rules.ts";

/** The rules of a running session: what was loaded, and what a person has allowed since. */
export class LiveRules {
  #current: Rules;

  /** @param file where amendments are written */
  constructor(loaded: Rules, private readonly file: AbsolutePath) {
    this.#current = loaded;
  }

  /** As of now. A running call keeps what it was given. */
  get current(): Rules {
    return this.#current;
  }

  /**
   * Allows every command that begins with these words, for good.
   *
   * @throws RulesError when that cannot be written down; then nothing has changed
   */
  async allow(prefix: readonly string[]): Promise<void> {
    await appendAllowRule(this.file, prefix);
    const known = this.#current.allowedPrefixes().some((each) =>
      JSON.stringify(each) === JSON.stringify(prefix)
    );
    if (!known) this.#current = this.#current.with([allowRule(prefix)]);
  }
}
