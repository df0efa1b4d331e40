import type { CommandSpec, FlagSpec, Invocation, Level, Occurrence } from "./spec.ts";
import { type OptionToken, type Token, tokenize } from "./tokenize.ts";
import { nearest } from "./typo.ts";

/** What a command line asks for. `path` names the commands, the root first. */
export type Parsed =
  | { readonly kind: "run"; readonly invocation: Invocation }
  | { readonly kind: "help"; readonly path: readonly CommandSpec[]; readonly isLong: boolean }
  | { readonly kind: "version"; readonly name: string }
  | { readonly kind: "error"; readonly path: readonly CommandSpec[]; readonly message: string };

/** A command line that cannot be understood, or that ends early. */
class Stop extends Error {
  constructor(readonly outcome: Parsed) {
    super();
  }
}

/** `help` of a command that has subcommands. */
const HELP: CommandSpec = {
  name: "help",
  summary: "Print help for a command",
  positionals: [{ name: "COMMAND", doc: "The command, and those below it", takesRest: true }],
  flags: [],
  needs: [],
};

/**
 * Reads arguments against the records: getopt style, subcommands at any place, `--` ends flags. Help and
 * version end the reading where they stand; a mistake before them wins.
 */
export function parseCommandLine(root: CommandSpec, args: readonly string[]): Parsed {
  const levels: Level[] = [];
  let path: readonly CommandSpec[] = [root];
  let rest = args;
  try {
    for (;;) {
      const reader = new LevelReader(path, rest);
      const next = reader.read();
      levels.push(reader.level());
      if (next === null) {
        reader.end(levels);
        return { kind: "run", invocation: { levels } };
      }
      path = [...path, next.command];
      rest = rest.slice(next.from);
    }
  } catch (error) {
    if (error instanceof Stop) return error.outcome;
    throw error;
  }
}

class LevelReader {
  readonly #command: CommandSpec;
  readonly #positionals: string[] = [];
  readonly #switches = new Set<string>();
  readonly #values = new Map<string, Occurrence[]>();
  /** `--` was there: what follows is no command. */
  #flagsEnded = false;

  constructor(
    private readonly path: readonly CommandSpec[],
    private readonly args: readonly string[],
  ) {
    this.#command = path.at(-1)!;
  }

  level(): Level {
    const level = {
      command: this.#command,
      positionals: this.#positionals,
      switches: this.#switches,
      values: this.#values,
    };
    this.#refuseConflicts([level]);
    return level;
  }

  /** Checks the whole command line, of which this is the last level. */
  end(levels: readonly Level[]): void {
    const { positionals, flags } = this.#command;
    const missing = positionals.slice(this.#positionals.length).find(({ required }) => required);
    if (missing !== undefined) throw this.#mistake(`<${missing.name}> is missing`);
    const flag = flags.find(({ long, required }) => required && !given(levels.at(-1)!, long));
    if (flag !== undefined) throw this.#mistake(`${shown(flag)} is missing`);
    if (this.path.length === 1) this.#refuseTypo();
    this.#refuseConflicts(levels);
  }

  /** The same flags, given before a command's name and behind it, exclude each other as well. */
  #refuseConflicts(levels: readonly Level[]): void {
    for (const [one, other] of this.#command.conflicts ?? []) {
      const has = (long: string) => levels.some((level) => given(level, long));
      if (has(one) && has(other)) throw this.#mistake(`--${one} and --${other} exclude each other`);
    }
  }

