import { operands } from "./operands.ts";

/** The file of which a command prints all or part. `null` = it is not that simple. */
export function readFile([program, ...args]: readonly string[]): string | null {
  switch (program) {
    case "cat":
    case "more":
      return onlyOperand(args, "none");
    case "bat":
    case "batcat":
      return onlyOperand(args, "bat");
    case "less":
      return onlyOperand(args, "less");
    case "head":
    case "tail":
      return endOfFile(args, program === "tail");
    case "awk":
      return awkDataFile(args);
    case "nl":
      return operands(args, "nl")[0] ?? null;
    case "sed":
      return sedRangeFile(args);
    default:
      return null;
  }
}

function onlyOperand(args: readonly string[], program: string): string | null {
  const [file, more] = operands(args, program);
  return file === undefined || more !== undefined ? null : file;
}

/** `head -n 5 f`, `head -n5 f`, `head f`; `tail` may count from the start. */
function endOfFile(args: readonly string[], mayCountUp: boolean): string | null {
  const count = mayCountUp ? /^\+?\d+$/ : /^\d+$/;
  const [first = "", second = ""] = args;
  if (first === "-n" && count.test(second)) return operands(args.slice(2), "none")[0] ?? null;
  if (first.startsWith("-n") && count.test(first.slice(2))) {
    return operands(args.slice(1), "none")[0] ?? null;
  }
  return args.length === 1 && !first.startsWith("-") ? first : null;
}

/** The first operand that is not the program text. */
export function awkDataFile(args: readonly string[]): string | null {
  const scripted = args.some((arg) => arg === "-f" || /^--file(?:=|$)/.test(arg));
  return operands(args, "awk")[scripted ? 0 : 1] ?? null;
}

const RANGE = /^\d+(?:,\d+)?p$/;

/** The file of `sed -n 1,5p f`. */
export function sedRangeFile(args: readonly string[]): string | null {
  if (!args.includes("-n")) return null;
  const scripts: string[] = [];
  const rest: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === "-e" || arg === "--expression") scripts.push(args[++at] ?? "");
    else if (arg === "-f" || arg === "--file") at++;
    else if (!arg.startsWith("-")) rest.push(arg);
  }
  if (scripts.length === 0) scripts.push(rest.shift() ?? "");
  return scripts.some((script) => RANGE.test(script)) ? rest[0] ?? null : null;
}
