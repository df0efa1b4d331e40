/** Subcommands that read. */
const READERS: ReadonlySet<string> = new Set(["status", "log", "diff", "show", "branch"]);

/** Global options that change nothing about which files and programs git uses. */
const HARMLESS_GLOBALS: ReadonlySet<string> = new Set([
  ...["--no-pager", "-P", "--no-optional-locks", "--literal-pathspecs", "--glob-pathspecs"],
  ...["--noglob-pathspecs", "--icase-pathspecs", "--no-replace-objects", "--no-advice"],
]);

/** Options of the readers that write a file or start a program. */
const WRITES_OR_STARTS: readonly string[] = [
  "--output",
  "--ext-diff",
  "--textconv",
  "--exec",
  "--paginate",
];

const BRANCH_LISTS: ReadonlySet<string> = new Set([
  ...["--list", "-l", "--show-current", "-a", "--all", "-r", "--remotes", "-v", "-vv"],
  "--verbose",
]);

/** Whether git only reads with these arguments. */
export function isSafeGit(args: readonly string[]): boolean {
  if (args.some(setsConfiguration)) return false;
  const at = args.findIndex((arg) => !HARMLESS_GLOBALS.has(arg));
  const subcommand = args[at] ?? "";
  if (at < 0 || !READERS.has(subcommand)) return false;
  const rest = args.slice(at + 1);
  if (rest.some(writesOrStarts)) return false;
  return subcommand !== "branch" ||
    rest.every((arg) => BRANCH_LISTS.has(arg) || arg.startsWith("--format="));
}

function setsConfiguration(arg: string): boolean {
  return /^-c/.test(arg) || /^--config-env(?:=|$)/.test(arg);
}

/** Shortened options count: git takes some of them. */
function writesOrStarts(arg: string): boolean {
  const name = /^--[^=]+/.exec(arg)?.[0];
  return name !== undefined && WRITES_OR_STARTS.some((option) => option.startsWith(name));
}
