import { PatchError } from "./error.ts";
import { parsePatch } from "./parse.ts";

/** Whether a command is really a patch. */
export type DetectedPatch =
  | { readonly kind: "none" }
  | {
    readonly kind: "patch";
    /** As it stands there; it need not be a valid patch. */
    readonly text: string;
    /** Folder that the script changes to first, as written; `null` = it does not. */
    readonly workdir: string | null;
  }
  /** A valid patch stands where a command should. */
  | { readonly kind: "implicit" };

const NONE: DetectedPatch = { kind: "none" };
const COMMAND_NAMES = new Set(["apply_patch", "applypatch"]);
const POSIX_SHELLS = new Set(["bash", "zsh", "sh"]);

/**
 * Recognises a command that does nothing but apply a patch: `apply_patch PATCH`, or a shell with a script that is one
 * heredoc statement. A script that could mean anything else to a shell is no patch, so that nothing it would run is
 * skipped and nothing it would not do is done.
 *
 * @param argv the command as it would be started
 */
export function detectApplyPatch(argv: readonly string[]): DetectedPatch {
  const [first, second] = argv;
  if (argv.length === 2 && COMMAND_NAMES.has(first ?? "")) {
    return { kind: "patch", text: second ?? "", workdir: null };
  }
  if (argv.length === 1 && isPatch(first ?? "")) return { kind: "implicit" };
  const script = shellScript(argv);
  if (script === null) return NONE;
  if (isPatch(script)) return { kind: "implicit" };
  return heredocStatement(script) ?? NONE;
}

function isPatch(text: string): boolean {
  try {
    parsePatch(text);
    return true;
  } catch (error) {
    if (error instanceof PatchError) return false;
    throw error;
  }
}

/** The script of `bash -lc SCRIPT` and its like; `null` for anything else. */
function shellScript(argv: readonly string[]): string | null {
  const [program, ...rest] = argv;
  const stem = fileStem(program ?? "");
  const flags = rest.slice(0, -1);
  const script = rest.at(-1);
  if (script === undefined) return null;
  const lower = flags.map((flag) => flag.toLowerCase());
  if (POSIX_SHELLS.has(stem)) {
    return flags.length === 1 && (flags[0] === "-lc" || flags[0] === "-c") ? script : null;
  }
  switch (stem.toLowerCase()) {
    case "pwsh":
    case "powershell": {
      if (lower[0] === "-noprofile") lower.shift();
      return lower.length === 1 && lower[0] === "-command" ? script : null;
    }
    case "cmd":
      return lower.length === 1 && lower[0] === "/c" ? script : null;
    default:
      return null;
  }
}

function fileStem(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  return name.replace(/\.[^.]+$/, "");
}

/** Characters that no shell gives a meaning of its own, whatever stands around them. */
const PLAIN = String.raw`[A-Za-z0-9_./%+:,@\u00a1-\uffff-]`;
const PLAIN_WORD = String.raw`(?![-+~])${PLAIN}+`;
const SINGLE_QUOTED = String.raw`'[^'\n\r\0]+'`;
const DOUBLE_QUOTED = String.raw`"[^"$\x60\\!\n\r\0]+"`;
const WORD = `${PLAIN_WORD}|${SINGLE_QUOTED}|${DOUBLE_QUOTED}`;

/** `cd DIR && apply_patch <<DELIMITER` up to the end of the line. */
const OPENING = new RegExp(
  String.raw`^[ \t\n]*(?:cd[ \t]+(?<dir>${WORD})[ \t]*&&[ \t\n]*)?` +
    String.raw`(?:apply_patch|applypatch)[ \t]*<<[ \t]*(?<delimiter>${WORD})[ \t]*\n`,
);

function heredocStatement(script: string): DetectedPatch | null {
  if (script.includes("\0")) return null;
  const opening = OPENING.exec(script);
  if (opening === null) return null;
  const { dir, delimiter } = opening.groups ?? {};
  if (delimiter === undefined) return null;
  const end = unquoted(delimiter);
  const lines = script.slice(opening[0].length).split("\n");
  const closing = lines.indexOf(end);
  if (closing === -1) return null;
  // Without quotes, a backslash joins the closing line to the one before: the shell would read on.
  if (end === delimiter && lines[closing - 1]?.endsWith("\\")) return null;
  // The shell would go on to run what follows.
  if (lines.slice(closing + 1).some((line) => /[^ \t]/.test(line))) return null;
  return {
    kind: "patch",
    text: lines.slice(0, closing).join("\n"),
    workdir: dir === undefined ? null : unquoted(dir),
  };
}

function unquoted(word: string): string {
  return word.startsWith("'") || word.startsWith('"') ? word.slice(1, -1) : word;
}
