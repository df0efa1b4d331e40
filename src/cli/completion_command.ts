import { FEATURES } from "../config/mod.ts";
import { bashCompletion } from "./completion_bash.ts";
import { elvishCompletion } from "./completion_elvish.ts";
import { fishCompletion } from "./completion_fish.ts";
import { powershellCompletion } from "./completion_powershell.ts";
import { SHELLS } from "./completion_spec.ts";
import { completionTree } from "./completion_tree.ts";
import { zshCompletion } from "./completion_zsh.ts";
import type { Invocation } from "./spec.ts";
import type { World } from "./world.ts";

const SCRIPTS = {
  bash: bashCompletion,
  elvish: elvishCompletion,
  fish: fishCompletion,
  powershell: powershellCompletion,
  zsh: zshCompletion,
} as const;

/** `codex completion`: prints a script, and looks at nothing but the records of commands and features. */
export async function run({ levels }: Invocation, world: World): Promise<number> {
  const [root, own] = levels;
  const given = own?.positionals[0];
  const shell = SHELLS.find((name) => name === given) ?? "bash";
  const features = FEATURES.filter(({ stage }) => stage !== "removed").map(({ key }) => key);
  await world.stdout.write(SCRIPTS[shell](completionTree(root!.command, features)));
  return 0;
}
