import { ROOT } from "./commands.ts";
import { ineffectiveParts } from "./ineffective.ts";
import { helpText, usageText } from "./help.ts";
import { parseCommandLine } from "./parse.ts";
import { keepOnly } from "./permissions.ts";
import { USAGE_ERROR } from "./usage.ts";
import { VERSION } from "./version.ts";
import type { TextSink, World } from "./world.ts";

/** Parses the command line and runs the command that it names. */
export async function runCommandLine(world: World): Promise<number> {
  const parsed = parseCommandLine(ROOT, world.args);
  switch (parsed.kind) {
    case "help":
      await world.stdout.write(
        helpText(parsed.path, { isLong: parsed.isLong, columns: columnsOf(world, world.stdout) }),
      );
      return 0;
    case "version":
      await world.stdout.write(`${parsed.name} ${VERSION}\n`);
      return 0;
    case "error":
      await world.stderr.write(
        `error: ${parsed.message}${parsed.message.endsWith("?") ? "" : "."}\n\n${
          usageText(parsed.path)
        }\n\n` +
          `${parsed.path.map(({ name }) => name).join(" ")} --help tells more.\n`,
      );
      return USAGE_ERROR;
    case "run":
      break;
    default:
      return parsed satisfies never;
  }
  const { command } = parsed.invocation.levels.at(-1)!;
  for (const warning of ineffectiveParts(parsed.invocation)) {
    await world.stderr.write(`warning: ${warning}\n`);
  }
  if (command.load === undefined) {
    const path = parsed.invocation.levels.map((level) => level.command);
    const columns = columnsOf(world, world.stderr);
    await world.stderr.write(helpText(path, { isLong: false, columns }));
    return USAGE_ERROR;
  }
  await keepOnly(command.needs);
  return await (await command.load()).run(parsed.invocation, world);
}

/** A file is not as wide as the terminal that other streams lead to. */
function columnsOf(world: World, sink: TextSink): number | null {
  return sink.isTerminal ? world.columns() : null;
}
