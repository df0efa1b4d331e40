import type { Mismatch } from "./check.ts";
import { ConfigError, dottedKey } from "./error.ts";
import type { Layer } from "./layers.ts";
import { locatedMessage, positionAt } from "../files/mod.ts";
import { valueAt } from "./merge.ts";
import { type Override, overrideFor } from "./overrides.ts";
import { findSpan } from "./spans.ts";

/** Characters of a value of the command line that are shown. */
const MAX_TYPED = 200;

/**
 * Turns a value that does not fit into an error that shows where it stands: in the highest layer that
 * counts and has it, since that is the one whose value won.
 */
export function locateMismatch(mismatch: Mismatch, layers: readonly Layer[]): ConfigError {
  const key = dottedKey(mismatch.path);
  const code = mismatch.missing ? "missing_value" : "invalid_value";
  const origin = layers.findLast((layer) =>
    layer.disabledReason === null && valueAt(layer.table, mismatch.path) !== undefined
  );
  const subject = key === "" ? mismatch.message : `\`${key}\`: ${mismatch.message}`;
  if (origin === undefined || origin.file === null || origin.text === null) {
    return new ConfigError(code, unplaced(mismatch, key, origin ?? null), {
      key,
      file: origin?.file ?? null,
    }, { cause: mismatch });
  }
  const { file, text } = origin;
  const span = findSpan(text, mismatch.path);
  if (span === null) {
    return new ConfigError(code, `${file}: ${subject}`, { file, key }, { cause: mismatch });
  }
  const start = positionAt(text, span.start);
  const end = positionAt(text, Math.max(span.start, span.end - 1));
  return new ConfigError(
    code,
    locatedMessage({ file, text, start, end, message: subject }),
    { file, key, line: start.line, column: start.column },
    { cause: mismatch },
  );
}

/** For values that stand in no file: those of the command line are shown as they were typed. */
function unplaced(mismatch: Mismatch, key: string, origin: Layer | null): string {
  const given = origin?.given ?? [];
  const typed = overrideFor(given, mismatch.path) ??
    given.findLast(({ path }) => mismatch.path.every((part, index) => part === path[index]));
  const managed = origin?.type === "managed_mdm" ? "managed preferences com.openai.codex: " : "";
  const where = typed ? `-c ${shortened(typed.text)}: ` : managed;
  const isWhole = typed?.path.length === mismatch.path.length;
  const quoted = typed && isWhole && mismatch.wantsText ? ` (${quotedForm(typed)})` : "";
  return `${where}${mismatch.message}${quoted}${key === "" ? "" : ` in \`${key}\``}`;
}

/** A whole list of files may have been typed. */
function shortened(text: string): string {
  return text.length > MAX_TYPED ? `${text.slice(0, MAX_TYPED)}…` : text;
}

/** What to type where the value was meant as text. */
function quotedForm({ text }: Override): string {
  const at = text.indexOf("=");
  const [key, value] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  return `for text, quote it: -c '${key}="${value}"'`;
}
