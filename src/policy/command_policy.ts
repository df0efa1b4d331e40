import type { ParsedCommand } from "../protocol/mod.ts";
import { canonicalCommand } from "./canonical.ts";
import { decide } from "./decide.ts";
import { parseCommand } from "./display/parse_command.ts";
import { isTrustedShell, type SafetyFacts } from "./safe/known_safe.ts";
import type { ProgramSearch } from "./safe/shadowed.ts";
import { BashGrammar } from "./shell/grammar.ts";
import { shellScript } from "./shell/wrapper.ts";
import type { DecideInput, Requirement } from "./types.ts";

export interface CommandPolicyOptions {
  readonly os: typeof Deno.build.os;
  /** Path of the user's shell. Others count as known programs only where the system keeps its programs. */
  readonly userShell: string | null;
}

/**
 * Judges commands. Costs nothing until it is first asked; then it loads the grammar of bash and keeps it, so a
 * process needs one.
 */
export class CommandPolicy {
  #grammar: Promise<BashGrammar> | null = null;

  constructor(readonly options: CommandPolicyOptions) {}

  /** Whether and how a command may start. */
  async decide(input: DecideInput): Promise<Requirement> {
    return decide(input, await this.#facts(input.search));
  }

  /** What a command does, in the words of a user interface. Not a judgement. */
  async describe(argv: readonly string[]): Promise<readonly ParsedCommand[]> {
    return parseCommand(argv, await this.#loaded());
  }

  /** The key under which a session remembers an approval of `argv`. */
  async canonical(
    argv: readonly string[],
    search: ProgramSearch | null,
  ): Promise<readonly string[]> {
    const facts = await this.#facts(search);
    const shell = shellScript(argv)?.shell;
    const known = shell === undefined || isTrustedShell(shell, facts);
    return known ? canonicalCommand(argv, facts.grammar) : argv;
  }

  async #facts(search: ProgramSearch | null): Promise<SafetyFacts> {
    return { ...this.options, search, grammar: await this.#loaded() };
  }

  #loaded(): Promise<BashGrammar> {
    this.#grammar ??= BashGrammar.load().catch((error) => {
      this.#grammar = null;
      throw error;
    });
    return this.#grammar;
  }
}
