import { type Required, sourceName } from "./types.ts";

/**
 * What a setting may be. One object guards the setting from the start of a session to its end, so that a value which
 * the configuration may not have cannot be chosen later either.
 */
export interface Constraint<T extends string> {
  /** `null` = anything goes. */
  readonly allowed: Required<readonly T[]> | null;
  /** Says why a value is not allowed; `null` = it is. */
  refuses(value: T): string | null;
  /** What takes the place of a value that is not allowed. */
  fallbackFor(value: T): T;
}

/** Allows everything. */
export function unconstrained<T extends string>(): Constraint<T> {
  return { allowed: null, refuses: () => null, fallbackFor: (value) => value };
}

/**
 * @param setting its name in `config.toml`
 * @param fallback one of the allowed values
 */
export function allowOnly<T extends string>(
  setting: string,
  allowed: Required<readonly T[]>,
  fallback: T,
): Constraint<T> {
  const accepts = (value: T) => allowed.value.includes(value);
  return {
    allowed,
    refuses: (value) =>
      accepts(value)
        ? null
        : `\`${setting}\` may not be "${value}": ${sourceName(allowed.source)} allows only ` +
          allowed.value.map((name) => `"${name}"`).join(", "),
    fallbackFor: (value) => accepts(value) ? value : fallback,
  };
}
