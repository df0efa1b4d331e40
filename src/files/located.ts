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

/** Longest source line that is shown; a longer one is left out. */
const MAX_SHOWN = 400;

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
  if (source === undefined || source.length > MAX_SHOWN) return head;
  const gutter = " ".repeat(String(start.line).length);
  const carets = start.line === end.line ? Math.max(1, end.column - start.column + 1) : 1;
  // Tabs are kept in front of the carets, so that both lines are indented alike on any terminal.
  const lead = [...source].slice(0, start.column - 1).map((c) => c === "\t" ? "\t" : " ");
  lead.length = start.column - 1;
  return [
    head,
    `${gutter} |`,
    `${start.line} | ${source}`,
    `${gutter} | ${Array.from(lead, (c) => c ?? " ").join("")}${"^".repeat(carets)}`,
  ].join("\n");
}

/** Turns offsets in UTF-16 units into a position. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  let line = 1;
  for (let i = before.indexOf("\n"); i !== -1; i = before.indexOf("\n", i + 1)) line += 1;
  return { line, column: [...before.slice(lineStart)].length + 1 };
}
