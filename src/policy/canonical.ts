import { powerShellScript } from "./safe/powershell.ts";
import type { BashGrammar } from "./shell/grammar.ts";
import { plainCommands } from "./shell/plain.ts";
import { baseName, shellScript } from "./shell/wrapper.ts";

/**
 * A form of a command that stays the same when only spacing or the path of the shell differs: the key under which
 * a session remembers what a person approved.
 */
export function canonicalCommand(
  argv: readonly string[],
  grammar: BashGrammar,
): readonly string[] {
  const wrapped = shellScript(argv);
  if (wrapped !== null) {
    const tree = grammar.parse(wrapped.script);
    const commands = tree === null ? null : plainCommands(wrapped.script, tree);
    const [only, second] = commands ?? [];
    // Without their quotes, a name and a pattern would look alike.
    const clear = only?.every(({ text, exact }) => text === exact) && second === undefined;
    if (only !== undefined && clear) return only.map(({ text }) => text);
    return ["__codex_shell_script__", wrapped.flag, wrapped.script];
  }
  const [program = "", ...args] = argv;
  if (args.length < 2 || !/^(?:pwsh|powershell)(?:\.exe)?$/i.test(baseName(program))) return argv;
  const script = flaggedScript(args);
  return script === null ? argv : ["__codex_powershell_script__", script];
}

/** Only with these flags before it does a script alone say what runs. */
function flaggedScript(args: readonly string[]): string | null {
  const flags = args.slice(0, -1).map((arg) => arg.toLowerCase());
  const known = flags.every((flag) => /^-(?:nologo|noprofile|command|c)$/.test(flag));
  const last = flags.at(-1) ?? "";
  return known && (last === "-command" || last === "-c") ? powerShellScript(args) : null;
}
