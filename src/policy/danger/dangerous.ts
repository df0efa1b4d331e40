import { type BashGrammar } from "../shell/grammar.ts";
import { type LooseCommand, looseCommands, withoutEmptyLines } from "../shell/loose.ts";
import { baseName, isPosixShell } from "../shell/wrapper.ts";
import { innerCommand } from "./wrappers.ts";

/** Commands within commands are followed this far. */
const MAX_DEPTH = 8;

type Words = LooseCommand["words"];

/**
 * Whether a command deletes without asking: `rm` with a force flag, under whatever wrapper, shell or quoting it
 * hides. A word that is `null` is not known and proves nothing.
 */
export function isDangerous(command: LooseCommand, grammar: BashGrammar, depth = 0): boolean {
  const [program, ...args] = command.words;
  if (depth > MAX_DEPTH || program === undefined || program === null) return false;
  const name = baseName(program);
  if (name === "rm") return hasForce(args);
  if (isPosixShell(program) || name === "dash" || name === "ksh") {
    const script = shellInput(args) ?? (reads(args) ? command.input : null);
    return script !== null && hasDangerousPart(script, grammar, depth + 1);
  }
  const script = scriptArgument(name, args);
  if (script !== null) return hasDangerousPart(script, grammar, depth + 1);
  return innerCommand(name, args).some((words) =>
    isDangerous({ words, input: command.input }, grammar, depth + 1)
  );
}

/** Whether any command of a script is dangerous, wherever in it. */
export function hasDangerousPart(script: string, grammar: BashGrammar, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  const sound = withoutEmptyLines(script);
  return looseCommands(sound, grammar.parse(sound))
    .some((command) => isDangerous(command, grammar, depth));
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

/** `eval`, `trap` and `env -S` take a script as words. */
function scriptArgument(name: string, args: Words): string | null {
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
