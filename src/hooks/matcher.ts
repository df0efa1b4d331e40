/** Whether one of the names of what happens is meant. Without names everything is. */
export type Matcher = (names: readonly string[]) => boolean;

/** A name, or names with `|` between them: meant as they stand, so that `Bash` is not also `BashOutput`. */
const PLAIN = /^[\w-]+(?:\|[\w-]+)*$/;

/**
 * Understands the `matcher` of a group: empty and `*` match everything, plain names themselves, anything else is a regular
 * expression that has to match somewhere. `null` = it is none.
 */
export function readMatcher(pattern: string | null): Matcher | null {
  if (pattern === null || pattern === "" || pattern === "*") return () => true;
  if (PLAIN.test(pattern)) {
    const meant = pattern.split("|");
    return (names) => names.length === 0 || names.some((name) => meant.includes(name));
  }
  try {
    const expression = new RegExp(pattern);
    return (names) => names.length === 0 || names.some((name) => expression.test(name));
  } catch {
    return null;
  }
}
