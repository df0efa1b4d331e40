import type { Finding } from "./types.ts";

export function ok(summary: string, details: readonly string[] = []): Finding {
  return { status: "ok", summary, details, remedy: null };
}

/** It works, but not as well as it could, or it may surprise. */
export function warning(
  summary: string,
  remedy: string,
  details: readonly string[] = [],
): Finding {
  return { status: "warning", summary, details, remedy };
}

/** Something that the person will run into. */
export function problem(
  summary: string,
  remedy: string,
  details: readonly string[] = [],
): Finding {
  return { status: "problem", summary, details, remedy };
}

/** Not looked at, and why. */
export function skipped(summary: string, details: readonly string[] = []): Finding {
  return { status: "skipped", summary, details, remedy: null };
}

/** What went wrong, for a person; causes included, since the first message often says least. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message || error.name;
  if (!(error.cause instanceof Error)) return own;
  const below = reasonOf(error.cause);
  return own.includes(below) ? own : `${own}: ${below}`;
}
