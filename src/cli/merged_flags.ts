import { STRICT_CONFIG } from "./shared_flags.ts";
import { type Level, valueOf, valuesOf } from "./spec.ts";

/** Flags of the levels of one command line, taken together: `codex -m a exec -m b` has the model `b`. */
export interface MergedFlags {
  /** The innermost level that gives the flag counts. */
  value(long: string): string | null;
  /** All values, outer levels first. */
  values(long: string): string[];
  /** Given at any level. */
  has(long: string): boolean;
}

export function mergeFlags(levels: readonly Level[]): MergedFlags {
  return {
    value: (long) => {
      for (const level of levels.toReversed()) {
        const value = valueOf(level, long);
        if (value !== null) return value;
      }
      return null;
    },
    values: (long) => levels.flatMap((level) => valuesOf(level, long)),
    has: (long) => levels.some((level) => level.switches.has(long)),
  };
}

/** Keys that nobody knows are an error: `--strict-config` at any level. */
export function isStrict(levels: readonly Level[]): boolean {
  return mergeFlags(levels).has(STRICT_CONFIG.long);
}
