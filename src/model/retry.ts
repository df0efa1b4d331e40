import type { ModelError } from "./model_error.ts";

const BASE_DELAY_MS = 200;
const JITTER = 0.1;

/** Longest wait that a server can ask for. */
export const MAX_SERVER_DELAY_MS = 60_000;

/** When and how often something is tried again. */
export interface RetryPolicy {
  /** Tries after the first one. */
  readonly maxRetries: number;
  /** Whether this failure is worth another try. */
  readonly shouldRetry: (error: unknown) => boolean;
  /** Wait before retry number `attempt` (1-based), in milliseconds. */
  readonly delayMs: (attempt: number, error: unknown) => number;
}

/**
 * Wait before retry number `attempt` (1-based), in milliseconds: what the server asked for (at most a minute), else
 * 200 ms doubled each time, give or take a tenth.
 */
export function retryDelayMs(
  attempt: number,
  error: ModelError,
  random: () => number = Math.random,
): number {
  const asked = error.details.retryAfterMs;
  if (asked !== null) return Math.min(asked, MAX_SERVER_DELAY_MS);
  return backoffMs(attempt, random);
}

/** 200 ms doubled with each attempt (1-based), give or take a tenth, at most a minute. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const factor = 1 - JITTER + 2 * JITTER * random();
  return Math.min(Math.round(BASE_DELAY_MS * 2 ** (attempt - 1) * factor), MAX_SERVER_DELAY_MS);
}

/** Runs `action` until it succeeds or the policy says stop; then rejects with its last error. */
export async function retry<T>(
  action: () => Promise<T>,
  policy: RetryPolicy,
  signal: AbortSignal,
): Promise<T> {
  for (let attempt = 1;; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (attempt > policy.maxRetries || signal.aborted || !policy.shouldRetry(error)) throw error;
      await sleep(policy.delayMs(attempt, error), signal);
    }
  }
}

/** Waits. Rejects with the signal's reason as soon as it is aborted. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    function stop() {
      clearTimeout(timer);
      reject(signal.reason);
    }
    signal.addEventListener("abort", stop, { once: true });
  });
}
