import { type BashGrammar } from "../shell/grammar.ts";
import { type LooseCommand, looseCommands } from "../shell/loose.ts";
import { baseName, isPosixShell } from "../shell/wrapper.ts";
import { innerCommand } from "./wrappers.ts";

/** Commands within commands are followed this far. */
const MAX_DEPTH = 8;

type Words = LooseCommand["words"];

const OTHER_SHELLS: ReadonlySet<string> = new Set(["ash", "dash", "fish", "ksh", "mksh"]);
/** Hand a script to a shell, behind `-c`. */
const SCRIPT_TAKERS: ReadonlySet<string> = new Set(["flock", "runuser", "script", "su"]);

/**
 * A command and those that it runs by what it is given: behind wrappers such as `env`, in scripts for shells. A word
 * that is `null` is not known and leads nowhere.
 */
export function* commandsWithin(
  command: LooseCommand,
  grammar: BashGrammar,
  depth = 0,
): Generator<LooseCommand> {
  yield command;
  const [program, ...args] = command.words;
  if (depth >= MAX_DEPTH || program === undefined || program === null) return;
  for (const each of commandsBehind(programName(program), args, command.input, grammar)) {
    yield* commandsWithin(each, grammar, depth + 1);
  }
}

function commandsBehind(
  name: string,
  args: Words,
  input: string | null,
  grammar: BashGrammar,
): readonly LooseCommand[] {
  if (isPosixShell(name) || OTHER_SHELLS.has(name)) {
    return commandsOf(shellInput(args) ?? (reads(args) ? input : null), grammar);
  }
  const split = name === "env" ? splitByEnv(args) : null;
  // Both readings of the same words would double the work with every level.
  if (split !== null) return commandsOf(split, grammar);
  return [
    ...commandsOf(scriptArgument(name, args), grammar),
    ...innerCommand(name, args).map((words) => ({ words, input })),
  ];
}

/** Whether a command deletes without asking: `rm` with a force flag, under whatever wrapper, shell or quoting. */
export function isDangerous(command: LooseCommand, grammar: BashGrammar): boolean {
  return commandsWithin(command, grammar).some(({ words: [program, ...args] }) =>
    program !== null && program !== undefined && programName(program) === "rm" && hasForce(args)
  );
}

/** Whether any command of a script is dangerous. */
export function hasDangerousPart(script: string, grammar: BashGrammar): boolean {
  return looseCommands(script, grammar).some((command) => isDangerous(command, grammar));
}

function commandsOf(script: string | null, grammar: BashGrammar): readonly LooseCommand[] {
  return script === null ? [] : looseCommands(script, grammar);
}

/** Some file systems do not tell capitals from small letters. */
function programName(program: string): string {
  return baseName(program).toLowerCase();
}

function hasForce(args: Words): boolean {
  for (const arg of args) {
    if (arg === "--") return false;
    if (arg === null || !arg.startsWith("-")) continue;
    // GNU takes any beginning of a long option that is not also another's.
    if (arg.startsWith("--") ? arg.length > 2 && "--force".startsWith(arg) : arg.includes("f")) {
      return true;
    }
  }
  return false;
}

/** The script behind `-c`, which may stand among other letters. */
function shellInput(args: Words): string | null {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at];
    if (arg === null || arg === undefined) continue;
    if (!/^[-+]/.test(arg)) return null;
    if (!arg.startsWith("--") && arg.startsWith("-") && arg.includes("c")) {
      return args[at + 1] ?? null;
    }
    if (/^[-+]o$/i.test(arg)) at++;
  }
  return null;
}

/** Whether a shell reads its script from the standard input. */
function reads(args: Words): boolean {
  return args.every((arg) => arg !== null && arg.startsWith("-"));
}

/** `eval`, `trap`, `watch` and `su -c` take a script as words. */
function scriptArgument(name: string, args: Words): string | null {
  if (SCRIPT_TAKERS.has(name)) {
    const at = args.findIndex((arg) => /^(?:-[a-z]*c|--command)$/.test(arg ?? ""));
    return at < 0 ? null : args[at + 1] ?? null;
  }
  if (name === "watch") return args.findLast((arg) => arg?.includes(" ")) ?? null;
  if (name === "eval") return args.map((arg) => arg ?? "''").join(" ");
  if (name === "trap") return args.find((arg) => arg === null || !arg.startsWith("-")) ?? null;
  return null;
}

/** What `env -S` makes of the rest of its words, as a script; the option may be joined with others, or shortened. */
function splitByEnv(args: Words): string | null {
  for (const [at, arg] of args.entries()) {
    const found = /^(?:-[i0v]*S(.*)|--s[a-z-]*(?:=(.*))?)$/s.exec(arg ?? "");
    if (found === null) continue;
    const inline = found[1] || found[2];
    const rest = args.slice(at + 1).map((each) => each ?? "''");
    return (inline ? [inline, ...rest] : rest).join(" ");
  }
  return null;
}
