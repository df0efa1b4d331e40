/** One `key = value` of a git configuration file. */
export interface ConfigEntry {
  /** Lower case, such as `remote`. */
  readonly section: string;
  /** As written between the quotes; `null` = the section has none. */
  readonly subsection: string | null;
  /** Lower case. */
  readonly key: string;
  readonly value: string;
}

const SECTION = /^\s*\[\s*([-.\w]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/;
const KEY = /^\s*([A-Za-z][-\w]*)\s*(?:=\s*(.*))?$/s;

/** Reads the format of git-config(1), section "Syntax". Lines that fit nothing are passed over. */
export function parseGitConfig(text: string): ConfigEntry[] {
  const entries: ConfigEntry[] = [];
  let section = "";
  let subsection: string | null = null;
  for (const line of joinedLines(text)) {
    const head = SECTION.exec(line);
    if (head !== null) {
      section = (head[1] ?? "").toLowerCase();
      subsection = head[2]?.replace(/\\(.)/g, "$1") ?? null;
    }
    const found = KEY.exec(head === null ? line : line.slice(head[0].length));
    if (found === null || section === "") continue;
    const key = (found[1] ?? "").toLowerCase();
    entries.push({ section, subsection, key, value: parseValue(found[2] ?? "true") });
  }
  return entries;
}

/** A backslash at the end of a line goes on in the next one. */
function joinedLines(text: string): string[] {
  return text.replace(/(^|[^\\])((?:\\\\)*)\\\r?\n/g, "$1$2").split(/\r?\n/);
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", b: "\b" };

/** Quotes keep blanks and comment signs; what stands behind an unquoted `#` or `;` is a comment. */
function parseValue(raw: string): string {
  let value = "";
  let kept = 0;
  let quoted = false;
  for (let at = 0; at < raw.length; at += 1) {
    const char = raw[at] ?? "";
    if (char === "\\") {
      at += 1;
      const next = raw[at] ?? "";
      value += ESCAPES[next] ?? next;
      kept = value.length;
    } else if (char === '"') {
      quoted = !quoted;
      kept = value.length;
    } else if (!quoted && (char === "#" || char === ";")) {
      break;
    } else {
      value += char;
      if (quoted || !/\s/.test(char)) kept = value.length;
    }
  }
  return value.slice(0, kept);
}
