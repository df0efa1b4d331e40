import { dirname } from "node:path";
import { lockFile, openAppendLog, readWholeText } from "../../files/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import { isBannedPrefix } from "./banned_prefixes.ts";
import { RulesError } from "./error.ts";
import type { PrefixRule } from "./prefix_rule.ts";

/** The statement that allows every command which begins with these words. */
export function allowLine(prefix: readonly string[]): string {
  const words = prefix.map((word) => JSON.stringify(word)).join(", ");
  return `prefix_rule(pattern=[${words}], decision="allow")`;
}

/** The rule that this statement makes. */
export function allowRule(prefix: readonly string[]): PrefixRule {
  const [program = "", ...rest] = prefix;
  return { program, rest, decision: "allow", justification: null };
}

/**
 * Adds the line that allows a prefix to a file of rules, unless it is there. The file and its folder are made when
 * they are missing; what the file holds stays. Several processes may do this to one file at once: none of their
 * lines is lost, and none is there twice.
 *
 * @throws RulesError `amendment` for a prefix that must not be allowed, `unreadable` when the file cannot be used
 */
export async function appendAllowRule(
  file: AbsolutePath,
  prefix: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  refuseBadPrefix(prefix, file);
  const line = allowLine(prefix);
  try {
    await makeFolder(dirname(file));
    await using _lock = await lockFile(lockPath(file), { mode: 0o644, ...(signal && { signal }) });
    if (await holdsLine(file, line)) return;
    await using log = await openAppendLog(file, { mode: 0o644 });
    await log.append(line);
  } catch (error) {
    signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new RulesError("unreadable", `${file}: ${reason}`, file, null, null, { cause: error });
  }
}

function refuseBadPrefix(prefix: readonly string[], file: AbsolutePath): void {
  if (prefix.length === 0) {
    throw new RulesError("amendment", "there are no words to allow", file);
  }
  if (!prefix.every((word) => word.isWellFormed())) {
    // It would be written as an escape that no file of rules may hold: the next start would fail on it.
    throw new RulesError("amendment", "the words to allow are no proper text", file);
  }
  if (isBannedPrefix(prefix)) {
    throw new RulesError(
      "amendment",
      `${JSON.stringify(prefix)} would allow every command and is not saved`,
      file,
    );
  }
}

/**
 * The rules file itself, which is only ever appended to: so that older versions of the program, which lock it too,
 * are kept out. On Windows a locked file cannot be written through another handle.
 */
function lockPath(file: AbsolutePath): AbsolutePath {
  return Deno.build.os === "windows" ? `${file}.lock` : file;
}

async function makeFolder(folder: AbsolutePath): Promise<void> {
  try {
    await Deno.mkdir(folder);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

async function holdsLine(file: AbsolutePath, line: string): Promise<boolean> {
  try {
    return (await readWholeText(file)).split(/\r?\n/).includes(line);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
