import { baseName } from "../shell/wrapper.ts";
import { ripgrepOption } from "./ripgrep.ts";

const NAMES: ReadonlySet<string> = new Set(["powershell", "powershell.exe", "pwsh", "pwsh.exe"]);
const HARMLESS_FLAGS: ReadonlySet<string> = new Set(
  ["-nologo", "-noprofile", "-noninteractive", "-mta", "-sta"],
);
const READERS: ReadonlySet<string> = new Set([
  ...["echo", "write-output", "write-host", "dir", "ls", "get-childitem", "gci", "cat", "type"],
  ...["gc", "get-content", "select-string", "sls", "findstr", "measure-object", "measure"],
  ...["get-location", "gl", "pwd", "test-path", "tp", "resolve-path", "rvpa", "select-object"],
  ...["select", "get-item"],
]);
/** Spoil a command wherever they stand in it. */
const WRITERS: ReadonlySet<string> = new Set([
  ...["set-content", "add-content", "out-file", "new-item", "remove-item", "move-item"],
  ...["copy-item", "rename-item", "start-process", "stop-process"],
]);
const GIT_READERS: ReadonlySet<string> = new Set(["status", "log", "show", "diff", "cat-file"]);

/** Whether PowerShell, if it is that, is started for a script that only reads. */
export function isSafePowerShell([program, ...args]: readonly string[]): boolean {
  if (program === undefined || !NAMES.has(baseName(program).toLowerCase())) return false;
  const script = powerShellScript(args);
  const commands = script === null ? null : powerShellCommands(script);
  return commands !== null && commands.length > 0 && commands.every(isSafe);
}

/** The script in the arguments of PowerShell. `null` = there is none, or it comes in another way. */
export function powerShellScript(args: readonly string[]): string | null {
  for (const [at, arg] of args.entries()) {
    const flag = arg.toLowerCase();
    if (flag === "-command" || flag === "/command" || flag === "-c") {
      return at + 2 === args.length ? args[at + 1] ?? null : null;
    }
    const inline = /^[-/]command:(.*)$/is.exec(arg);
    if (inline !== null) return at + 1 === args.length ? inline[1] ?? null : null;
    if (HARMLESS_FLAGS.has(flag)) continue;
    if (/^[-/]/.test(arg)) return null;
    return [arg, ...args.slice(at + 1).map(quoteForPowerShell)].join(" ");
  }
  return null;
}

function quoteForPowerShell(word: string): string {
  if (word === "") return "''";
  return /\s/.test(word) ? `'${word.replaceAll("'", "''")}'` : word;
}

/**
 * One token: a quoted word without variables, a bare word, or a separator. Narrower than PowerShell on purpose:
 * variables, calls, blocks, arrays and redirections have characters that no token here takes.
 */
const TOKEN =
  /[ \t]*(?:'((?:[^'‘’‚‛]|'')*)'|"([^"$`“”„]*)"|(&&|\|\||[;|\n])|([\w./\\:*?=+%~^-]+))/y;

/** The commands of a script of plain words. `null` = it is more than that. */
export function powerShellCommands(script: string): string[][] | null {
  const commands: string[][] = [[]];
  const token = new RegExp(TOKEN);
  let glued = false;
  const text = script.trim().replaceAll("\r\n", "\n");
  while (token.lastIndex < text.length) {
    const from = token.lastIndex;
    const found = token.exec(text);
    if (found === null) return null;
    const [, single, double, separator, bare] = found;
    const word = single?.replaceAll("''", "'") ?? double ?? bare;
    if (separator !== undefined) commands.push([]);
    else if (word === undefined || word === "") return null;
    // Words that touch make one argument in ways of their own.
    else if (glued && !/^\s/.test(text.slice(from))) return null;
    else commands.at(-1)?.push(word);
    glued = separator === undefined;
  }
  return commands.every((command) => command.length > 0) ? commands : null;
}

function isSafe(command: readonly string[]): boolean {
  const [first = "", ...args] = command.map((word) => word.toLowerCase());
  const bare = command.map((word) => word.replaceAll(/^[()-]+|[()]+$/g, "").toLowerCase());
  if (bare.some((word) => WRITERS.has(word))) return false;
  if (first === "git") return GIT_READERS.has(args[0] ?? "") && !args.some(writesFile);
  if (first === "rg") return !args.some((arg) => ripgrepOption(arg) === "starts_programs");
  return READERS.has(first);
}

function writesFile(arg: string): boolean {
  return ["--output", "--ext-diff", "--textconv", "--exec", "--paginate"].some((option) =>
    arg.length > 2 && option.startsWith(/^--[^=]*/.exec(arg)?.[0] || "\0")
  );
}
