import assert from "node:assert/strict";
import { randomNumbers, ScriptWriter } from "../../tests/support/random_scripts.ts";
import {
  hasRecordingShell,
  type Recorded,
  type RecordingShell,
  recordRuns,
} from "../../tests/support/recording_shell.ts";
import { hasDangerousPart, isDangerous } from "./danger/dangerous.ts";
import { isKnownSafe, type SafetyFacts } from "./safe/known_safe.ts";
import { BashGrammar } from "./shell/grammar.ts";
import { type PlainCommand, plainCommands } from "./shell/plain.ts";

const SCRIPTS = 20_000;
/** The same scripts in every run; another number looks at others: `SCRIPT_SEED=7 deno test -A src/policy/`. */
const SEED = Number(Deno.env.get("SCRIPT_SEED") ?? 20_260_104);

/** Names that turn into options where a pattern stands alone. */
const FILES = ["-delete", "--pre=x", "--output=f", "-z", "-exec", "a.c", "src/x.j", "f", "ls"];

/** Whether a shell can have made these words of the command. */
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

/** What was run and not claimed; what was claimed and not run, unless that may be. */
function disagreement(
  commands: readonly PlainCommand[],
  ran: Recorded,
  conditional: boolean,
): string | null {
  const pairs = new Pairs(commands, ran);
  // First those that have to have run: no later pair takes theirs away.
  const certain = commands.keys().filter((at) => !isVague(commands[at]!));
  const missing = [...certain].filter((at) => !pairs.findRun(at));
  for (const [at, words] of ran.entries()) {
    if (!pairs.findCommand(at)) return `ran ${JSON.stringify(words)}`;
  }
  if (conditional || missing.length === 0) return null;
  return `did not run ${
    JSON.stringify(missing.map((at) => commands[at]!.map(({ text }) => text)))
  }`;
}

/**
 * Which command made which run. The parts of a pipeline are written down in any order, and a pattern fits much, so
 * a pair that was made is made anew where another needs it; what has a partner never loses it.
 */
class Pairs {
  readonly #fitting: readonly (readonly number[])[];
  readonly #runOf = new Map<number, number>();
  readonly #commandOf = new Map<number, number>();

  constructor(commands: readonly PlainCommand[], ran: Recorded) {
    this.#fitting = commands.map((command) =>
      [...ran.keys()].filter((at) => fits(command, ran[at]!))
    );
  }

  findRun(command: number, seen: Set<number> = new Set()): boolean {
    for (const run of this.#fitting[command]!) {
      if (seen.has(run)) continue;
      seen.add(run);
      const other = this.#commandOf.get(run);
      if (other === undefined || this.findRun(other, seen)) return this.#pair(command, run);
    }
    return false;
  }

  findCommand(run: number, seen: Set<number> = new Set()): boolean {
    if (this.#commandOf.has(run) && seen.size === 0) return true;
    for (const [command, fitting] of this.#fitting.entries()) {
      if (seen.has(command) || !fitting.includes(run)) continue;
      seen.add(command);
      const other = this.#runOf.get(command);
      if (other === undefined || this.findCommand(other, seen)) return this.#pair(command, run);
    }
    return false;
  }

  #pair(command: number, run: number): true {
    this.#runOf.set(command, run);
    this.#commandOf.set(run, command);
    return true;
  }
}

const grammar = await BashGrammar.load();
const facts: SafetyFacts = { grammar, os: "linux", userShell: null, search: null };

interface Understood {
  readonly script: string;
  readonly commands: readonly PlainCommand[];
  readonly safe: boolean;
}

/** Those of the random scripts that are plain, by what is claimed of them. */
function understoodScripts(): readonly Understood[] {
  const writer = new ScriptWriter(randomNumbers(SEED));
  const understood: Understood[] = [];
  for (let count = 0; count < SCRIPTS; count++) {
    const script = writer.next();
    const tree = grammar.parse(script);
    const commands = tree === null ? null : plainCommands(script, tree);
    const safe = isKnownSafe(["bash", "-c", script], facts);
    assert.ok(commands !== null || !safe, script);
    if (commands !== null) understood.push({ script, commands, safe });
  }
  return understood;
}

