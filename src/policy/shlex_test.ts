import assert from "node:assert/strict";
import { shlexJoin, shlexSplit } from "./shlex.ts";

const CASES: readonly (readonly [readonly string[], string])[] = [
  [["/bin/bash", "-lc", "git status"], "/bin/bash -lc 'git status'"],
  [["git", "--exec-path=/x", "status"], "git '--exec-path=/x' status"],
  [["sed", "-n", "1,5p", "f"], "sed -n '1,5p' f"],
  [["/bin/bash", "-lc", "find . -de\\lete"], '/bin/bash -lc "find . -de\\\\lete"'],
  [["echo", ""], "echo ''"],
  [["echo", "it's"], `echo "it's"`],
  [["echo", "it's $HOME"], `echo "it's "'$HOME'`],
  [["^x"], "'^x'"],
  [["a^b"], "a'^b'"],
  [["é"], "'é'"],
  [["😀 it's `x`"], "\"😀 it's \"'`x`'"],
  [["a]b", "c@d:e"], "a]b c@d:e"],
  [["a\0b", "c d"], "a\0b c d"],
  [[], ""],
];

for (const [words, line] of CASES) {
  Deno.test(`shlexJoin ${JSON.stringify(words)}`, () => assert.equal(shlexJoin(words), line));
}

Deno.test("a POSIX shell reads the words back", {
  ignore: Deno.build.os === "windows", // no sh
}, async () => {
  const words = ["it's", "$HOME", "a\\b", 'say "hi"', "^!x^", "é`ls`", "", "tab\there"];
  const script = `for w in ${shlexJoin(words)}; do printf '%s|' "$w"; done`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script] }).output();
  assert.equal(new TextDecoder().decode(stdout), words.map((word) => `${word}|`).join(""));
});

const SPLITS: readonly (readonly [string, readonly string[] | null])[] = [
  ["", []],
  ["  a\tb\nc ", ["a", "b", "c"]],
  [`a "b c" 'd e'f`, ["a", "b c", "d ef"]],
  [`"a\\"b\\c\\$d" 'x\\y'`, ['a"b\\c$d', "x\\y"]],
  ["a\\ b \\#c", ["a b", "#c"]],
  ["a # b\nc", ["a", "c"]],
  ["a#b", ["a#b"]],
  ["a\\\nb", ["ab"]],
  [`''`, [""]],
  [`a 'b`, null],
  [`a "b`, null],
  ["a \\", null],
  ["a;b && c", ["a;b", "&&", "c"]],
];

for (const [line, words] of SPLITS) {
  Deno.test(`shlexSplit ${JSON.stringify(line)}`, () => assert.deepEqual(shlexSplit(line), words));
}

Deno.test("what shlexJoin writes, shlexSplit reads back", () => {
  const words = ["it's", "$HOME", "a\\b", 'say "hi"', "^!x^", "é`ls`", "", "tab\there", "#no"];
  assert.deepEqual(shlexSplit(shlexJoin(words)), words);
});
