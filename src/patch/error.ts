/**
 * - `invalid_patch`: the text as a whole is no patch; `invalid_hunk`: one section is not in order (see `line`)
 * - `no_match`, `no_context`: the file holds no such lines
 * - `io`: a file could not be read, or stands in the way; nothing was changed
 * - `interrupted`: a write failed after others had been made; see `outcome`
 */
export type PatchErrorCode =
  | "invalid_patch"
  | "invalid_hunk"
  | "no_match"
  | "no_context"
  | "io"
  | "interrupted";

/** How far a plan got; each entry is a sign (`A`, `M`, `D`) and the path as written. */
export interface PartialOutcome {
  readonly changed: readonly string[];
  /** Neither the old content nor the new one: a write in place broke off. At most one. */
  readonly damaged: readonly string[];
  readonly unchanged: readonly string[];
}

interface PatchErrorInit {
  readonly code: PatchErrorCode;
  /** For a person at the command line: paths as written in the patch. */
  readonly message: string;
  /** For the model: paths absolute, lower-case beginning where it follows a colon. Fixed wording. */
  readonly detail: string;
  /** 1-based line of the patch text. */
  readonly line?: number;
  readonly outcome?: PartialOutcome;
  readonly cause?: unknown;
}

/** A patch that cannot be read, does not fit the files, or could not be written. */
export class PatchError extends Error {
  override readonly name = "PatchError";
  readonly code: PatchErrorCode;
  readonly detail: string;
  readonly line: number | null;
  readonly outcome: PartialOutcome | null;

  constructor(init: PatchErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = init.code;
    this.detail = init.detail;
    this.line = init.line ?? null;
    this.outcome = init.outcome ?? null;
  }
}

export function invalidPatch(why: string): PatchError {
  return new PatchError({
    code: "invalid_patch",
    message: `Invalid patch: ${why}`,
    detail: `invalid patch: ${why}`,
  });
}

export function invalidHunk(line: number, why: string): PatchError {
  return new PatchError({
    code: "invalid_hunk",
    message: `Invalid patch hunk on line ${line}: ${why}`,
    detail: `invalid hunk at line ${line}, ${why}`,
    line,
  });
}

/** Text of a system error such as `No such file or directory (os error 2)`, without the call that met it. */
export function systemText(thrown: unknown): string {
  const seen = new Set<unknown>();
  let error = thrown;
  while (error instanceof Error && !seen.has(error)) {
    const text = /^.*?\(os error \d+\)/s.exec(error.message)?.[0];
    // Where a room has wrapped it, the words before are that room's.
    if (text !== undefined && error.cause === undefined) return text;
    seen.add(error);
    if (error.cause === undefined) return error.message;
    error = error.cause;
  }
  return String(error);
}
