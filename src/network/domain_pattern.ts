import { formatAddress, parseAddress } from "./addresses.ts";
import { NetworkError } from "./error.ts";
import { compileGlob } from "./glob.ts";

/** A name in DNS has at most 253 characters. */
const LONGEST_HOST = 255;

/**
 * The one form in which hosts are compared and looked up: trimmed, lower case, without brackets, one `:port`, zone and
 * trailing dots; letters beyond ASCII in the form that DNS has for them, addresses in their one spelling, also those
 * that only resolvers take for one, such as `127.1`. `""` = no host.
 */
export function normalizeHost(text: string): string {
  return canonical(bareHost(text));
}

function bareHost(text: string): string {
  let host = text.trim().toLowerCase();
  if (host.startsWith("[")) {
    const end = host.indexOf("]");
    if (end > 0) return withoutDots(host.slice(1, end));
  }
  const colon = host.indexOf(":");
  if (colon >= 0 && colon === host.lastIndexOf(":")) host = host.slice(0, colon);
  return withoutDots(host);
}

const PLAIN_NAME = /^[\w.-]*$/;
/** Resolvers read a name that ends so as an IPv4 address: a number of any size, octal or hexadecimal too. */
const NUMERIC_END = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;

function canonical(host: string): string {
  const address = parseAddress(host);
  if (address !== null) return formatAddress(address);
  if (PLAIN_NAME.test(host) && !NUMERIC_END.test(host)) return host;
  // What is left is ASCII or letters of other scripts: anything else would end the name in a URL.
  // deno-lint-ignore no-control-regex -- these are among them
  if (/[\x00-\x2c\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f]/.test(host)) return "";
  return withoutDots(URL.parse(`http://${host}/`)?.hostname ?? "");
}

function withoutDots(host: string): string {
  return host.replace(/\.+$/, "");
}

/** Hosts named by patterns. */
export interface DomainSet {
  readonly size: number;
  /** `host` is normalised. */
  matches(host: string): boolean;
  /** Whether a pattern is this very host, not a wildcard that includes it. */
  names(host: string): boolean;
}

/**
 * `host` that host, `*.host` what is below it, `**.host` both, `*` everything; `*`, `?`, `[…]` and `{a,b}` elsewhere as
 * in file globs, where a star also matches dots. Throws `NetworkError("invalid_pattern")`.
 */
export function compileDomains(patterns: readonly string[]): DomainSet {
  const exact = new Set<string>();
  const tests: ((host: string) => boolean)[] = [];
  for (const pattern of patterns) {
    const parsed = parsePattern(pattern);
    if (parsed.kind === "exact") exact.add(parsed.host);
    else tests.push(matcher(parsed));
  }
  return {
    size: exact.size + tests.length,
    names: (host) => exact.has(host),
    matches: (host) =>
      host !== "" && host.length <= LONGEST_HOST &&
      (exact.has(host) || tests.some((test) => test(host))),
  };
}

type Pattern =
  | { readonly kind: "any" }
  | { readonly kind: "exact" | "below" | "at_or_below"; readonly host: string }
  | { readonly kind: "glob"; readonly text: string; readonly matches: (host: string) => boolean };

const GLOB_CHARACTERS = /[*?[\]{}\\]/;

function parsePattern(pattern: string): Pattern {
  const text = normalizePattern(pattern);
  if (text === "") throw invalid(pattern, "it is empty");
  if (/[\s/]/.test(pattern.trim())) throw invalid(pattern, "it holds more than a host");
  if (text === "*" || text === "**") return { kind: "any" };
  for (const [prefix, kind] of [["**.", "at_or_below"], ["*.", "below"]] as const) {
    const host = text.slice(prefix.length);
    if (text.startsWith(prefix) && host !== "" && !GLOB_CHARACTERS.test(host)) {
      return { kind, host: hostOf(pattern, host) };
    }
  }
  if (!GLOB_CHARACTERS.test(text)) return { kind: "exact", host: hostOf(pattern, text) };
  // Hosts come in ASCII, in which such letters are found nowhere.
  if (/[\u0080-\uffff]/.test(text)) {
    throw invalid(pattern, "letters beyond ASCII cannot stand beside *, ?, [ and {");
  }
  return { kind: "glob", text, matches: globMatcher(pattern, text) };
}

/** A bracket at the start may be a class of characters, so only an IPv6 address loses its brackets. */
function normalizePattern(pattern: string): string {
  const text = pattern.trim().toLowerCase();
  return /^\[[0-9a-f:.%]*:[0-9a-f:.%]*\](:\d+)?$/.test(text) || !text.startsWith("[")
    ? bareHost(text)
    : withoutDots(text);
}

function hostOf(pattern: string, text: string): string {
  const host = canonical(text);
  if (host === "") throw invalid(pattern, "it is no host");
  return host;
}

function matcher(pattern: Exclude<Pattern, { kind: "exact" }>): (host: string) => boolean {
  if (pattern.kind === "any") return () => true;
  if (pattern.kind === "glob") return pattern.matches;
  const { kind, host: parent } = pattern;
  const suffix = `.${parent}`;
  return (host) =>
    (host.length > suffix.length && host.endsWith(suffix)) ||
    (kind === "at_or_below" && host === parent);
}

function globMatcher(pattern: string, text: string): (host: string) => boolean {
  const compiled = compileGlob(text);
  if ("reason" in compiled) throw invalid(pattern, compiled.reason);
  return compiled.matches;
}

function invalid(pattern: string, why: string): NetworkError {
  return new NetworkError(
    "invalid_pattern",
    `the domain pattern ${JSON.stringify(pattern)} is invalid: ${why}`,
  );
}

/** Whether every host of `candidate` is one of `managed` too, told from the patterns alone. */
export function patternIncludes(managed: string, candidate: string): boolean {
  const outer = parsePattern(managed);
  const inner = parsePattern(candidate);
  if (outer.kind === "any") return true;
  if (inner.kind === "any") return false;
  if (outer.kind === "glob" || inner.kind === "glob") {
    if (outer.kind === "glob" && inner.kind === "exact") return outer.matches(inner.host);
    return outer.kind === "glob" && inner.kind === "glob" && outer.text === inner.text;
  }
  const below = inner.host.endsWith(`.${outer.host}`);
  switch (outer.kind) {
    case "exact":
      return inner.kind === "exact" && inner.host === outer.host;
    case "below":
      return below || (inner.kind === "below" && inner.host === outer.host);
    case "at_or_below":
      return below || inner.host === outer.host;
  }
}

/** Whether two patterns are written differently only. */
export function samePattern(left: string, right: string): boolean {
  const [one, other] = [parsePattern(left), parsePattern(right)].map((pattern) =>
    JSON.stringify(pattern)
  );
  return one === other;
}
