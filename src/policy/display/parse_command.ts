import type { ParsedCommand } from "../../protocol/mod.ts";
import { canonicalCommand } from "../canonical.ts";
import type { BashGrammar } from "../shell/grammar.ts";
import { plainCommands } from "../shell/plain.ts";
import { shellScript } from "../shell/wrapper.ts";
import { shlexJoin, shlexSplit } from "../shlex.ts";
import { isFormatting } from "./formatting.ts";
import { summarise } from "./summary.ts";

type Words = readonly string[];

const CONNECTORS: ReadonlySet<string> = new Set(["&&", "||", "|", ";"]);

/**
 * What a command line does, for people to read: files read, listed and searched, and the rest as it is. Never a
 * basis for a decision.
 */
export function parseCommand(argv: Words, grammar: BashGrammar): readonly ParsedCommand[] {
  return withoutRepeats(summaries(argv, grammar));
}

function summaries(argv: Words, grammar: BashGrammar): readonly ParsedCommand[] {
  const wrapped = shellScript(argv);
  if (wrapped !== null) return scriptSummaries(wrapped.script, grammar);
  const [mark, script] = canonicalCommand(argv, grammar);
  if (mark === "__codex_powershell_script__") return [{ type: "unknown", cmd: script ?? "" }];
  const answered = /^(?:yes|y|no|n)$/.test(argv[0] ?? "") && argv[1] === "|";
  const commands = splitAtConnectors(answered ? argv.slice(2) : argv);
  const found = simplify(followFolders(commands));
  return found.length > 0 ? found : [{ type: "unknown", cmd: shlexJoin(argv) }];
}

function splitAtConnectors(words: Words): readonly Words[] {
  const commands: string[][] = [[]];
  for (const word of words) {
    if (CONNECTORS.has(word)) commands.push([]);
    else commands.at(-1)?.push(word);
  }
  return commands.filter(({ length }) => length > 0);
}

function scriptSummaries(script: string, grammar: BashGrammar): readonly ParsedCommand[] {
  const unknown: ParsedCommand = { type: "unknown", cmd: script };
  const tree = grammar.parse(script);
  const plain = tree === null ? null : plainCommands(script, tree);
  if (plain === null) return [unknown];
  const all = plain.map((command) => command.map(({ text }) => text));
  const telling = all.filter((command) => !isFormatting(command));
  if (telling.length === 0) return [unknown];
  const found = simplify(followFolders(telling));
  const [only, second] = found;
  if (only === undefined) return [];
  return second === undefined ? [withWholeScript(only, script, all.length > 1)] : found;
}

/** What one command is left to stand for may be the whole line. */
function withWholeScript(one: ParsedCommand, script: string, several: boolean): ParsedCommand {
  if (one.type === "unknown") return one;
  const tokens = shlexSplit(script) ?? [script];
  if (!several && !tokens.some((token) => CONNECTORS.has(token))) {
    return { ...one, cmd: shlexJoin(tokens) };
  }
  const prints = tokens.some((token, at) => token === "sed" && tokens[at + 1] === "-n");
  return one.type === "read" && tokens.includes("|") && prints ? { ...one, cmd: script } : one;
}

/** Commands of a `cd` are seen from where it leads. */
function followFolders(commands: readonly Words[]): ParsedCommand[] {
  let folder: string | null = null;
  const found: ParsedCommand[] = [];
  for (const command of commands) {
    const [program, ...args] = command;
    if (program === "cd") {
      const target = changedFolder(args);
      if (target !== null) folder = joinPath(folder, target);
      continue;
    }
    const one = summarise(command);
    found.push(one.type === "read" ? { ...one, path: joinPath(folder, one.path) } : one);
  }
  return found;
}

function changedFolder(args: Words): string | null {
  const end = args.indexOf("--");
  if (end >= 0) return args[end + 1] ?? null;
  return args.findLast((arg) => !arg.startsWith("-")) ?? null;
}

function joinPath(folder: string | null, path: string): string {
  if (folder === null || /^(?:[/\\]|[A-Za-z]:[/\\])/.test(path)) return path;
  return folder.endsWith("/") ? folder + path : `${folder}/${path}`;
}

function isUnknown(one: ParsedCommand | undefined, pattern: RegExp): boolean {
  return one?.type === "unknown" && pattern.test(one.cmd);
}

/** Drops what says nothing beside the rest. */
function simplify(all: readonly ParsedCommand[]): readonly ParsedCommand[] {
  let found = all;
  for (let before = -1; found.length > 1 && found.length !== before;) {
    before = found.length;
    const leadingEcho = isUnknown(found[0], /^echo(?: |$)/);
    found = found.filter((one, at) =>
      !(at === 0 && leadingEcho) && !isUnknown(one, /^true$/) &&
      !isUnknown(one, /^nl(?: -\S+)*$/)
    );
  }
  return found;
}

function withoutRepeats(all: readonly ParsedCommand[]): readonly ParsedCommand[] {
  return all.filter((one, at) => JSON.stringify(one) !== JSON.stringify(all[at - 1]));
}
