import { baseName } from "../shell/wrapper.ts";
import { shlexSplit } from "../shlex.ts";

const POWERSHELLS = new Set(["powershell", "powershell.exe", "pwsh", "pwsh.exe"]);
const BROWSERS = new Set(
  ["chrome", "msedge", "firefox", "iexplore"].flatMap((name) => [name, `${name}.exe`]),
);
const STARTERS = new Set(["start-process", "start", "saps", "invoke-item", "ii"]);
const DELETERS = new Set(["remove-item", "ri", "rm", "del", "erase", "rd", "rmdir"]);

/** Whether a command opens something, or deletes without asking, on Windows. */
export function isDangerousOnWindows(argv: readonly string[]): boolean {
  const [program, ...args] = argv;
  if (program === undefined) return false;
  const name = baseName(program).toLowerCase();
  if (POWERSHELLS.has(name)) return isDangerousPowerShell(args);
  if (name === "cmd" || name === "cmd.exe") return isDangerousCmd(args);
  return isDangerousLaunch(name, args);
}

/** Whether a word holds an http or https address. */
export function holdsUrl(word: string): boolean {
  const found = /https?:\/\//.exec(word);
  if (found === null) return false;
  const url = URL.parse(word.slice(found.index).replaceAll(/^["'();]+|["'();]+$/g, ""));
  return url !== null && (url.protocol === "http:" || url.protocol === "https:");
}

function isDangerousLaunch(name: string, args: readonly string[]): boolean {
  if (!args.some(holdsUrl)) return false;
  if (name === "explorer" || name === "explorer.exe") return true;
  if (name === "mshta" || name === "mshta.exe" || BROWSERS.has(name)) return true;
  return (name === "rundll32" || name === "rundll32.exe") && args.some(handlesUrls);
}

function handlesUrls(word: string): boolean {
  return word.toLowerCase().includes("url.dll,fileprotocolhandler");
}

/** The words of the script that PowerShell is handed; `null` = none, or not to be told. */
function powerShellTokens(args: readonly string[]): readonly string[] | null {
  for (const [at, arg] of args.entries()) {
    const flag = arg.toLowerCase();
    if (flag === "-command" || flag === "/command" || flag === "-c") {
      const script = args[at + 1];
      return at + 2 === args.length && script !== undefined ? shlexSplit(script) : null;
    }
    const inline = /^[-/]command:(.*)$/is.exec(arg);
    if (inline !== null) return at + 1 === args.length ? shlexSplit(inline[1] ?? "") : null;
    if (!arg.startsWith("-")) return args.slice(at);
  }
  return null;
}

function isDangerousPowerShell(args: readonly string[]): boolean {
  const tokens = powerShellTokens(args)
    ?.map((token) => token.replaceAll(/^["']+|["']+$/g, "").toLowerCase());
  if (tokens === undefined) return false;
  return opensUrl(tokens) || deletesByForce(tokens);
}

function opensUrl(tokens: readonly string[]): boolean {
  if (!tokens.some(holdsUrl)) return false;
  const starts = tokens.some((token) =>
    STARTERS.has(token) || /start-process|invoke-item|shellexecute|shell\.application/.test(token)
  );
  const first = baseName(tokens[0] ?? "");
  return starts || isDangerousLaunch(first, tokens);
}

function deletesByForce(tokens: readonly string[]): boolean {
  const segments = tokens.join(" ").split(/[;|&\n\r\t]/);
  return segments.some((segment) => {
    const words = segment.split(/[\s{}()[\],;]+/).filter((word) => word !== "");
    return words.some((word) => DELETERS.has(word)) &&
      words.some((word) => word === "-force" || word.startsWith("-force:"));
  });
}

function isDangerousCmd(args: readonly string[]): boolean {
  const at = args.findIndex((arg) => /^(?:\/c|\/r|-c)$/i.test(arg));
  if (at < 0 || !args.slice(0, at).every((arg) => arg.startsWith("/"))) return false;
  const rest = args.slice(at + 1);
  const words = rest.length === 1 ? shlexSplit(rest[0] ?? "") ?? [] : rest;
  const tokens = words.flatMap((word) => word.split(/(&&?|\|\|?)/)).filter((word) => word !== "");
  let segment: string[] = [];
  for (const token of [...tokens, "&"]) {
    if (!/^[&|]+$/.test(token)) segment.push(token.toLowerCase());
    else {
      if (isDangerousCmdSegment(segment)) return true;
      segment = [];
    }
  }
  return false;
}

function isDangerousCmdSegment([name, ...args]: readonly string[]): boolean {
  switch (name) {
    case "start":
      return args.some(holdsUrl);
    case "del":
    case "erase":
      return args.includes("/f");
    case "rd":
    case "rmdir":
      return args.includes("/s") && args.includes("/q");
    default:
      return false;
  }
}
