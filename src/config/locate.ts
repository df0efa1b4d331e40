import type { Mismatch } from "./check.ts";
import { ConfigError } from "./error.ts";
import type { Layer } from "./layers.ts";
import { locatedMessage, positionAt } from "../files/mod.ts";
import { valueAt } from "./merge.ts";
import { findSpan } from "./spans.ts";

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
    const where = origin?.type === "session" ? " (given with -c, --enable or --disable)" : "";
    return new ConfigError(code, `${subject}${where}`, { key, file: origin?.file ?? null }, {
      cause: mismatch,
    });
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

function dottedKey(path: readonly string[]): string {
  return path.map((key) => /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key)).join(".");
}
