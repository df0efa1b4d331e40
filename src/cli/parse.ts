import { parseArgs } from "node:util";
import type { CommandSpec, FlagSpec, Invocation, Level, Occurrence } from "./spec.ts";

/** What a command line asks for. `path` names the commands, the root first. */
export type Parsed =
  | { readonly kind: "run"; readonly invocation: Invocation }
  | { readonly kind: "help"; readonly path: readonly CommandSpec[] }
  | { readonly kind: "version"; readonly name: string }
  | { readonly kind: "error"; readonly path: readonly CommandSpec[]; readonly message: string };

type Token = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];
type OptionToken = Extract<Token, { kind: "option" }>;

/** A command line that cannot be understood, or that ends early. */
class Stop extends Error {
  constructor(readonly outcome: Parsed) {
    super();
  }
}

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
      if (next === null) return { kind: "run", invocation: { levels } };
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

  constructor(
    private readonly path: readonly CommandSpec[],
    private readonly args: readonly string[],
  ) {
    this.#command = path.at(-1)!;
  }

  level(): Level {
    for (const [one, other] of this.#command.conflicts ?? []) {
      if (this.#given(one) && this.#given(other)) {
        throw this.#mistake(`--${one} and --${other} exclude each other`);
      }
    }
    return {
      command: this.#command,
      positionals: this.#positionals,
      switches: this.#switches,
      values: this.#values,
    };
  }

  /** Reads up to a subcommand; `null` = there is none. */
  read(): { command: CommandSpec; from: number } | null {
    const tokens = tokenize(this.#command, this.args);
    let flagsEnded = false;
    for (let index = 0; index < tokens.length; index += 1) {
      const token = tokens[index]!;
      if (token.kind === "option-terminator") {
        flagsEnded = true;
        if (this.#takesRest()) return this.#rest(token.index + 1);
      } else if (token.kind === "option") {
        const words = followingWords(tokens, index);
        if (this.#option(token, words)) index += words.length;
      } else {
        const command = flagsEnded ? null : this.#subcommand(token.value, token.index);
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
      if (token.inlineValue && token.rawName.startsWith("--")) {
        throw this.#mistake("--help takes no value");
      }
      throw new Stop({ kind: "help", path: this.path });
    }
    const { versionName } = this.#command;
    if (versionName !== undefined && (token.name === "version" || token.name === "V")) {
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
    if (token.inlineValue) throw this.#mistake(`${token.rawName} takes no value`);
    if (this.#switches.has(flag.long)) throw this.#twice(flag);
    this.#switches.add(flag.long);
    return false;
  }

  #value(flag: FlagSpec, token: OptionToken, words: readonly string[]): boolean {
    const seen = this.#values.get(flag.long) ?? [];
    if (seen.length > 0 && !flag.repeats) throw this.#twice(flag);
    const attached = token.inlineValue === true;
    // `-x=value` is the same as `-xvalue`.
    const value = attached && !token.rawName.startsWith("--")
      ? token.value?.replace(/^=/, "")
      : token.value;
    if (value === undefined || (!attached && /^-./.test(value))) {
      throw this.#mistake(`${shown(flag)} needs a value${choicesOf(flag)}`);
    }
    const takes = flag.greedy === true && !attached;
    const all = takes ? [value, ...words] : [value];
    for (const word of all) this.#checkWord(flag, word);
    this.#values.set(flag.long, [...seen, { words: all }]);
    return takes;
  }

  #checkWord(flag: FlagSpec, word: string): void {
    if (flag.choices !== undefined && !flag.choices.includes(word)) {
      throw this.#mistake(`"${word}" is no value of ${shown(flag)}${choicesOf(flag)}`);
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
    if (this.#command.reserved?.includes(word)) {
      throw this.#mistake(
        `"${word}" is not part of this version. Put -- before it if it is the prompt`,
      );
    }
    return find(commands, word);
  }

  /** `help` and the names behind it. */
  #help(names: readonly string[]): Stop {
    let path = this.path;
    for (const name of names) {
      const command = find(path.at(-1)?.commands ?? [], name);
      if (command === null) return this.#mistake(`there is no command "${name}" here`);
      path = [...path, command];
    }
    return new Stop({ kind: "help", path });
  }

  #positional(word: string): void {
    const { positionals } = this.#command;
    if (this.#positionals.length === positionals.length) {
      if (this.#isNoCommand()) throw this.#noCommand();
      throw this.#mistake(`"${word}" is one word too many. Quote a prompt that has several`);
    }
    this.#positionals.push(word);
  }

  #given(long: string): boolean {
    return this.#switches.has(long) || this.#values.has(long);
  }

  /** The first bare word of the root was meant as a command, but there is none of that name. */
  #isNoCommand(): boolean {
    return this.path.length === 1 && this.#positionals.length > 0;
  }

  #noCommand(): Stop {
    const names = (this.#command.commands ?? [])
      .filter(({ hidden }) => !hidden)
      .map(({ name }) => name);
    return this.#mistake(
      `"${this.#positionals[0]}" is no command of this version. Commands are: ` +
        [...names, "help"].join(", "),
    );
  }

  #unknown(token: OptionToken): Stop {
    if (this.#isNoCommand()) return this.#noCommand();
    const outer = this.path.slice(0, -1).findLast(({ flags }) =>
      flags.some((flag) => flag.long === token.name || flag.short === token.name)
    );
    const hint = outer === undefined
      ? ". Put -- before it if it is no flag"
      : `: it belongs in front of "${this.#command.name}"`;
    return this.#mistake(`unknown flag ${token.rawName}${hint}`);
  }

  #twice(flag: FlagSpec): Stop {
    return this.#mistake(`--${flag.long} is given more than once`);
  }

  #mistake(message: string): Stop {
    return new Stop({ kind: "error", path: this.path, message });
  }
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

/** Bare words directly behind the token at `index`. */
function followingWords(tokens: readonly Token[], index: number): string[] {
  const words: string[] = [];
  for (const token of tokens.slice(index + 1)) {
    if (token.kind !== "positional") break;
    words.push(token.value);
  }
  return words;
}

function tokenize(command: CommandSpec, args: readonly string[]): Token[] {
  const options: Record<string, { type: "string" | "boolean"; short?: string; multiple: true }> =
    {};
  for (const { long, short, aliases, value } of command.flags) {
    const type = value === undefined ? "boolean" : "string";
    options[long] = { type, multiple: true, ...(short === undefined ? {} : { short }) };
    for (const alias of aliases ?? []) options[alias] = { type, multiple: true };
  }
  return parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}
