import type { Invocation } from "./spec.ts";
import type { World } from "./world.ts";

/** `codex` without a command, where the terminal UI would start. */
export async function run({ levels }: Invocation, { stderr }: World): Promise<number> {
  const [root] = levels;
  const word = root?.positionals[0]?.replace(/^([^]{60})[^]+$/u, "$1…");
  const names = (root?.command.commands ?? [])
    .filter(({ hidden }) => !hidden)
    .map(({ name }) => name);
  await stderr.write(
    word === undefined
      ? 'error: the terminal UI is not part of this version; run a prompt with: codex exec "..."\n'
      : `error: there is no command "${word}", and no terminal UI in this version that it could ` +
        'be a prompt for. Run a prompt with: codex exec "...". ' +
        `Commands are: ${[...names, "help"].join(", ")}\n`,
  );
  return 1;
}
