/** A character in a text. Both count from 1; columns count characters. */
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

/** `path:line:col: message`, then the line with carets beneath, as config errors look. */
export function locatedMessage({ file, text, start, end, message }: Located): string {
  const head = `${file}:${start.line}:${start.column}: ${message}`;
  const source = [...text.split("\n")[start.line - 1]?.replace(/\r$/, "") ?? ""];
  if (source.length === 0 || source.length > MAX_SHOWN) return head;
  const gutter = " ".repeat(String(start.line).length);
  const last = start.line === end.line ? end.column : source.length;
  const carets = "^".repeat(Math.max(1, Math.min(last, source.length) - start.column + 1));
  return [
    head,
    `${gutter} |`,
    `${start.line} | ${source.join("")}`,
    `${gutter} | ${" ".repeat(start.column - 1)}${carets}`,
  ].join("\n");
}

/** Turns an offset in UTF-16 units into a position. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  let line = 1;
  for (let i = before.indexOf("\n"); i !== -1; i = before.indexOf("\n", i + 1)) line += 1;
  return { line, column: [...before.slice(lineStart)].length + 1 };
}
