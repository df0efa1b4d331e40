/** Options of each program whose value is the next word. */
export const VALUED: Readonly<Record<string, readonly string[]>> = {
  ls: ["-I", "-w", "--block-size", "--format", "--time-style", "--color", "--quoting-style"],
  eza: ["-I", "--ignore-glob", "--color", "--sort", "--time-style", "--time"],
  tree: ["-L", "-P", "-I", "--charset", "--filelimit", "--sort"],
  du: ["-d", "--max-depth", "-B", "--block-size", "--exclude", "--time-style"],
  rg: [
    ...["-g", "--glob", "--iglob", "-t", "--type", "--type-add", "--type-not", "-m"],
    ...["--max-count", "-A", "-B", "-C", "--context", "--max-depth"],
  ],
  fd: ["-t", "--type", "-e", "--extension", "-E", "--exclude", "--search-path"],
  grep: [
    ...["-m", "--max-count", "-C", "--context", "-A", "--after-context", "-B"],
    "--before-context",
  ],
  ag: [
    ...["-G", "-g", "--file-search-regex", "--ignore-dir", "--ignore-file", "--path-to-ignore"],
  ],
  bat: [
    ...["--theme", "--language", "--style", "--terminal-width", "--tabs", "--line-range"],
    "--map-syntax",
  ],
  less: ["-p", "-P", "-x", "-y", "-z", "-j", "--pattern", "--prompt", "--tabs", "--shift"]
    .concat("--jump-target"),
  nl: ["-s", "-w", "-v", "-i", "-b"],
  awk: ["-F", "-v", "-f", "--field-separator", "--assign", "--file"],
  "git ls-files": ["--exclude", "--exclude-from", "--pathspec-from-file"],
  none: [],
};

/** What is left of arguments without options and their values. */
export function operands(args: readonly string[], program: string): string[] {
  const valued = VALUED[program] ?? [];
  const found: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === "--") return [...found, ...args.slice(at + 1)];
    if (valued.includes(arg)) at++;
    else if (!arg.startsWith("-")) found.push(arg);
  }
  return found;
}

/** The part of a path that tells it from others: its last component, unless that is a usual folder name. */
export function shortPath(path: string): string {
  const trimmed = path.replaceAll("\\", "/").replace(/\/+$/, "");
  const parts = trimmed.split("/").filter((part) => !BORING.has(part));
  return parts.at(-1) ?? trimmed;
}

const BORING: ReadonlySet<string> = new Set(["", "build", "dist", "node_modules", "src"]);
