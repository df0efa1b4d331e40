import type { CommandSpec, FlagSpec } from "./spec.ts";

/** Width of help, in characters. */
const WIDTH = 100;
/** Past this width a name stands on a line of its own. */
const MAX_COLUMN = 36;

/** Help of the last command of `path`, printed from its record. */
export function helpText(path: readonly CommandSpec[]): string {
  const command = path.at(-1)!;
  const commands = (command.commands ?? []).filter(({ hidden }) => !hidden);
  const blocks = [command.summary + ".", usageText(path)];
  if (command.details !== undefined) blocks.push(wrap(command.details, 0));
  if (commands.length > 0) {
    blocks.push(section("Commands", [
      ...commands.map((each): Row => [[each.name, ...each.aliases ?? []].join(", "), each.summary]),
      ["help", "Print this text, or that of a command"],
    ]));
  }
  if (command.positionals.length > 0) {
    blocks.push(section(
      "Arguments",
      command.positionals.map(({ name, doc }): Row => [`[${name}]`, doc]),
    ));
  }
  const shown = command.flags.filter(({ hidden }) => !hidden);
  const flags = shown.map((flag): Row => [flagName(flag), flagDoc(flag)]);
  flags.push(["-h, --help", "Print help"]);
  if (command.versionName !== undefined) flags.push(["-V, --version", "Print the version"]);
  blocks.push(section("Options", flags));
  return `${blocks.join("\n\n")}\n`;
}

/** How the last command of `path` is called. */
export function usageText(path: readonly CommandSpec[]): string {
  const command = path.at(-1)!;
  const name = path.map((each) => each.name).join(" ");
  const positionals = command.positionals.map(({ name, takesRest }) =>
    ` [${name}]${takesRest ? "..." : ""}`
  ).join("");
  const first = `Usage: ${name} [OPTIONS]${positionals}`;
  return (command.commands ?? []).length === 0
    ? first
    : `${first}\n       ${name} [OPTIONS] <COMMAND> [ARGS]`;
}

type Row = readonly [name: string, doc: string];

function section(title: string, rows: readonly Row[]): string {
  const widest = Math.max(...rows.map(([name]) => name.length).filter((n) => n <= MAX_COLUMN));
  const indent = widest + 4;
  const lines = rows.map(([name, doc]) => {
    const text = wrap(doc, indent);
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

function flagDoc({ doc, choices }: FlagSpec): string {
  return choices === undefined ? doc : `${doc} [${choices.join(", ")}]`;
}

/** Breaks text at blanks; lines after the first are indented. */
function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}
