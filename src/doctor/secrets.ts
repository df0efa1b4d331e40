/** What stands in for a secret. */
const HIDDEN = "[hidden]";

/** Variables whose values nobody else should read. */
const SECRET_NAME = /KEY|TOKEN|SECRET|PASSW|CREDENTIAL|AUTH/i;

/** Shorter values are words such as `1` or `true`: to hide these would spoil the text and protect nothing. */
const SHORTEST = 8;

/** Keys of many services, JSON web tokens, and what follows "Bearer". */
const SHAPES = [
  /\b(?:sk|pk|rk|xox[a-z]|gh[a-z])[-_][A-Za-z0-9_-]{8,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,2}/g,
  /\bBearer\s+[^\s"',]{8,}/gi,
];

/**
 * The last wall before anything is printed: a report is made to be pasted where strangers read it. Checks do not put
 * secrets into their findings; messages of others could hold one.
 */
export function withoutSecrets(
  env: Readonly<Record<string, string>>,
): (text: string) => string {
  const values = Object.entries(env)
    .filter(([name, value]) => SECRET_NAME.test(name) && value.trim().length >= SHORTEST)
    // A path is no secret, but where one is to be found.
    .map(([, value]) => value.trim())
    .filter((value) => !/^[/~]|^[A-Za-z]:\\/.test(value))
    .sort((a, b) => b.length - a.length);
  return (text) => {
    const plain = values.reduce((rest, value) => rest.replaceAll(value, HIDDEN), text);
    return SHAPES.reduce((rest, shape) => rest.replace(shape, HIDDEN), withoutLogins(plain));
  };
}

/** `http://name:password@host` without the name and the password. */
function withoutLogins(text: string): string {
  return text.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+(?::[^\s/"']*)?@/gi, `$1${HIDDEN}@`);
}

/** An address for showing: without login, query and fragment, where tokens are put. */
export function shownUrl(address: string): string {
  const url = URL.parse(address);
  if (url === null) return "(not an address)";
  const login = url.username !== "" || url.password !== "" ? `${HIDDEN}@` : "";
  return `${url.protocol}//${login}${url.host}${url.pathname}${url.search === "" ? "" : "?…"}`;
}

/**
 * A line of a configuration file for showing: strings are left out where the line is about something secret, or where
 * anything may stand, such as headers and variables.
 */
export function shownLine(line: string): string {
  const risky = /key|token|secret|passw|bearer|auth|header|env|cookie|set\b/i.test(line);
  return risky ? line.replace(/"[^"]*"?|'[^']*'?/g, `"…"`) : line;
}
