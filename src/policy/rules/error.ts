import { locatedMessage, positionAt } from "../../files/mod.ts";

/**
 * Why rules cannot be used.
 *
 * - `syntax`: the text of a file. `rule`: what a file does, examples that fail included.
 * - `too_costly`: a file that takes more time, memory or nesting than rules may.
 * - `unreadable`: a file or a folder of rules.
 * - `amendment`: a prefix that cannot be appended.
 */
export type RulesErrorCode = "syntax" | "rule" | "too_costly" | "unreadable" | "amendment";

/** Rules that cannot be used. `message` is complete for a person and may span lines. */
export class RulesError extends Error {
  override readonly name = "RulesError";

  /** Lines and columns count from 1, columns count characters; `null` = the trouble has no place. */
  constructor(
    readonly code: RulesErrorCode,
    message: string,
    readonly file: string | null,
    readonly line: number | null = null,
    readonly column: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Part of a source text, in UTF-16 units; `end` is the first unit after it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What goes wrong inside a file, before the file is known. The innermost place wins. */
export class Fault extends Error {
  override readonly name = "Fault";

  constructor(
    readonly code: RulesErrorCode,
    message: string,
    public span: Span | null = null,
  ) {
    super(message);
  }
}

/** The fault as people see it: file, line, column, and the line itself with carets beneath. */
export function locateFault(fault: Fault, file: string, text: string): RulesError {
  const { span } = fault;
  if (span === null) {
    return new RulesError(fault.code, `${file}: ${fault.message}`, file, null, null, {
      cause: fault,
    });
  }
  const start = positionAt(text, span.start);
  const end = positionAt(text, Math.max(span.start, span.end - 1));
  const message = locatedMessage({ file, text, start, end, message: fault.message });
  return new RulesError(fault.code, message, file, start.line, start.column, { cause: fault });
}
