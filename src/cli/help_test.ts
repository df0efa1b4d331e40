import assert from "node:assert/strict";
import { ROOT } from "./commands.ts";
import { type HelpOptions, helpText } from "./help.ts";
import type { CommandSpec } from "./spec.ts";

function everyPath(path: readonly CommandSpec[]): CommandSpec[][] {
  const commands = path.at(-1)?.commands ?? [];
  return [[...path], ...commands.flatMap((command) => everyPath([...path, command]))];
}

const SHORT: HelpOptions = { isLong: false, columns: null };
const LONG: HelpOptions = { isLong: true, columns: null };

/** Names of flags that stand at the start of a line. */
function flagsIn(text: string): string[] {
  return [...text.matchAll(/^ {2}(?:-\S, | {4})--([\w-]+)/gm)].map(([, name = ""]) => name);
}

Deno.test("help names every flag that is not hidden, and no other", () => {
  for (const path of everyPath([ROOT])) {
    const { flags, versionName } = path.at(-1)!;
    const expected = [
      ...flags.filter(({ hidden }) => !hidden).map(({ long }) => long),
      "help",
      ...(versionName === undefined ? [] : ["version"]),
    ];
    for (const options of [SHORT, LONG]) {
      const text = helpText(path, options);
      assert.deepEqual(flagsIn(text), expected);
      const secrets = flags.flatMap(({ long, hidden, aliases = [] }) =>
        hidden ? [long, ...aliases] : aliases
      );
      for (const name of secrets) assert.ok(!text.includes(`--${name}`), name);
      for (const { short, long, value } of flags.filter(({ hidden }) => !hidden)) {
        const name = short === undefined ? ` --${long}` : `-${short}, --${long}`;
        assert.ok(text.includes(value === undefined ? name : `${name} <${value}>`), name);
      }
    }
  }
});

Deno.test("help names arguments, commands and their aliases, values and defaults", () => {
  for (const path of everyPath([ROOT])) {
    const { commands = [], positionals, flags } = path.at(-1)!;
    for (const options of [SHORT, LONG]) {
      const text = helpText(path, options);
      const words = text.replaceAll(/\s+/g, " ");
      for (const { name, aliases = [], summary, hidden } of commands) {
        assert.equal(words.includes(` ${[name, ...aliases].join(", ")} ${summary}`), !hidden, name);
      }
      for (const { name } of positionals) assert.match(text, new RegExp(`[<[]${name}[>\\]]`));
      for (const { choices, default: usual } of [...flags, ...positionals]) {
        if (choices !== undefined) assert.ok(words.includes(`one of ${choices.join(", ")}`));
        if (usual !== undefined) assert.ok(words.includes(`default ${usual}]`));
      }
      assert.ok(text.includes(`Usage: ${path.map(({ name }) => name).join(" ")} [OPTIONS]`));
    }
  }
});

Deno.test("help fits the terminal, and 80 columns where there is none", () => {
  for (const path of everyPath([ROOT])) {
    for (const isLong of [false, true]) {
      for (
        const [columns, width] of [[null, 80], [60, 60], [90, 90], [250, 100], [1, 48]] as const
      ) {
        for (const line of helpText(path, { isLong, columns }).split("\n")) {
          if (line.startsWith("Usage: ") || line.startsWith("       codex")) continue;
          // One word that is longer than a line stays whole.
          assert.ok(line.length <= width || !line.trim().includes(" "), `${columns}: ${line}`);
          assert.equal(line, line.trimEnd());
        }
      }
    }
  }
});

Deno.test("long help tells more than short help", () => {
  const exec = [ROOT, ROOT.commands!.find(({ name }) => name === "exec")!];
  const [short, long] = [helpText(exec, SHORT), helpText(exec, LONG)];
  assert.ok(long.length > short.length + 500);
  assert.match(long.replaceAll(/\s+/g, " "), /Dots lead into tables/);
  assert.ok(!short.includes("Dots lead"));
});

Deno.test("help does not show hidden spellings and commands", () => {
  const text = everyPath([ROOT]).map((path) => helpText(path, LONG)).join("\n");
  assert.ok(!/--yolo|--experimental-json/.test(text));
  assert.ok(!helpText([ROOT], LONG).includes("execpolicy"));
});
