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
  const name = programName(program);
  const inner = isPosixShell(name) || OTHER_SHELLS.has(name)
    ? commandsOf(shellInput(args) ?? (reads(args) ? command.input : null), grammar)
    : [
      ...commandsOf(scriptArgument(name, args), grammar),
      ...innerCommand(name, args).map((words) => ({ words, input: command.input })),
    ];
  for (const each of inner) yield* commandsWithin(each, grammar, depth + 1);
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

/** `eval`, `trap`, `watch`, `env -S` and `su -c` take a script as words. */
function scriptArgument(name: string, args: Words): string | null {
  if (SCRIPT_TAKERS.has(name)) {
    const at = args.findIndex((arg) => /^(?:-[a-z]*c|--command)$/.test(arg ?? ""));
    return at < 0 ? null : args[at + 1] ?? null;
  }
  if (name === "watch") return args.findLast((arg) => arg?.includes(" ")) ?? null;
  if (name === "eval") return args.map((arg) => arg ?? "''").join(" ");
  if (name === "trap") return args.find((arg) => arg === null || !arg.startsWith("-")) ?? null;
  if (name !== "env") return null;
  for (const [at, arg] of args.entries()) {
    if (arg === "-S" || arg === "--split-string") {
      return args.slice(at + 1).map((each) => each ?? "''").join(" ");
    }
    const inline = /^(?:-S|--split-string=)(.+)$/s.exec(arg ?? "");
    if (inline !== null) return [inline[1], ...args.slice(at + 1)].join(" ");
  }
  return null;
}