  /** A single word that is nearly a command is no prompt, unless `--` says that it is. */
  #refuseTypo(): void {
    const [word, ...more] = this.#positionals;
    if (word === undefined || more.length > 0 || this.#flagsEnded) return;
    const meant = this.#nearestCommand(word);
    if (meant === null) return;
    throw this.#mistake(
      `there is no command "${word}"; did you mean "${meant}"? ` +
        `As a prompt: codex exec "${word}"`,
    );
  }

  /** Reads up to a subcommand; `null` = there is none. */
  read(): { command: CommandSpec; from: number } | null {
    const tokens = tokenize(this.#command.flags, this.args);
    for (let index = 0; index < tokens.length; index += 1) {
      const token = tokens[index]!;
      if (token.kind === "option-terminator") {
        this.#flagsEnded = true;
        if (this.#takesRest()) return this.#rest(token.index + 1);
      } else if (token.kind === "option") {
        const words = followingWords(tokens, index);
        if (this.#option(token, words)) index += words.length;
      } else {
        const command = this.#flagsEnded ? null : this.#subcommand(token.value, token.index);
        if (command !== null) return { command, from: token.index + 1 };
        if (this.#takesRest()) return this.#rest(token.index);
        this.#positional(token.value);
      }
    }
    return null;
  }

  /** The next positional is one that everything belongs to. */
  #takesRest(): boolean {
    return this.#command.positionals[this.#positionals.length]?.takesRest === true;
  }

  #rest(from: number): null {
    this.#positionals.push(...this.args.slice(from));
    return null;
  }

  /** Returns true when the flag also took the bare words behind it. */
  #option(token: OptionToken, words: readonly string[]): boolean {
    if (token.name === "help" || token.name === "h") {
      if (token.attached && token.rawName.startsWith("--")) {
        throw this.#mistake("--help takes no value");
      }
      throw new Stop({ kind: "help", path: this.path, isLong: token.name === "help" });
    }
    const { versionName } = this.#command;
    if (versionName !== undefined && (token.name === "version" || token.name === "V")) {
      if (token.attached && token.rawName.startsWith("--")) {
        throw this.#mistake("--version takes no value");
      }
      throw new Stop({ kind: "version", name: versionName });
    }
    const flag = this.#command.flags.find((each) =>
      each.long === token.name || each.aliases?.includes(token.name) ||
      (each.short === token.name && !token.rawName.startsWith("--"))
    );
    if (flag === undefined) throw this.#unknown(token);
    return flag.value === undefined ? this.#switch(flag, token) : this.#value(flag, token, words);
  }

  #switch(flag: FlagSpec, token: OptionToken): false {
    if (token.attached) throw this.#mistake(`${token.rawName} takes no value`);
    if (this.#switches.has(flag.long)) throw this.#twice(flag);
    this.#switches.add(flag.long);
    return false;
  }

  #value(flag: FlagSpec, token: OptionToken, words: readonly string[]): boolean {
    const seen = this.#values.get(flag.long) ?? [];
    if (seen.length > 0 && !flag.repeats) throw this.#twice(flag);
    // `-x=value` is the same as `-xvalue`.
    const value = token.attached && !token.rawName.startsWith("--")
      ? token.value?.replace(/^=/, "")
      : token.value;
    if (value === undefined || (!token.attached && /^-./.test(value))) {
      throw this.#mistake(`${shown(flag)} needs a value${choicesOf(flag)}`);
    }
    const takes = flag.greedy === true && !token.attached;
    const all = takes ? [value, ...words] : [value];
    for (const word of all) this.#checkWord(flag, word);
    this.#values.set(flag.long, [...seen, { words: all }]);
    return takes;
  }

  #checkWord(flag: FlagSpec, word: string): void {
    if (flag.choices !== undefined && !flag.choices.includes(word)) {
      throw this.#mistake(`"${word}" is no value of ${shown(flag)}${choicesOf(flag)}`);
    }
    if (flag.range !== undefined && !isInRange(word, flag.range)) {
      const [smallest, largest] = flag.range;
      throw this.#mistake(
        `"${word}" is no value of ${shown(flag)} (a whole number from ${smallest} to ${largest})`,
      );
    }
    const parts = flag.commas ? word.split(",") : [word];
    if (flag.nonEmpty && parts.includes("")) {
      throw this.#mistake(`${shown(flag)} needs a value`);
    }
  }

  #subcommand(word: string, index: number): CommandSpec | null {
    const commands = this.#command.commands ?? [];
    if (commands.length === 0) return null;
    if (word === "help") throw this.#help(this.args.slice(index + 1));
    const command = find(commands, word);
    if (command === null && this.#command.reserved?.includes(word)) {
      const asPrompt = this.path.length === 1
        ? `As a prompt: codex exec "${word}"`
        : "Put -- before it if it is the prompt";
      throw this.#mistake(`"${word}" is not part of this version. ${asPrompt}`);
    }
    return command;
  }

  /** `help` and the names behind it. */
  #help(names: readonly string[]): Stop {
    let path = this.path;
    for (const name of names) {
      const commands = path.at(-1)?.commands ?? [];
      const command = name === HELP.name && commands.length > 0 ? HELP : find(commands, name);
      if (command === null) {
        const where = path.map((each) => each.name).join(" ");
        return this.#mistake(`"${where}" has no command "${name}"`);
      }
      path = [...path, command];
    }
    return new Stop({ kind: "help", path, isLong: true });
  }

  #positional(word: string): void {
    const { positionals } = this.#command;
    const next = positionals[this.#positionals.length];
    if (next === undefined) throw this.#oneTooMany(word);
    if (next.choices !== undefined && !next.choices.includes(word)) {
      const choices = next.choices.join(", ");
      throw this.#mistake(`"${word}" is no value of <${next.name}> (one of ${choices})`);
    }
    this.#positionals.push(word);
  }

  #oneTooMany(word: string): Stop {
    if (this.#isNoCommand()) return this.#noCommand();
    const { commands = [], positionals, name } = this.#command;
    if (positionals.length > 0) {
      const hint = positionals.at(-1)?.name === "PROMPT" ? ". Quote a prompt of several" : "";
      return this.#mistake(`"${word}" is one word too many${hint}`);
    }
    if (commands.length === 0) return this.#mistake(`"${name}" takes no words, such as "${word}"`);
    const meant = this.#nearestCommand(word);
    const hint = meant === null ? "" : `; did you mean "${meant}"?`;
    return this.#mistake(`"${name}" has no command "${word}"${hint}`);
  }

  #nearestCommand(word: string): string | null {
    const commands = (this.#command.commands ?? []).filter(({ hidden }) => !hidden);
    return nearest(word, commands.map(({ name }) => name));
  }

  /** The first bare word of the root was meant as a command, but there is none of that name. */
  #isNoCommand(): boolean {
    return this.path.length === 1 && this.#positionals.length > 0 && !this.#flagsEnded;
  }

  #noCommand(): Stop {
    const names = (this.#command.commands ?? [])
      .filter(({ hidden }) => !hidden)
      .map(({ name }) => name);
    const word = this.#positionals[0]!;
    const meant = this.#nearestCommand(word);
    const hint = meant === null
      ? `Commands are: ${[...names, "help"].join(", ")}`
      : `Did you mean "${meant}"?`;
    return this.#mistake(`"${word}" is no command of this version. ${hint}`);
  }

  #unknown(token: OptionToken): Stop {
    if (this.#isNoCommand()) return this.#noCommand();
    const outer = this.path.slice(0, -1).findLast(({ flags }) =>
      flags.some((flag) => flag.long === token.name || flag.short === token.name)
    );
    if (outer !== undefined) {
      const { name } = this.#command;
      return this.#mistake(`unknown flag ${token.rawName}: it belongs in front of "${name}"`);
    }
    const longs = this.#command.flags.filter(({ hidden }) => !hidden).map(({ long }) => long);
    const meant = token.rawName.startsWith("--") ? nearest(token.name, longs) : null;
    return this.#mistake(
      `unknown flag ${token.rawName}` +
        (meant === null ? ". Put -- before it if it is no flag" : `; did you mean --${meant}?`),
    );
  }

  #twice(flag: FlagSpec): Stop {
    return this.#mistake(`--${flag.long} is given more than once`);
  }

  #mistake(message: string): Stop {
    return new Stop({ kind: "error", path: this.path, message });
  }
}

function given(level: Level, long: string): boolean {
  return level.switches.has(long) || level.values.has(long);
}

function find(commands: readonly CommandSpec[], word: string): CommandSpec | null {
  return commands.find(({ name, aliases }) => name === word || aliases?.includes(word)) ?? null;
}

function shown(flag: FlagSpec): string {
  return `--${flag.long} <${flag.value}>`;
}

function choicesOf(flag: FlagSpec): string {
  return flag.choices === undefined ? "" : ` (one of ${flag.choices.join(", ")})`;
}

function isInRange(word: string, [smallest, largest]: readonly [number, number]): boolean {
  return /^\d+$/.test(word) && Number(word) >= smallest && Number(word) <= largest;
}

/** Bare words directly behind the token at `index`. */
function followingWords(tokens: readonly Token[], index: number): string[] {
  const words: string[] = [];
  for (const token of tokens.slice(index + 1)) {
    if (token.kind !== "positional") break;
    words.push(token.value);
  }
  return words;
}
