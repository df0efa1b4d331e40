import type { CommandSpec, FlagSpec, PositionalSpec } from "./spec.ts";

export interface HelpOptions {
  /** With the further text that records hold. */
  readonly isLong: boolean;
  /** Width of the terminal in characters; `null` = there is none. */
  readonly columns: number | null;
}

const DEFAULT_WIDTH = 80;
/** Lines that are longer are hard to read, however wide the terminal is. */
const MAX_WIDTH = 100;
/** In a terminal narrower than this, lines break where they will. */
const MIN_WIDTH = 40;
/** Past this width a name stands on a line of its own. */
const MAX_COLUMN = 30;

/** Help of the last command of `path`, printed from its record. */
export function helpText(path: readonly CommandSpec[], { isLong, columns }: HelpOptions): string {
  const width = Math.max(MIN_WIDTH, Math.min(columns ?? DEFAULT_WIDTH, MAX_WIDTH));
  const command = path.at(-1)!;
  const commands = (command.commands ?? []).filter(({ hidden }) => !hidden);
  const table = (title: string, rows: readonly Row[]) => section(title, rows, width);
  const blocks = [wrap(`${command.summary}.`, 0, width), usageText(path)];
  if (command.details !== undefined) blocks.push(wrap(command.details, 0, width));
  if (commands.length > 0) {
    blocks.push(table("Commands", [
      ...commands.map((each): Row => [[each.name, ...each.aliases ?? []].join(", "), each.summary]),
      ["help", "Print help for a command"],
    ]));
  }
  if (command.positionals.length > 0) {
    const rows = command.positionals.map((
      each,
    ): Row => [positionalName(each), docOf(each, isLong)]);
    blocks.push(table("Arguments", rows));
  }
  const shown = command.flags.filter(({ hidden }) => !hidden);
  const rows = shown.map((flag): Row => [flagName(flag), docOf(flag, isLong)]);
  rows.push([
    "-h, --help",
    isLong ? "Print help; -h prints less of it" : "Print help; --help tells more",
  ]);
  if (command.versionName !== undefined) rows.push(["-V, --version", "Print the version"]);
  blocks.push(table("Options", rows));
  if (isLong && commands.length > 0) {
    const name = path.map((each) => each.name).join(" ");
    blocks.push(wrap(`"${name} help COMMAND" tells about one of the commands.`, 0, width));
  }
  return `${blocks.join("\n\n")}\n`;
}

/** How the last command of `path` is called. */
export function usageText(path: readonly CommandSpec[]): string {
  const command = path.at(-1)!;
  const name = path.map((each) => each.name).join(" ");
  const required = command.flags.filter((flag) => flag.required)
    .map(({ long, value }) => ` --${long} <${value}>`);
  const words = command.positionals.map((each) => ` ${positionalName(each)}`);
  const forms = [
    ...(isGroup(command) ? [] : [`${name} [OPTIONS]${required.join("")}${words.join("")}`]),
    ...((command.commands ?? []).length === 0 ? [] : [`${name} [OPTIONS] <COMMAND> [ARGS]`]),
  ];
  return `Usage: ${forms.join("\n       ")}`;
}

/** It does nothing without one of its commands. */
function isGroup({ commands = [], load }: CommandSpec): boolean {
  return commands.length > 0 && load === undefined;
}

type Row = readonly [name: string, doc: string];

function section(title: string, rows: readonly Row[], width: number): string {
  const widest = Math.max(0, ...rows.map(([name]) => name.length).filter((n) => n <= MAX_COLUMN));
  const indent = widest + 4;
  const lines = rows.map(([name, doc]) => {
    const text = doc.split("\n").map((line) => wrap(line, indent, width))
      .join(`\n${" ".repeat(indent)}`);
    return name.length > MAX_COLUMN
      ? `  ${name}\n${" ".repeat(indent)}${text}`
      : `  ${name.padEnd(indent - 2)}${text}`;
  });
  return `${title}:\n${lines.join("\n")}`;
}

function flagName({ short, long, value, greedy }: FlagSpec): string {
  const head = short === undefined ? "    " : `-${short}, `;
  return `${head}--${long}${value === undefined ? "" : ` <${value}>${greedy ? "..." : ""}`}`;
}

function positionalName({ name, required, takesRest }: PositionalSpec): string {
  return `${required ? `<${name}>` : `[${name}]`}${takesRest ? "..." : ""}`;
}

function docOf({ doc, details, choices, ...rest }: FlagSpec | PositionalSpec, isLong: boolean) {
  const remarks = [
    ...(choices === undefined ? [] : [`one of ${choices.join(", ")}`]),
    ...(rest.default === undefined ? [] : [`default ${rest.default}`]),
    ...("repeats" in rest && rest.repeats && isLong ? ["may be repeated"] : []),
  ];
  const text = remarks.length === 0 ? doc : `${doc} [${remarks.join("; ")}]`;
  return isLong && details !== undefined ? `${text}\n${details}` : text;
}

/** Breaks text at blanks; lines after the first are indented. */
function wrap(text: string, indent: number, width: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}
