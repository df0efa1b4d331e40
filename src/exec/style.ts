/** The few looks that exec has. Without colours each is the identity. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  /** What the program itself says about its state: names of sections. */
  heading(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
}

const same = (text: string): string => text;

const PLAIN: Style = {
  bold: same,
  dim: same,
  heading: same,
  good: same,
  bad: same,
  warn: same,
};

function sgr(on: number, off: number): (text: string) => string {
  return (text) => `\x1b[${on}m${text}\x1b[${off}m`;
}

const COLOURED: Style = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  heading: sgr(35, 39),
  good: sgr(32, 39),
  bad: sgr(31, 39),
  warn: sgr(33, 39),
};

export function styleFor(colours: boolean): Style {
  return colours ? COLOURED : PLAIN;
}
