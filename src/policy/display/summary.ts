import type { ParsedCommand } from "../../protocol/mod.ts";
import { shlexJoin } from "../shlex.ts";
import { readFile } from "./file_readers.ts";
import { operands, shortPath } from "./operands.ts";

const WALKS = /os\.walk|os\.listdir|os\.scandir|glob\.i?glob|pathlib\.Path|\.rglob\(/;

/** One command, in the words of a user interface. */
export function summarise(words: readonly string[]): ParsedCommand {
  const cmd = shlexJoin(words);
  const file = readFile(words);
  if (file !== null) return { type: "read", cmd, name: shortPath(file), path: file };
  const [program = "", ...args] = words;
  const found = listing(program, args) ?? searching(program, args);
  return found === null ? { type: "unknown", cmd } : { ...found, cmd };
}

type Listing = { readonly type: "list_files"; readonly path: string | null };
type Search = {
  readonly type: "search";
  readonly query: string | null;
  readonly path: string | null;
};

function short(path: string | undefined): string | null {
  return path === undefined ? null : shortPath(path);
}

function list(path: string | undefined): Listing {
  return { type: "list_files", path: short(path) };
}

function search(query: string | undefined, path: string | undefined): Search {
  return { type: "search", query: query ?? null, path: short(path) };
}

function listing(program: string, args: readonly string[]): Listing | null {
  switch (program) {
    case "ls":
    case "tree":
    case "du":
      return list(operands(args, program)[0]);
    case "eza":
    case "exa":
      return list(operands(args, "eza")[0]);
    case "git":
      return args[0] === "ls-files" ? list(operands(args.slice(1), "git ls-files")[0]) : null;
  }
  const runsCode = /^python(?:2|3|$)/.test(program) && args[0] === "-c";
  return runsCode && WALKS.test(args[1] ?? "") ? list(undefined) : null;
}

function searching(program: string, args: readonly string[]): Listing | Search | null {
  switch (program) {
    case "rg":
    case "rga":
    case "ripgrep-all": {
      const [first, second] = operands(args, "rg");
      return args.includes("--files") ? list(first) : search(first, second);
    }
    case "grep":
    case "egrep":
    case "fgrep":
      return grep(args);
    case "git":
      return args[0] === "grep" ? grep(args.slice(1)) : null;
    case "ag":
    case "ack":
    case "pt": {
      const [query, path] = operands(args, "ag");
      return search(query, path);
    }
    case "fd": {
      const [first, second] = operands(args, "fd");
      const place = second === undefined && first !== undefined && isPlace(first);
      if (place) return list(first);
      return first === undefined ? list(undefined) : search(first, second);
    }
    case "find":
      return find(args);
    default:
      return null;
  }
}

function isPlace(word: string): boolean {
  return word === "." || word === ".." || /[/\\]/.test(word);
}

function grep(args: readonly string[]): Search {
  let pattern: string | undefined;
  const rest: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === "--") {
      rest.push(...args.slice(at));
      break;
    }
    if (["-e", "--regexp", "-f", "--file"].includes(arg)) {
      at++;
      pattern ??= args[at];
    } else rest.push(arg);
  }
  const [first, second] = operands(rest, "grep");
  return pattern === undefined ? search(first, second) : search(pattern, first);
}

function find(args: readonly string[]): Listing | Search {
  const path = args.find((arg) => !arg.startsWith("-") && !["!", "(", ")"].includes(arg));
  const at = args.findIndex((arg) => ["-name", "-iname", "-path", "-regex"].includes(arg));
  return at < 0 ? list(path) : search(args[at + 1], path);
}
