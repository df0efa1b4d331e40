/** Blocks of lines at the end of the document, a blank line in front of each. */
export function atEnd(text: string, blocks: readonly (readonly string[])[]): string {
  const eol = eolOf(text);
  const gap = text === "" || /(^|\n)\r?\n$/.test(text) ? "" : text.endsWith("\n") ? eol : eol + eol;
  return text + gap + joined(blocks, eol);
}

/** Blocks of lines, a blank line between them. */
export function joined(blocks: readonly (readonly string[])[], eol: string): string {
  return blocks.map((lines) => lines.map((line) => line + eol).join("")).join(eol);
}

/** How most lines end. */
export function eolOf(text: string): "\r\n" | "\n" {
  const all = text.split("\n").length - 1;
  const windows = text.split("\r\n").length - 1;
  return windows * 2 > all ? "\r\n" : "\n";
}
