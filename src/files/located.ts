/** A character in a text. Both count from 1; columns count characters, not UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

interface Located {
  readonly file: string;
  readonly text: string;
  readonly start: Position;
  /** Last character that belongs to the offence. */
  readonly end: Position;
  readonly message: string;
}

/** Longest source line that is shown whole. Of a longer one only the surroundings of the place are. Characters. */
const MAX_SHOWN = 400;
/** Characters in front of the place that are shown of a long line, and characters in all. */
const BEFORE = 60;
const WINDOW = 160;

/**
 * The form that editors and people know: `path:line:col: message`, then the line with carets beneath.
 *
 * ```text
 * /home/u/.codex/config.toml:1:24: must be a whole number
 *   |
 * 1 | model_context_window = "nope"
 *   |                        ^^^^^^
 * ```
 */
export function locatedMessage({ file, text, start, end, message }: Located): string {
  const head = `${file}:${start.line}:${start.column}: ${message}`;
  const source = text.split("\n")[start.line - 1]?.replace(/\r$/, "");
  if (source === undefined) return head;
  const gutter = " ".repeat(String(start.line).length);
  const { shown, offset } = windowOf([...source].map(visible), start.column - 1);
  const [from, to] = [start.column - 1 - offset, end.column - offset];
  const marked = start.line === end.line ? shown.slice(from, to) : shown.slice(from, from + 1);
  const carets = Math.max(1, marked.reduce((width, c) => width + columnsOf(c), 0));
  return [
    head,
    `${gutter} |`,
    `${start.line} | ${shown.join("")}`,
    `${gutter} | ${shown.slice(0, from).map(blank).join("")}${"^".repeat(carets)}`,
  ].join("\n");
}

/** The part of a line that is shown, and how many characters in front of it are not. */
function windowOf(characters: string[], place: number): { shown: string[]; offset: number } {
  if (characters.length <= MAX_SHOWN) return { shown: characters, offset: 0 };
  const from = Math.max(0, place - BEFORE);
  const shown = characters.slice(from, from + WINDOW);
  if (from + WINDOW < characters.length) shown.push("…");
  return from === 0 ? { shown, offset: 0 } : { shown: ["…", ...shown], offset: from - 1 };
}

/** A terminal must not obey what stands in a file. */
function visible(character: string): string {
  return /^(?!\t)\p{Cc}$/u.test(character) ? "\u{FFFD}" : character;
}

/** Tabs are kept in front of the carets, so that both lines are indented alike on any terminal. */
function blank(character: string): string {
  return character === "\t" ? "\t" : " ".repeat(columnsOf(character));
}

/** Marks that join the character before, and what has no width at all. */
const NARROW = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** What terminals give two columns: scripts of East Asia, full-width forms, pictures. */
const WIDE =
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1F64F}\u{1F680}-\u{1F6FF}\u{1F900}-\u{1F9FF}\u{20000}-\u{3FFFD}]$/u;

function columnsOf(character: string): number {
  if (NARROW.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Turns offsets in UTF-16 units into a position. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  let line = 1;
  for (let i = before.indexOf("\n"); i !== -1; i = before.indexOf("\n", i + 1)) line += 1;
  return { line, column: [...before.slice(lineStart)].length + 1 };
}
