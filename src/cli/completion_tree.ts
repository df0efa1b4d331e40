import type { CommandSpec, FlagSpec, PositionalSpec, ValueHint } from "./spec.ts";

/** What a shell can say about a value. */
export interface CompletionValue {
  readonly name: string;
  /** Empty = anything. */
  readonly choices: readonly string[];
  readonly hint: Exclude<ValueHint, "feature"> | null;
}

export interface CompletionFlag {
  /** With dashes, the short one first. */
  readonly names: readonly string[];
  readonly doc: string;
  /** `null` = a switch. */
  readonly value: CompletionValue | null;
  readonly repeats: boolean;
}

/** A command as shells see it. */
export interface CompletionCommand {
  /** Names from the root on, such as `codex exec resume`. */
  readonly path: string;
  readonly name: string;
  readonly aliases: readonly string[];
  readonly doc: string;
  readonly flags: readonly CompletionFlag[];
  readonly commands: readonly CompletionCommand[];
  /** The first positional, where there is something to say about it. */
  readonly argument: CompletionValue | null;
}

/**
 * Everything that can stand on a command line, hidden commands included; hidden flags are not offered.
 *
 * @param features names for the values that are features
 */
export function completionTree(
  root: CommandSpec,
  features: readonly string[],
): CompletionCommand {
  return node(root, "", features);
}

/** A command and all below it, from outside in. */
export function everyCommand(command: CompletionCommand): CompletionCommand[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

function node(
  command: CommandSpec,
  outer: string,
  features: readonly string[],
): CompletionCommand {
  const path = outer === "" ? command.name : `${outer} ${command.name}`;
  const commands = (command.commands ?? []).map((each) => node(each, path, features));
  const flags = command.flags.filter(({ hidden }) => !hidden).map((flag) => flagOf(flag, features));
  flags.push(switchOf(["-h", "--help"], "Print help"));
  if (command.versionName !== undefined) {
    flags.push(switchOf(["-V", "--version"], "Print the version"));
  }
  return {
    path,
    name: command.name,
    aliases: command.aliases ?? [],
    doc: command.summary,
    flags,
    commands: commands.length === 0 ? [] : [...commands, helpNode(command, path)],
    argument: argumentOf(command.positionals[0], features),
  };
}

/** `help` takes the names of the commands beside it. */
function helpNode(command: CommandSpec, outer: string): CompletionCommand {
  const topics = (each: CommandSpec, path: string): CompletionCommand => ({
    path,
    name: each.name,
    aliases: [],
    doc: each.summary,
    flags: [],
    commands: (each.commands ?? []).map((inner) => topics(inner, `${path} ${inner.name}`)),
    argument: null,
  });
  return {
    ...topics(command, `${outer} help`),
    name: "help",
    doc: "Print help for a command",
  };
}

function flagOf(flag: FlagSpec, features: readonly string[]): CompletionFlag {
  return {
    names: [...(flag.short === undefined ? [] : [`-${flag.short}`]), `--${flag.long}`],
    doc: flag.doc,
    value: flag.value === undefined ? null : valueOf(flag.value, flag, features),
    repeats: flag.repeats === true,
  };
}

function switchOf(names: readonly string[], doc: string): CompletionFlag {
  return { names, doc, value: null, repeats: false };
}

function argumentOf(
  positional: PositionalSpec | undefined,
  features: readonly string[],
): CompletionValue | null {
  if (positional?.choices === undefined && positional?.hint === undefined) return null;
  return valueOf(positional.name, positional, features);
}

function valueOf(
  name: string,
  { choices = [], hint = null }: {
    readonly choices?: readonly string[];
    readonly hint?: ValueHint | null;
  },
  features: readonly string[],
): CompletionValue {
  return hint === "feature" ? { name, choices: features, hint: null } : { name, choices, hint };
}
