import assert from "node:assert/strict";
import { ROOT } from "./commands.ts";
import { helpText } from "./help.ts";
import type { CommandSpec } from "./spec.ts";

function everyPath(path: readonly CommandSpec[]): CommandSpec[][] {
  const commands = path.at(-1)?.commands ?? [];
  return [[...path], ...commands.flatMap((command) => everyPath([...path, command]))];
}

Deno.test("help names every flag, argument and subcommand, and fits its width", () => {
  for (const path of everyPath([ROOT])) {
    const text = helpText(path);
    const command = path.at(-1)!;
    for (const { long, short, hidden } of command.flags) {
      if (hidden) continue;
      assert.ok(text.includes(short === undefined ? ` --${long}` : `-${short}, --${long}`), long);
    }
    const shown = (command.commands ?? []).filter(({ hidden }) => !hidden);
    for (const { name } of [...shown, ...command.positionals]) {
      assert.ok(text.includes(name), name);
    }
    for (const line of text.split("\n")) {
      assert.ok(line.length <= 100, line);
      assert.equal(line, line.trimEnd());
    }
    assert.ok(text.includes(`Usage: ${path.map(({ name }) => name).join(" ")} [OPTIONS]`));
  }
});

Deno.test("help does not show hidden spellings and commands", () => {
  const text = everyPath([ROOT]).map(helpText).join("\n");
  assert.ok(!/--yolo|--experimental-json/.test(text));
  assert.ok(!helpText([ROOT]).includes("execpolicy"));
});
