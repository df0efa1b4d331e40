import assert from "node:assert/strict";
import { commandLine, findProgram } from "./command_line.ts";

/** The rules by which programs built with Microsoft's C library read their command line. */
function takeApart(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const slashes = /^\\*/.exec(line.slice(at))![0].length;
    if (slashes > 0) {
      const quote = line[at + slashes] === '"';
      word = (word ?? "") + "\\".repeat(quote ? slashes >> 1 : slashes);
      if (quote && slashes % 2 === 1) {
        word += '"';
        at += 1;
      }
      at += slashes - 1;
    } else if (line[at] === '"') {
      quoted = !quoted;
      word ??= "";
    } else if (/\s/.test(line[at]!) && !quoted) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? "") + line[at];
  }
  return word === null ? words : [...words, word];
}

Deno.test("command line of Windows: programs read the words that were meant", () => {
  const words = [
    "a.exe",
    "",
    "a b",
    '"',
    '\\"',
    "\\",
    "c:\\d e\\",
    'x\\\\"y\\\\',
    "é\t",
    "--",
    "%PATH%",
  ];
  assert.deepEqual(takeApart(commandLine(words)), words);
});

Deno.test("command line of Windows: where programs are looked for", () => {
  const files = new Set(["C:\\bin\\node.exe", "C:\\bin\\npm.cmd", "C:\\w\\tool.exe"]);
  const find = (name: string) =>
    findProgram(name, {
      cwd: "C:\\w",
      env: { Path: "C:\\none;;C:\\bin", PATHEXT: ".EXE;.CMD;.PY" },
      isFile: (path) => files.has(path),
    });
  assert.deepEqual(find("node"), { kind: "found", path: "C:\\bin\\node.exe" });
  assert.deepEqual(find("node.exe"), { kind: "found", path: "C:\\bin\\node.exe" });
  assert.deepEqual(find("npm"), { kind: "batch", path: "C:\\bin\\npm.cmd" });
  assert.deepEqual(find("tool"), { kind: "not_found" });
  assert.deepEqual(find(".\\tool"), { kind: "found", path: "C:\\w\\tool.exe" });
});
