import assert from "node:assert/strict";
import { BashGrammar } from "../shell/grammar.ts";
import { commandsWithin, hasDangerousPart, isDangerous } from "./dangerous.ts";
import { holdsUrl, isDangerousOnWindows } from "./windows.ts";

const grammar = await BashGrammar.load();

const DANGEROUS: readonly string[] = [
  ...["rm -f x", "rm -rf x", "rm -fr x", "rm -r -f x", "rm -Rf x", "/bin/rm -rf x", "rm x -rf"],
  ...["rm --force x", "rm --fo x", "rm -rvf x", "\\rm -rf x", "r''m -rf x", "'rm' -rf x"],
  ...["rm $'-rf' x", "sudo rm -rf x", "sudo -n -u me rm -rf x", "sudo A=1 rm -rf x"],
  ...["sudo sudo rm -f x", "doas rm -rf x", "env rm -rf x", "env -i A=1 rm -rf x"],
  ...["env -iS 'rm -rf x'", "env -v0Srm -f x", "env --split 'rm -f x'", "env --s='rm -f x'"],
  ...["env A=1 -S 'B=2 rm -rf x'", "env -S 'env -S \"rm -rf x\"'"],
  ...["env -S 'rm -rf x'", "env '-Srm -rf x'", "env -u A rm -f x", "command rm -rf x"],
  ...["builtin command rm -f x", "exec rm -rf x", "exec -a y rm -rf x", "nohup rm -rf x &"],
  ...["nice -n 5 rm -rf x", "timeout -k 1 5 rm -rf x", "time rm -rf x", "setsid rm -rf x"],
  ...["stdbuf -o L rm -rf x", "coproc rm -rf x", "xargs rm -f", "ls | xargs -n 1 rm -rf"],
  ...["find . -exec rm -rf {} +", "find . -name x -ok rm -f {} \\;"],
  ...[
    "find . -exec ls {} + -exec rm -f {} \\;",
    "- rm -f x",
    "noglob rm -rf x",
    "nocorrect rm -f x",
  ],
  ...["busybox rm -rf x"],
  ...["eval rm -rf x", "eval 'rm -rf x'", "trap 'rm -rf x' EXIT", "trap -- 'rm -f x' 0"],
  ...["bash -c 'rm -rf x'", "bash -lc 'ls; rm -rf x'", "sh -ec 'rm -f x'", "zsh -o y -c 'rm -f x'"],
  ...["bash <<EOF\nrm -rf x\nEOF", "bash <<< 'rm -rf x'", "bash -s <<EOF\nrm -rf x\nEOF"],
  ...["ls > f; rm -rf x", "rm -rf x > /dev/null 2>&1", "A=1 rm -rf x", "(rm -rf x)"],
  ...["{ rm -rf x; }", "! rm -rf x", "if true; then rm -rf x; fi", "f() { rm -rf x; }; f"],
  ...["for i in *; do rm -rf $i; done", "while y; do rm -f x; done", "case a in a) rm -f x;; esac"],
  ...["echo $(rm -rf x)", "echo `rm -rf x`", "cat <(rm -rf x)", "cat <<EOF\n$(rm -rf x)\nEOF"],
  ...["ls && rm -rf x || pwd", "ls | rm -rf x", 'rm -rf "$x"', "if ( rm -rf x"],
  `bash -c "bash -c 'rm -rf x'"`,
  // What the grammar reads otherwise than bash, or not at all.
  ...[
    "cat\n\\\n rm -rf x",
    "[[ $ ]]; rm -rf x",
    "((rm -f x)|rm -f y)",
    "[[ $ ]]\nA=1 rm -f x <<-E\nE",
  ],
  ...["{rm,-rf,x}", "rm -{r,f} x", "rm {-f,x}", "RM -rf x", "/bin/RM -rf x", "SUDO rm -f x"],
  ...[
    "$'\\x72m' -rf x",
    "rm $'-\\146' x",
    "rm $'\\u002df' x",
    '$"rm" -rf x',
    "{sudo,rm} -{v,f}",
    "rm -f? x",
    "rm -[r]f x",
  ],
  ...["chrt -b 0 rm -rf x", "fakeroot -- rm -f x", "ltrace -o f rm -f x", "nsenter -t 1 rm -f x"],
  ...["runuser -u me -- rm -rf x", "dbus-run-session rm -f x"],
  ...["watch rm -rf x", "watch -n 1 'rm -rf x'", "su -c 'rm -rf x'", "su me -c 'rm -f x'"],
  ...["script -qc 'rm -rf x' f", "flock f rm -rf x", "flock f -c 'rm -f x'", "strace -o f rm -f x"],
  ...["taskset 1 rm -f x", "unshare -r rm -rf x", "parallel rm -rf", "caffeinate -i rm -rf x"],
  ...[
    "systemd-run --user rm -rf x",
    "dash -c 'rm -rf x'",
    "fish -c 'rm -rf x'",
    "busybox ash -c 'rm -f x'",
  ],
  "(".repeat(600) + "rm -rf x" + ")".repeat(600),
];

const NOT_DANGEROUS: readonly string[] = [
  ...["rm x", "rm -r x", "rm -i x", "rm -- -f", "rm --verbose x", "rmdir x", "echo rm -rf x"],
  ...["sudo ls", "env A=1 ls -f", "xargs grep rm", "bash -c 'ls'"],
  ...["cat <<EOF\nrm -rf x\nEOF", "find . -name rm -print", "git rm -f x", "trap - EXIT"],
  ...["command -v ls", "tail -f x", "grep -rf x", "# rm -rf x", "echo 'a; rm -rf x'", "bash x.sh"],
  ...[
    "$x -rf y",
    "timeout 5 ls",
    "rm {a,f}",
    "rm x$'-f'",
    "{echo,rm} -f x",
    "eval",
    "trap",
    "sudo",
    "env",
    "",
  ],
];

