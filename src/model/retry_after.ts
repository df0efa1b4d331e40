import { MAX_SERVER_DELAY_MS } from "./retry.ts";

/**
 * Delay that the headers of an answer ask for, in milliseconds, at most a minute: `retry-after-ms`, else
 * `Retry-After` as seconds or as an HTTP date (RFC 9110, 10.2.3). `null` = none, or not readable.
 */
export function retryAfterMs(headers: Headers, now: number): number | null {
  const milliseconds = positive(headers.get("retry-after-ms"));
  if (milliseconds !== null) return cap(milliseconds);
  const text = headers.get("retry-after")?.trim();
  if (!text) return null;
  const seconds = positive(text);
  if (seconds !== null) return cap(seconds * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : cap(Math.max(0, date - now));
}

const IN_MESSAGE = /try again in\s*(\d+(?:\.\d+)?)\s*(ms|seconds?|s)/iu;

/** Delay named in the text of a `rate_limit_exceeded` error, such as `try again in 1.5s`. */
export function delayInMessage(message: string): number | null {
  const found = IN_MESSAGE.exec(message);
  if (found === null) return null;
  const value = Number(found[1]);
  return cap(found[2]?.toLowerCase() === "ms" ? value : value * 1000);
}

function positive(text: string | null): number | null {
  if (text === null || !/^\s*\d+(?:\.\d+)?\s*$/u.test(text)) return null;
  return Number(text);
}

function cap(ms: number): number {
  return Math.min(Math.round(ms), MAX_SERVER_DELAY_MS);
}
