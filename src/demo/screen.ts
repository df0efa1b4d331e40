/** Looks of the demonstration's screen; without colours only the layout remains. */
export interface Screen {
  title(text: string): string;
  /** A step of the agent: what kind it is, then what it is about. */
  step(label: string, text: string): string;
  /** Text that belongs to the step above. */
  detail(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  dim(text: string): string;
  /** Only what changed: which file it is has been said. */
  diff(text: string): string;
}

const LABEL_WIDTH = 9;
const MARGIN = " ".repeat(LABEL_WIDTH + 2);
const TEXT_WIDTH = 72;

/** Words kept whole; lines that are there already stay lines. */
function wrapped(text: string): string[] {
  return text.trimEnd().split("\n").flatMap((line) => {
    const rows: string[] = [];
    let row = "";
    for (const word of line.split(" ")) {
      if (row !== "" && row.length + 1 + word.length > TEXT_WIDTH) {
        rows.push(row);
        row = word;
      } else row = row === "" ? word : `${row} ${word}`;
    }
    return [...rows, row];
  });
}

function indented(rows: readonly string[], paint: (text: string) => string): string {
  return rows.map((row) => row === "" ? "\n" : `${MARGIN}${paint(row)}\n`).join("");
}

/** The changed places of a git-style diff, without the lines that name files. */
function hunksOf(diff: string): string[] {
  const rows = diff.trimEnd().split("\n");
  return rows.filter((row) => !/^(?:diff |index |--- |\+\+\+ )/.test(row));
}

export function createScreen(colours: boolean): Screen {
  const paint = (code: number) => (text: string) => colours ? `\x1b[${code}m${text}\x1b[0m` : text;
  const bold = paint(1);
  const dim = paint(2);
  const red = paint(31);
  const green = paint(32);
  const cyan = paint(36);
  return {
    title: (text) => `\n${bold(text)}\n`,
    step(label, text) {
      const [first = "", ...rest] = wrapped(text);
      const head = `${cyan(label.padStart(LABEL_WIDTH))}  ${first}\n`;
      return head + indented(rest, (row) => row);
    },
    detail: (text) => text === "" ? "" : indented(text.trimEnd().split("\n"), dim),
    good: green,
    bad: red,
    dim,
    diff: (text) =>
      indented(hunksOf(text), (row) => {
        if (row.startsWith("+")) return green(row);
        if (row.startsWith("-")) return red(row);
        return row;
      }),
  };
}