for (const shell of ["bash", "zsh"] satisfies RecordingShell[]) {
  const ignore = !hasRecordingShell(shell);
  Deno.test({
    name: `${shell} runs what we understand of ${SCRIPTS} random scripts, and nothing else` +
      (ignore ? ` (no such ${shell} here)` : ""),
    ignore,
  }, async () => {
    const understood = understoodScripts();
    const { runs, left } = await recordRuns(shell, understood.map(({ script }) => script), FILES);
    const wrong: string[] = [];
    for (const [at, { script, commands, safe }] of understood.entries()) {
      const ran = runs[at]!;
      // Where a pattern fits no file, zsh does not run the command.
      const conditional = shell === "zsh" || /&&|\|\|/.test(script);
      const found = disagreement(commands, ran, conditional) ??
        (safe && !ran.every((words) => isKnownSafe(words, facts)) ? "ran something unsafe" : null);
      if (found !== null) wrong.push(`${JSON.stringify(script)}: ${found}`);
    }
    assert.deepEqual(wrong.slice(0, 20), [], `seed ${SEED}: ${wrong.length} are wrong`);
    assert.deepEqual(left, [...FILES.filter((file) => !file.includes("/")), "src"].sort());
    // Were they all rejected, nothing would have been shown.
    assert.ok(understood.length > SCRIPTS / 5, `${understood.length} understood`);
    const safe = understood.filter((each) => each.safe).length;
    assert.ok(safe > SCRIPTS / 50, `${safe} safe`);
    const told = runs.filter((ran) => ran.length > 0).length;
    assert.ok(told > SCRIPTS / 5, `${told} ran`);
  });
}

const DELETING = 4_000;

Deno.test({
  name: `where bash deletes by force in ${DELETING} random scripts, it is found`,
  ignore: !hasRecordingShell("bash"),
}, async () => {
  const writer = new ScriptWriter(randomNumbers(SEED));
  const scripts: string[] = [];
  while (scripts.length < DELETING) {
    const script = writer.next().replaceAll(/\balpha\b/g, "rm -f")
      .replaceAll(/(?<=^|[;&|({\n ])(?:find|wc|head) /g, "rm -f ");
    // Nothing breaks a loop here, it is recorded instead; and a function might call itself.
    if (!/while|f\(\)/.test(script)) scripts.push(script);
  }
  const { runs } = await recordRuns("bash", scripts, FILES);
  const deletes = runs.map((ran) =>
    ran.some((words) => isDangerous({ words, input: null }, grammar))
  );
  const missed = scripts.filter((script, at) => deletes[at] && !hasDangerousPart(script, grammar));
  assert.deepEqual(missed, [], `seed ${SEED}`);
  assert.ok(deletes.filter(Boolean).length > DELETING / 20);
});

Deno.test("the parts of a pipeline may be written down in any order", () => {
  const command = (...words: readonly (string | null)[]): PlainCommand =>
    words.map((exact) => ({ text: exact ?? "*", exact, prefix: exact ?? "" }));
  const claimed = [command("cd", null), command("cd", "a!", null, null), command("ls", "-l")];
  const ran = [["cd", "f"], ["cd", "a!", "/root"], ["ls", "-l"]];
  for (const runs of [ran, ran.toReversed(), [ran[1]!, ran[2]!, ran[0]!]]) {
    assert.equal(disagreement(claimed, runs, false), null);
  }
  assert.equal(disagreement(claimed, [...ran, ["cd", "g"]], false), 'ran ["cd","g"]');
  assert.equal(disagreement(claimed, ran.slice(0, 2), false), 'did not run [["ls","-l"]]');
  assert.equal(disagreement(claimed, ran.slice(0, 2), true), null);
  // A run that only one command can have made is not counted for a vague one.
  const greedy = [command("ls", null), command("ls", "-l")];
  assert.equal(disagreement(greedy, [["ls", "-l"]], false), null);
  assert.equal(disagreement(greedy, [["ls", "-a"]], false), 'did not run [["ls","-l"]]');
});

for (const shell of ["bash", "zsh"] satisfies RecordingShell[]) {
  Deno.test({
    name: `a recording ${shell} shows what a script hides`,
    ignore: !hasRecordingShell(shell),
  }, async () => {
    const scripts = [
      "echo a\\ b | wc 'x\ny'",
      "find . -{delete,print}",
      "beta && ls; beta || cat *.c",
      "echo $(rm -rf x)",
      "ls > f2",
      "if",
    ];
    const { runs, left } = await recordRuns(shell, scripts, ["a.c"]);
    assert.deepEqual([...runs[0]!].sort(), [["echo", "a b"], ["wc", "x\ny"]]);
    assert.deepEqual(runs[1], [["find", ".", "-delete", "-print"]]);
    assert.deepEqual(runs[2], [["beta"], ["beta"], ["cat", "a.c"]]);
    assert.deepEqual(runs[3]![0], ["rm", "-rf", "x"]);
    assert.deepEqual(runs[5], []);
    assert.ok(left.includes("f2"));
  });
}
