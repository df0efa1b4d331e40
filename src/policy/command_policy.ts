import type { ParsedCommand } from "../protocol/mod.ts";
import type { SafetyFacts } from "./safe/known_safe.ts";
import type { ProgramSearch } from "./safe/shadowed.ts";
import type { BashGrammar } from "./shell/grammar.ts";
import type { DecideInput, Requirement } from "./types.ts";

/** What is loaded when it is first needed. */
interface Judging {
  readonly parts: typeof import("./judging.ts");
  readonly grammar: BashGrammar;
}

export interface CommandPolicyOptions {
  readonly os: typeof Deno.build.os;
  /** Path of the user's shell. Others count as known programs only where the system keeps its programs. */
  readonly userShell: string | null;
}

/**
 * Judges commands. Costs nothing until it is first asked; then it loads what that takes and keeps it, so a process
 * needs one.
 */
export class CommandPolicy {
  #judging: Promise<Judging> | null = null;

  constructor(readonly options: CommandPolicyOptions) {}

  /** Begins to load what judging takes, for who will have a command to ask about. Whoever asks hears what failed. */
  warmUp(): void {
    this.#loaded().catch(() => {});
  }

  /** Whether and how a command may start. */
  async decide(input: DecideInput): Promise<Requirement> {
    const judging = await this.#loaded();
    return judging.parts.decide(input, this.#facts(judging, input.search));
  }

  /** Whether it is known to change nothing, wherever its programs are found. */
  async isHarmless(argv: readonly string[]): Promise<boolean> {
    const judging = await this.#loaded();
    return judging.parts.isKnownSafe(argv, this.#facts(judging, null));
  }

  /** What a command does, in the words of a user interface. Not a judgement. */
  async describe(argv: readonly string[]): Promise<readonly ParsedCommand[]> {
    const { parts, grammar } = await this.#loaded();
    return parts.parseCommand(argv, grammar);
  }

  /** The key under which a session remembers an approval of `argv`. */
  async canonical(
    argv: readonly string[],
    search: ProgramSearch | null,
  ): Promise<readonly string[]> {
    const judging = await this.#loaded();
    const { canonicalCommand, isTrustedShell, shellScript } = judging.parts;
    const shell = shellScript(argv)?.shell;
    const known = shell === undefined || isTrustedShell(shell, this.#facts(judging, search));
    return known ? canonicalCommand(argv, judging.grammar) : argv;
  }

  #facts({ grammar }: Judging, search: ProgramSearch | null): SafetyFacts {
    return { ...this.options, search, grammar };
  }

  #loaded(): Promise<Judging> {
    this.#judging ??= load().catch((error) => {
      this.#judging = null;
      throw error;
    });
    return this.#judging;
  }
}

async function load(): Promise<Judging> {
  const [parts, grammar] = await Promise.all([
    import("./judging.ts"),
    // By itself: other threads read and compile it while this one loads the rest.
    import("./shell/grammar.ts").then(({ BashGrammar }) => BashGrammar.load()),
  ]);
  return { parts, grammar };
}
