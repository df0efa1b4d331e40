import assert from "node:assert/strict";
import type { ParsedCommand } from "../../protocol/mod.ts";
import { BashGrammar } from "../shell/grammar.ts";
import { parseCommand } from "./parse_command.ts";

const grammar = await BashGrammar.load();

/** `read name path`, `list path`, `search query path`, `unknown`, each with ` = cmd`. */
function show(one: ParsedCommand): string {
  switch (one.type) {
    case "read":
      return `read ${one.name} ${one.path} = ${one.cmd}`;
    case "list_files":
      return `list ${one.path} = ${one.cmd}`;
    case "search":
      return `search ${one.query} ${one.path} = ${one.cmd}`;
    case "unknown":
      return `unknown = ${one.cmd}`;
  }
}

const SCRIPTS: readonly (readonly [string, ...string[]])[] = [
  ["cd foo && cat foo.txt", "read foo.txt foo/foo.txt = cat foo.txt"],
  ["cd /a && cd b && cat c", "read c /a/b/c = cat c"],
  ["cd a && cat /x/y.c", "read y.c /x/y.c = cat /x/y.c"],
  ["rg --files | head -n 50", "list null = rg --files"],
  ["rg --files src/app", "list app = rg --files src/app"],
  ["ls --time-style=long-iso ./dist", "list . = ls '--time-style=long-iso' ./dist"],
  ["ls -la", "list null = ls -la"],
  ["ls -I x a/b/", "list b = ls -I x a/b/"],
  ["tree -L 2 src/web", "list web = tree -L 2 src/web"],
  ["du -d 1 x", "list x = du -d 1 x"],
  ["eza --sort size x", "list x = eza --sort size x"],
  ["git status | wc -l", "unknown = git status"],
  ["git ls-files --exclude x src/a", "list a = git ls-files --exclude x src/a"],
  ["git grep -n foo lib", "search foo lib = git grep -n foo lib"],
  [
    "cat tui/Cargo.toml | sed -n '1,200p'",
    "read Cargo.toml tui/Cargo.toml = cat tui/Cargo.toml | sed -n '1,200p'",
  ],
  ["sed -n '1,200p' a/b.rs", "read b.rs a/b.rs = sed -n '1,200p' a/b.rs"],
  ["sed -n -e 5p f", "read f f = sed -n -e 5p f"],
  ["head -n 5 f", "read f f = head -n 5 f"],
  ["head -n5 f", "read f f = head -n5 f"],
  ["tail -n +5 f", "read f f = tail -n +5 f"],
  ["tail f", "read f f = tail f"],
  ["bat --theme x f", "read f f = bat --theme x f"],
  ["less -p x f", "read f f = less -p x f"],
  ["nl -b a f", "read f f = nl -b a f"],
  ["awk '{print}' f", "read f f = awk '{print}' f"],
  ["awk -f p.awk f", "read f f = awk -f p.awk f"],
  ["cat a b", "unknown = cat a b"],
  ["rg -n 'a b' src/x | sort | uniq", "search a b x = rg -n 'a b' src/x"],
  ["rg -g '*.ts' foo", "search foo null = rg -g '*.ts' foo"],
  ["grep -rn -e a -C 2 src/x", "search a x = grep -rn -e a -C 2 src/x"],
  ["grep foo lib/node_modules", "search foo lib = grep foo lib/node_modules"],
  ["ag -G x foo bar", "search foo bar = ag -G x foo bar"],
  ["fd src/", "list src = fd src/"],
  ["fd main", "search main null = fd main"],
  ["fd -t f main a/b", "search main b = fd -t f main a/b"],
  ["find . -name '*.ts'", "search *.ts . = find . -name '*.ts'"],
  ["find src -type f", "list src = find src -type f"],
  ["python3 -c 'import os; os.walk(1)'", "list null = python3 -c 'import os; os.walk(1)'"],
  ["python -c 'print(1)'", "unknown = python -c 'print(1)'"],
  ["echo hi && rg x", "search x null = rg x"],
  ["rg x && true", "search x null = rg x"],
  ["rg x | nl -ba", "search x null = rg x"],
  ["ls && ls", "list null = ls"],
  ["ls && pwd", "list null = ls", "unknown = pwd"],
  ["rg -l x | xargs sed -i s/x/y/", "search x null = rg -l x", "unknown = xargs sed -i s/x/y/"],
  ["rg -l x | xargs wc", "search x null = rg -l x"],
  ["wc -l", "unknown = wc -l"],
  // A folder that nothing is done in.
  ["cd x"],
  ["cd x && cd y"],
  ["true && true"],
  ["true", "unknown = true"],
  ['foo "a=b" | wc -l', "unknown = foo 'a=b'"],
  ["grep -e a -e b src/x", "search a x = grep -e a -e b src/x"],
  ["find -name x", "search x x = find -name x"],
  ["cat   f", "read f f = cat f"],
  ["for i in a; do cat $i; done", "unknown = for i in a; do cat $i; done"],
  ["cat f > g", "unknown = cat f > g"],
  ["", "unknown = "],
];

for (const [script, ...shown] of SCRIPTS) {
  Deno.test(`shown: ${JSON.stringify(script)}`, () => {
    assert.deepEqual(parseCommand(["/bin/bash", "-lc", script], grammar).map(show), shown);
  });
}

const WORDS: readonly (readonly [readonly string[], ...string[]])[] = [
  [["cat", "a b"], "read a b a b = cat 'a b'"],
  [["yes", "|", "rm", "x"], "unknown = rm x"],
  [["cd", "a", "&&", "cat", "b"], "read b a/b = cat b"],
  [["pwsh", "-NoProfile", "-Command", "Get-Content x"], "unknown = Get-Content x"],
];

for (const [words, ...shown] of WORDS) {
  Deno.test(`shown: ${words.join(" ")}`, () => {
    assert.deepEqual(parseCommand(words, grammar).map(show), shown);
  });
}