for (const script of DANGEROUS) {
  Deno.test(`dangerous: ${JSON.stringify(script)}`, () => {
    assert.ok(hasDangerousPart(script, grammar));
  });
}
for (const script of NOT_DANGEROUS) {
  Deno.test(`not dangerous: ${JSON.stringify(script)}`, () => {
    assert.ok(!hasDangerousPart(script, grammar));
  });
}

Deno.test("what is made to take long is looked through all the same", () => {
  const scripts = [
    "find . " + "-exec find ".repeat(10_000),
    "sudo ".repeat(20_000),
    "((" + "{a,b}".repeat(10_000),
    "eval '".repeat(10_000),
    "$(".repeat(20_000),
    "[[ $ ]]\n" + "cat <<E\nx\n".repeat(10_000),
    "[[ $ ]]\ncat <<E\n" + "$(".repeat(20_000) + "\nE",
    "\n\\\n".repeat(20_000),
  ];
  for (const script of scripts) {
    assert.ok(!hasDangerousPart(script, grammar));
    assert.ok(hasDangerousPart(`rm -f x; ${script}`, grammar), script.slice(0, 20));
  }
});

Deno.test("every word is looked at once a level, whatever the wrappers", () => {
  for (const wrapper of ["env -S", "env -iS", "eval", "watch", "sudo", "flock f", "xargs"]) {
    const words = `${wrapper} `.repeat(200).split(" ").slice(0, -1);
    const found = [...commandsWithin({ words: [...words, "a b"], input: null }, grammar)];
    assert.ok(found.length <= 20, `${wrapper}: ${found.length}`);
  }
});

Deno.test("commands within commands are followed eight deep", () => {
  const deep = (depth: number) => [...Array<string>(depth).fill("sudo"), "rm", "-f", "x"];
  assert.ok(isDangerous({ words: deep(8), input: null }, grammar));
  assert.ok(!isDangerous({ words: deep(9), input: null }, grammar));
});

const URL_WORD = "https://example.com/a";

const ON_WINDOWS: readonly (readonly string[])[] = [
  ["powershell", "-Command", `Start-Process ${URL_WORD}`],
  ["powershell.exe", "-NoProfile", "-c", `start '${URL_WORD}'`],
  ["pwsh", "/Command", `saps ${URL_WORD}`],
  ["C:\\x\\PWSH.EXE", `-Command:Invoke-Item "${URL_WORD}"`],
  ["pwsh", "-c", `ii ${URL_WORD}`],
  ["pwsh", "-c", `(New-Object -ComObject Shell.Application).ShellExecute('${URL_WORD}')`],
  ["pwsh", "-c", `rundll32 url.dll,FileProtocolHandler ${URL_WORD}`],
  ["pwsh", "-c", `mshta ${URL_WORD}`],
  ["pwsh", "-c", `msedge.exe ${URL_WORD}`],
  ["pwsh", "explorer", URL_WORD],
  ["pwsh", "-c", "Remove-Item x -Force"],
  ["pwsh", "-c", "ri -Force:$true x"],
  ["pwsh", "-c", "ls; rm -Recurse -Force x"],
  ["pwsh", "-c", "if (1) {Remove-Item x -force}"],
  ["cmd", "/c", "start", URL_WORD],
  ["cmd.exe", "/D", "/C", `start ${URL_WORD}`],
  ["cmd", "/r", "del /f x"],
  ["cmd", "/c", "dir&erase /F x"],
  ["cmd", "/c", "echo a && rd /s /q x"],
  ["cmd", "-c", "rmdir", "/Q", "/S", "x"],
  ["cmd", "/c", "dir||del", "/f", "x"],
  ["explorer.exe", URL_WORD],
  ["mshta", URL_WORD],
  ["firefox", URL_WORD],
  ["C:\\Chrome\\chrome.exe", `"${URL_WORD}"`],
  ["rundll32.exe", "url.dll,FileProtocolHandler", URL_WORD],
];

const NOT_ON_WINDOWS: readonly (readonly string[])[] = [
  ["pwsh", "-c", "Get-ChildItem -Force; Remove-Item x"],
  ["pwsh", "-c", "Remove-Item x"],
  ["pwsh", "-c", "Start-Process notepad"],
  ["pwsh", "-c", `echo ${URL_WORD}`],
  ["pwsh", "-c", "ls", "-Force"],
  ["pwsh", "-NoProfile"],
  ["cmd", "/c", "echo del /f"],
  ["cmd", "/c", "del x"],
  ["cmd", "/c", "rd /s x"],
  ["cmd", "/c", "start notepad"],
  ["cmd", "x", "/c", "del /f x"],
  ["cmd"],
  ["explorer", "."],
  ["rundll32", "shell32.dll", URL_WORD],
  ["curl", URL_WORD],
  [],
];

for (const argv of ON_WINDOWS) {
  Deno.test(`dangerous on Windows: ${argv.join(" ")}`, () => assert.ok(isDangerousOnWindows(argv)));
}
for (const argv of NOT_ON_WINDOWS) {
  Deno.test(`not dangerous on Windows: ${argv.join(" ") || "nothing"}`, () => {
    assert.ok(!isDangerousOnWindows(argv));
  });
}

Deno.test("an address is found within a word, and only http ones", () => {
  assert.ok(holdsUrl(`("${URL_WORD}");`) && holdsUrl("x=http://h"));
  assert.ok(!holdsUrl("ftp://h") && !holdsUrl("https://") && !holdsUrl("example.com"));
});
