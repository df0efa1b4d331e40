import { resolve } from "node:path";
import { checkReport, readRuleFiles, RulesError } from "../policy/mod.ts";
import { type Invocation, valuesOf } from "./spec.ts";
import type { World } from "./world.ts";

/** `codex execpolicy check`. */
export async function run({ levels }: Invocation, world: World): Promise<number> {
  const level = levels.at(-1)!;
  const files = valuesOf(level, "rules");
  const cwd = world.cwd();
  try {
    const rules = await readRuleFiles(files.map((file) => resolve(cwd, file)));
    const report = checkReport(level.positionals, rules);
    const indent = level.switches.has("pretty") ? 2 : undefined;
    await world.stdout.write(`${JSON.stringify(report, null, indent)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof RulesError)) throw error;
    await world.stderr.write(`Error loading rules:\n${error.message}\n`);
    return 1;
  }
}
