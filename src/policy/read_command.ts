import { isTrustedShell, type SafetyFacts } from "./safe/known_safe.ts";
import { type LooseCommand, looseCommands, withoutEmptyLines } from "./shell/loose.ts";
import { type PlainCommand, plainCommands } from "./shell/plain.ts";
import { soleCommand } from "./shell/prefix.ts";
import { shellScript } from "./shell/wrapper.ts";
import { exactWord } from "./shell/word.ts";

/** What is understood of a command line. */
export type CommandReading =
  /** All of it: it runs these commands and nothing else. */
  | { readonly kind: "plain"; readonly commands: readonly PlainCommand[] }
  /** A script whose only command is known by its words, but not what else is around it. */
  | { readonly kind: "partial"; readonly words: readonly string[]; readonly inside: Inside }
  /** A script that is more than a list of commands. */
  | { readonly kind: "opaque"; readonly inside: Inside };

/** Commands that stand anywhere in a script. */
type Inside = readonly LooseCommand[];

/** Reads a command line; scripts of `bash -lc` and the like are taken apart, if the shell is one to rely on. */
export function readCommand(argv: readonly string[], facts: SafetyFacts): CommandReading {
  const { grammar } = facts;
  const wrapped = shellScript(argv);
  const itself: CommandReading = { kind: "plain", commands: [argv.map(exactWord)] };
  if (wrapped === null) return itself;
  const { script } = wrapped;
  const tree = grammar.parse(script);
  const trusted = isTrustedShell(wrapped.shell, facts);
  const commands = tree === null || !trusted ? null : plainCommands(script, tree);
  if (commands !== null) return commands.length === 0 ? itself : { kind: "plain", commands };
  const sound = withoutEmptyLines(script);
  const whole = sound === script ? tree : grammar.parse(sound);
  const words = whole === null || !trusted ? null : soleCommand(whole);
  const inside = looseCommands(script, grammar);
  return words === null ? { kind: "opaque", inside } : { kind: "partial", words, inside };
}
