import assert from "node:assert/strict";
import { randomNumbers, ScriptWriter } from "../../tests/support/random_scripts.ts";
import { hasRecordingBash, type Recorded, recordRuns } from "../../tests/support/recording_bash.ts";
import { isKnownSafe, type SafetyFacts } from "./safe/known_safe.ts";
import { BashGrammar } from "./shell/grammar.ts";
import { type PlainCommand, plainCommands } from "./shell/plain.ts";

const SCRIPTS = 20_000;
const SEED = 20_260_104;

/** Names that turn into options where a pattern stands alone. */
const FILES = ["-delete", "--pre=x", "--output=f", "-z", "-exec", "a.c", "src/x.j", "f", "ls"];

const ignore = !hasRecordingBash();
const name = (text: string) => ignore ? `${text} (no bash 4 here)` : text;

/** Whether bash can have made these words of the command. */
function fits(command: PlainCommand, words: readonly string[]): boolean {
  const [word, ...rest] = command;
  if (word === undefined) return words.length === 0;
  const [first, ...others] = words;
  if (word.exact !== null) return first === word.exact && fits(rest, others);
  // Of lists of nothing, nothing is left.
  if (word.prefix === "" && fits(rest, words)) return true;
  for (let count = 1; count <= words.length; count++) {
    if (!words[count - 1]?.startsWith(word.prefix)) return false;
    if (fits(rest, words.slice(count))) return true;
  }
  return false;
}

/** Whether some of the words, or whether it is looked up at all, cannot be told. */
function isVague([name, ...args]: PlainCommand): boolean {
  return name === undefined || name.exact === null || name.exact.includes("/") ||
    args.some(({ exact }) => exact === null);
}

function vagueness(command: PlainCommand): number {
  return command[0]?.exact === null ? 2 : isVague(command) ? 1 : 0;
}

/** What was run and not claimed; what was claimed and not run, unless that may be. */
function disagreement(
  commands: readonly PlainCommand[],
  ran: Recorded,
  conditional: boolean,
): string | null {
  // First those of which there is no doubt.
  const left = commands.toSorted((a, b) => vagueness(a) - vagueness(b));
  for (const words of ran) {
    const at = left.findIndex((command) => fits(command, words));
    if (at < 0) return `ran ${JSON.stringify(words)}`;
    left.splice(at, 1);
  }
  // A path is not looked up, so nobody hears of it.
  const missing = left.filter((command) => !isVague(command)).map((command) =>
    command.map(({ text }) => text)
  );
  return conditional || missing.length === 0 ? null : `did not run ${JSON.stringify(missing)}`;
}

Deno.test({
  name: name(`bash runs what we understand of ${SCRIPTS} random scripts, and nothing else`),
  ignore,
}, async () => {
  const grammar = await BashGrammar.load();
  const facts: SafetyFacts = { grammar, os: "linux", userShell: null };
  const writer = new ScriptWriter(randomNumbers(SEED));
  const understood: { script: string; commands: readonly PlainCommand[]; safe: boolean }[] = [];
  for (let count = 0; count < SCRIPTS; count++) {
    const script = writer.next();
    const tree = grammar.parse(script);
    const commands = tree === null ? null : plainCommands(script, tree);
    const safe = isKnownSafe(["bash", "-c", script], facts);
    assert.ok(commands !== null || !safe, script);
    if (commands !== null) understood.push({ script, commands, safe });
  }
  const { runs, left } = await recordRuns(understood.map(({ script }) => script), FILES);
  const wrong: string[] = [];
  for (const [at, { script, commands, safe }] of understood.entries()) {
    const ran = runs[at] ?? [];
    const found = disagreement(commands, ran, /&&|\|\|/.test(script)) ??
      (safe && !ran.every((words) => isKnownSafe(words, facts)) ? "ran something unsafe" : null);
    if (found !== null) wrong.push(`${JSON.stringify(script)}: ${found}`);
  }
  assert.deepEqual(wrong.slice(0, 20), []);
  assert.deepEqual(left, [...FILES.filter((file) => !file.includes("/")), "src"].sort());
  // Were they all rejected, nothing would have been shown.
  assert.ok(understood.length > SCRIPTS / 5, `${understood.length} understood`);
  const safe = understood.filter((each) => each.safe).length;
  assert.ok(safe > SCRIPTS / 50, `${safe} safe`);
});

Deno.test({ name: name("the recording shell shows what a script hides"), ignore }, async () => {
  const scripts = [
    "echo a\\ b | wc 'x y'",
    "find . -{delete,print}",
    "beta && ls; beta || cat *.c",
    "echo $(rm -rf x)",
    "ls > f2",
    "if",
  ];
  const { runs, left } = await recordRuns(scripts, ["a.c"]);
  assert.deepEqual([...runs[0]!].sort(), [["echo", "a b"], ["wc", "x y"]]);
  assert.deepEqual(runs[1], [["find", ".", "-delete", "-print"]]);
  assert.deepEqual(runs[2], [["beta"], ["beta"], ["cat", "a.c"]]);
  assert.deepEqual(runs[3], [["rm", "-rf", "x"], ["echo"]]);
  assert.deepEqual(runs[5], []);
  assert.ok(left.includes("f2"));
});
