import type { World } from "./world.ts";

/** A flag of a command. */
export interface FlagSpec {
  /** Long name, without dashes. */
  readonly long: string;
  readonly short?: string;
  /** Further long names that help does not show. */
  readonly aliases?: readonly string[];
  /** Placeholder of the value; absent = a switch. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** The value is a whole number between these two. */
  readonly range?: readonly [smallest: number, largest: number];
  /** May be given more than once. */
  readonly repeats?: true;
  /** Also takes the bare words that follow its value. */
  readonly greedy?: true;
  /** A value is a list with commas. */
  readonly commas?: true;
  /** An empty value counts as none: names of files and folders. */
  readonly nonEmpty?: true;
  /** Without it the command line is a mistake. */
  readonly required?: true;
  /** What the value names; shells complete it. */
  readonly hint?: ValueHint;
  /** What stands in for the value when it is not given. */
  readonly default?: string;
  /** Help does not show it. */
  readonly hidden?: true;
  /** A few words for help. */
  readonly doc: string;
  /** Further text for `--help`. */
  readonly details?: string;
}

/** Kinds of values: a shell knows how to complete the first three, we know the names of features. */
export type ValueHint = "file" | "folder" | "command" | "feature";

export interface PositionalSpec {
  readonly name: string;
  readonly doc: string;
  /** Further text for `--help`. */
  readonly details?: string;
  /** Takes every word from its first on, flags and dashes included. */
  readonly takesRest?: true;
  /** Without it the command line is a mistake. */
  readonly required?: true;
  readonly choices?: readonly string[];
  readonly hint?: ValueHint;
  readonly default?: string;
}

/** What a command needs of the runtime; the rest is taken away before it is loaded. */
export type Permission = "read" | "write" | "net" | "env" | "run" | "sys" | "ffi";

/** A command as data: arguments, relations, needs, and where its code is. */
export interface CommandSpec {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One line for help. */
  readonly summary: string;
  /** Works, but help does not show it. */
  readonly hidden?: true;
  /** Further text for help. */
  readonly details?: string;
  readonly positionals: readonly PositionalSpec[];
  readonly flags: readonly FlagSpec[];
  readonly commands?: readonly CommandSpec[];
  /** Pairs of long names that exclude each other. */
  readonly conflicts?: readonly (readonly [string, string])[];
  /**
   * Long names of the root's flags that count for this command when they stand before its name, besides those that
   * every command has. Of any other the person is told that it has no effect.
   */
  readonly takes?: readonly string[];
  /** Why a flag of the root has no effect here, by long name; `unless` it says what happens anyway. */
  readonly noEffect?: Readonly<
    Record<string, { readonly reason: string; readonly unless?: string }>
  >;
  /** What `--version` prints before the number; absent = the command has no such flag. */
  readonly versionName?: string;
  /** Words that are commands elsewhere, and must not be mistaken for a prompt here. */
  readonly reserved?: readonly string[];
  readonly needs: readonly Permission[];
  /** Absent = the command needs a subcommand. */
  readonly load?: () => Promise<CommandModule>;
}

export interface CommandModule {
  /** Returns the exit code. */
  run(invocation: Invocation, world: World): Promise<number>;
}

/** One use of a flag that takes a value. */
export interface Occurrence {
  /** As typed: one word, or more behind a greedy flag. */
  readonly words: readonly string[];
}

/** What was given to one command, before a subcommand's name. */
export interface Level {
  readonly command: CommandSpec;
  readonly positionals: readonly string[];
  /** Long names of the switches given. */
  readonly switches: ReadonlySet<string>;
  /** By long name. */
  readonly values: ReadonlyMap<string, readonly Occurrence[]>;
}

/** A parsed command line: the root, then each command named. */
export interface Invocation {
  readonly levels: readonly Level[];
}

/** The value of a flag that is given at most once; `null` = not given. */
export function valueOf(level: Level | undefined, long: string): string | null {
  return level?.values.get(long)?.[0]?.words[0] ?? null;
}

/** All values of a flag, lists with commas taken apart. */
export function valuesOf(level: Level | undefined, long: string): string[] {
  const words = (level?.values.get(long) ?? []).flatMap((occurrence) => occurrence.words);
  const commas = level?.command.flags.find((flag) => flag.long === long)?.commas;
  return commas ? words.flatMap((word) => word.split(",")) : words;
}
