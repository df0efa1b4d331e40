import assert from "node:assert/strict";
import { BashGrammar } from "./grammar.ts";
import { plainCommands } from "./plain.ts";
import { soleCommand } from "./prefix.ts";
import { isPosixShell, shellScript } from "./wrapper.ts";

const grammar = await BashGrammar.load();

function plain(script: string): string[][] | null {
  const tree = grammar.parse(script);
  const commands = tree === null ? null : plainCommands(script, tree);
  return commands?.map((words) => words.map(({ text }) => text)) ?? null;
}

const PLAIN: readonly (readonly [string, string[][]])[] = [
  ["ls && pwd; echo 'hi there' | wc -l", [["ls"], ["pwd"], ["echo", "hi there"], ["wc", "-l"]]],
  [`rg -n "foo" -g"*.py"`, [["rg", "-n", "foo", "-g*.py"]]],
  [`echo "/usr"'/'"local"/bin`, [["echo", "/usr/local/bin"]]],
  ['git commit -m "a\nb"', [["git", "commit", "-m", "a\nb"]]],
  ["ls;", [["ls"]]],
  ["ls\n\npwd", [["ls"], ["pwd"]]],
  ["ls || true && pwd", [["ls"], ["true"], ["pwd"]]],
  ["ls &&\npwd", [["ls"], ["pwd"]]],
  ['echo ""', [["echo", ""]]],
  ["echo ~/x *.c", [["echo", "~/x", "*.c"]]],
  ["echo {a,b} -{a,l}", [["echo", "{a,b}", "-{a,l}"]]],
  ['echo a="b c"', [["echo", "a=b c"]]],
  ["find . -de\\lete", [["find", ".", "-de\\lete"]]],
  ["sed -n 1,5p f", [["sed", "-n", "1,5p", "f"]]],
  ["ls -l \\\n  -a |\\\n wc", [["ls", "-l", "-a"], ["wc"]]],
  ["git commit -m \"a\u00a0b\r\" -m 'c\u2028'", [[
    "git",
    "commit",
    "-m",
    "a\u00a0b\r",
    "-m",
    "c\u2028",
  ]]],
  ["echo {a,b}{} é 日本", [["echo", "{a,b}{}", "é", "日本"]]],
  ["", []],
  [" \n\t ", []],
];

for (const [script, commands] of PLAIN) {
  Deno.test(`plain: ${JSON.stringify(script)}`, () => assert.deepEqual(plain(script), commands));
}

const NOT_PLAIN: readonly string[] = [
  ...["ls &&", "&& ls", "ls ;; pwd", "ls | | wc", "ls > f", "cat < f", "ls 2>&1", "ls & pwd"],
  ...["ls |& cat", "! ls", "{ ls; }", "(ls)", "FOO=1 ls", "FOO=1", "ls # c", "# c\nls", "'ls'"],
  ...['"ls" -l', "l's'", "echo $HOME", "echo $'a'", 'echo $"a"', "echo `x`", 'echo "`x`"'],
  ...["echo a{1..3}", "[ -f x ]", "[[ -f x ]]", "export A=1", "cat <<EOF\nx\nEOF", "cat <<< hi"],
  ...["echo !(a)", 'echo "$HOME"', "echo $(x)", "echo $((1))", "echo $[1]", "if x; then y; fi"],
  ...["for i in a; do ls; done", "f() { ls; }", "function f { ls; }", "case a in b) ls;; esac"],
  ...["while x; do y; done", "echo <(ls)", "ls >(cat)", "ls &>f", "ls\r\npwd", "ls\u00a0-l"],
  ...[
    "echo a\0b",
    "coproc ls",
    "time ls",
    "ls \\",
    'echo "a',
    "echo 'a",
    "unset A",
    "declare -x A=1",
  ],
  // A line end that the grammar passes over; to bash these are two commands.
  ...["cat\n\\\n rm x", "cat a\n\n\\\nrm x", "ls {a,b}\n\\\n rm", "git log '!'\n\\\n rm x"],
  // To zsh these are two commands, or a command and how to run it.
  ...["cat a}\\\n rm x", "cat }", "- rm x", "repeat 3 rm", "nocorrect rm x"],
  // White space to some shell, or a part of a letter that is.
  ...[
    "find . à-delete",
    "find .\u00a0-delete",
    "ls\u2003x",
    "ls\fx",
    "ls\vx",
    "ls\rx",
    "ls \ufeff",
  ],
  ...["echo '\x01'", "echo \x7f"],
];

for (const script of NOT_PLAIN) {
  Deno.test(`not plain: ${JSON.stringify(script)}`, () => {
    assert.equal(plain(script), null);
  });
}

const SOLE: readonly (readonly [string, readonly string[] | null])[] = [
  ["python3 <<'PY'\nprint(1)\nPY", ["python3"]],
  ["echo hello > out", ["echo", "hello"]],
  ["FOO=1 ls -l", ["ls", "-l"]],
  ["ls # c", ["ls"]],
  ["cat <<< hi", ["cat"]],
  ["ls 2>&1", ["ls"]],
  ["echo x > f && cat f", null],
  ['python3 <<< "$(rm -rf /)"', null],
  ["python3 <<EOF\n$(rm -rf /)\nEOF", null],
  ["echo $((1<<2))", null],
  ["echo 'a' > f", null],
  ["echo $HOME > f", null],
  ["ls >", null],
];

for (const [script, words] of SOLE) {
  Deno.test(`sole command: ${JSON.stringify(script)}`, () => {
    const tree = grammar.parse(script);
    assert.ok(tree !== null);
    assert.deepEqual(soleCommand(tree), words);
  });
}

Deno.test("a word is exact only where no shell could make another of it", () => {
  const script = `echo a\\ b "c\\"d\\e" 'f$' {} {g,h} *.i src/*.j ~/k x"l"'m' =n`;
  const tree = grammar.parse(script);
  assert.ok(tree !== null);
  const [words = []] = plainCommands(script, tree) ?? [];
  assert.deepEqual(words.slice(1).map(({ exact, prefix }) => exact ?? `? ${prefix}`), [
    "a b",
    'c"d\\e',
    "f$",
    "{}",
    "? ",
    "? ",
    "? src/",
    "? ",
    "xlm",
    "? ",
  ]);
});

Deno.test("a script too large or too deep is not looked into", () => {
  assert.equal(grammar.parse("ls ".repeat(100_000)), null);
  assert.equal(grammar.parse("(".repeat(2_000) + "ls" + ")".repeat(2_000)), null);
  assert.deepEqual(plain("ls"), [["ls"]]);
});

Deno.test("a wrapper is a shell, a flag and a script", () => {
  const shells = ["bash", "zsh", "sh", "/bin/bash", "/opt/x/zsh", "bash.exe", "C:\\Git\\bash.exe"];
  assert.deepEqual(shells.filter((shell) => !isPosixShell(shell)), []);
  const others = ["fish", "mybash", "/bin/dash", "bash-5", ""];
  assert.deepEqual(others.filter((shell) => isPosixShell(shell)), []);
  assert.equal(shellScript(["bash", "-lc", "git", "status"]), null);
  assert.equal(shellScript(["bash", "-lic", "ls"]), null);
  assert.equal(shellScript(["bash", "ls"]), null);
  assert.deepEqual(shellScript(["sh", "-c", "ls"]), { shell: "sh", flag: "-c", script: "ls" });
});
