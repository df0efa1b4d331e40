import { awkDataFile, sedRangeFile } from "./file_readers.ts";

const ALWAYS: ReadonlySet<string> = new Set(
  ["wc", "tr", "cut", "sort", "uniq", "tee", "column", "yes", "printf"],
);

/** Whether a command only shapes what another one printed, and says nothing about what was done. */
export function isFormatting([program = "", ...args]: readonly string[]): boolean {
  if (ALWAYS.has(program)) return true;
  switch (program) {
    case "xargs":
      return !editsInPlace(args);
    case "awk":
      return awkDataFile(args) === null;
    case "head":
    case "tail":
      return hasNoFile(args, program === "tail" ? /^\+?\d+$/ : /^\d+$/);
    case "sed":
      return sedRangeFile(args) === null;
    default:
      return false;
  }
}

function hasNoFile(args: readonly string[], count: RegExp): boolean {
  const [flag = "", value = ""] = args;
  if (args.length === 0) return true;
  if (args.length === 1) return flag.startsWith("-");
  return args.length === 2 && (flag === "-n" || flag === "-c") && count.test(value);
}

function editsInPlace(args: readonly string[]): boolean {
  const at = args.findIndex((arg) => ["perl", "ruby", "sed", "rg"].includes(arg));
  const rest = args.slice(at + 1);
  switch (at < 0 ? "" : args[at]) {
    case "perl":
    case "ruby":
      return rest.some((arg) => /^-p?i/.test(arg));
    case "sed":
      return rest.some((arg) => /^-p?i/.test(arg) || /^--in-place(?:=|$)/.test(arg));
    case "rg":
      return rest.some((arg) => /^--replace(?:=|$)/.test(arg));
    default:
      return false;
  }
}
