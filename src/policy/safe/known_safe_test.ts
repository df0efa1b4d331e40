import assert from "node:assert/strict";
import { BashGrammar } from "../shell/grammar.ts";
import { isKnownSafe, type SafetyFacts } from "./known_safe.ts";
import { powerShellCommands } from "./powershell.ts";

const LINUX: SafetyFacts = {
  grammar: await BashGrammar.load(),
  os: "linux",
  userShell: "/bin/sh",
  search: null,
};
const MAC: SafetyFacts = { ...LINUX, os: "darwin" };
const WINDOWS: SafetyFacts = { ...LINUX, os: "windows" };

const argv = (line: string): string[] => line.split(" ");

const ALWAYS = argv(
  "cat cd cut echo expr false grep head id ls nl paste pwd rev seq stat tail tr true uname uniq wc which whoami",
);

for (const name of ALWAYS) {
  Deno.test(`safe: ${name}`, () => {
    for (const form of [name, `/bin/${name}`, `/usr/bin/${name}`]) {
      assert.ok(isKnownSafe([form], LINUX) && isKnownSafe([form, "-x"], MAC), form);
    }
    // A file of that name in the workspace is somebody's program.
    assert.ok(!isKnownSafe([`./${name}`], LINUX) && !isKnownSafe([`/w/${name}`], LINUX));
  });
}

for (const name of ["numfmt", "tac"]) {
  Deno.test(`safe on Linux only: ${name}`, () => {
    assert.ok(isKnownSafe([name], LINUX) && !isKnownSafe([name], MAC));
  });
}

const SAFE: readonly string[] = [
  ...["base64 f", "base64 -d f", "find . -name x", "find . -name {}", "rg x", "rg -n x src"],
  ...[
    "rg -e z",
    "rg -tz x",
    "uniq -c f",
    "uniq",
    "uniq -c",
    "uniq -",
    "uniq -- f",
    "sed -n 1p",
    "sed -n 5p f",
    "sed -n 1,5p f",
  ],
  ...["git status", "git log --oneline -5", "git diff HEAD~1 -- f", "git show HEAD:f"],
  ...["git branch", "git branch --list", "git branch -l", "git branch --show-current"],
  ...["git branch -a", "git branch --all", "git branch -r", "git branch --remotes"],
  ...["git branch -v", "git branch -vv", "git branch --verbose", "git branch --format=%(x)"],
  ...["git --no-pager log", "git -P diff", "pwsh -Command ls", "pwsh -c pwd"],
  ...["powershell.exe -NoLogo -NoProfile get-content x", "/usr/bin/git status"],
];

const NOT_SAFE: readonly string[] = [
  ...["base64 -o f", "base64 -ofoo", "base64 --output f", "base64 --output=f", "base64 --outp=f"],
  ...["find . -exec x", "find . -execdir x", "find . -ok x", "find . -okdir x", "find . -delete"],
  ...["find . -fls f", "find . -fprint f", "find . -fprint0 f", "find . -fprintf f"],
  ...["rg -z x", "rg --search-zip x", "rg --pre p", "rg --pre=p", "rg --hostname-bin h"],
  ...["rg --hostname-bin=h", "rg -iz x", "rg -nz x", "uniq a b", "uniq -c a b"],
  ...[
    "base64 -Do f",
    "base64 -Dofoo",
    "base64 -do f",
    "uniq +x out",
    "uniq -- -x out",
    "uniq - out",
  ],
  ...["uniq -c -- a b", "uniq a -c", "uniq -f 1 a b"],
  ...["sed -n 1p a b", "sed 1p f", "sed -n p f", "sed -n 1,5d f", "sed -n 1p;w f", "sed -n 1p -i"],
  ...["sed -n 1p -ew", "sed -i 1p f", "sed -n", "sed"],
  ...["git", "git checkout status", "git push", "git -c a=b log", "git -ca=b log", "git log -c"],
  ...["git --config-env a=b log", "git --config-env=a=b log", "git log --output f"],
  ...["git log --output=f", "git diff --outp=f", "git diff --ext-diff", "git log --textconv"],
  ...["git log --exec x", "git log --exec=x", "git log --paginate", "git -p log"],
  ...["git --paginate log", "git -C x status", "git -Cx status", "git --exec-path=/d status"],
  ...["git --exec-path /d status", "git --git-dir=x log", "git --git-dir x log"],
  ...["git --work-tree=x status", "git --namespace=x log", "git --super-prefix=x status"],
  ...["git branch x", "git branch -d x", "git branch --list x", "git branch -m a b"],
  ...[
    "sort f",
    "xargs ls",
    "tee f",
    "env ls",
    "cargo check",
    "rm f",
    "bash",
    "bash -lc git status",
  ],
  ...["./bash -c ls", "/w/bash -c ls", "pwsh -EncodedCommand x", "pwsh -File x", "pwsh ls x y z;"],
  ...["pwsh -Command ls x", "pwsh -c set-content", "pwsh -c $x", "/w/pwsh -c ls", "pwsh"],
];

for (const line of SAFE) {
  Deno.test(`safe: ${line}`, () => assert.ok(isKnownSafe(argv(line), LINUX)));
}
for (const line of NOT_SAFE) {
  Deno.test(`not safe: ${line}`, () => assert.ok(!isKnownSafe(argv(line), LINUX)));
}

/** What is known of scripts when run under `untrusted`; the last of the first are stricter than before. */
const SAFE_SCRIPTS: readonly string[] = [
  ...["ls;", "ls\n\npwd", "ls || true && pwd", "ls &&\npwd", "cd .. && ls", 'echo ""'],
  ...["echo ~/x", "echo {a,b}", "ls -{a,l}", "ls *.txt", 'echo a="b c"', 'echo "a""b"'],
  ...["bash -lc ls", "bash -c 'ls | wc'", "rg foo src/*.ts", 'rg "a\\.b" .', "find src/* -name x"],
];
const NOT_SAFE_SCRIPTS: readonly string[] = [
  ...["", " ", "find . -{delete,print}", "find . -de\\lete", "find *", "rg x *", "rg x *.ts"],
  ...[
    "git diff *",
    "rg x ~/y",
    'sed -n "1p;w out" f',
    "l\\s",
    "bash -c 'ls > f'",
    "rg {x,--pre=y}",
  ],
  ...[
    "bash -c 'bash -c \"rm x\"'",
    'bash -c "echo \\$(x)"',
    "ls; make",
    "find . ${x}",
    "uniq a{b,c}",
    "uniq x*",
  ],
];

for (const script of SAFE_SCRIPTS) {
  Deno.test(`safe script: ${JSON.stringify(script)}`, () => {
    assert.ok(isKnownSafe(["bash", "-lc", script], LINUX));
    assert.ok(isKnownSafe(["/bin/sh", "-c", script], LINUX));
  });
}
for (const script of NOT_SAFE_SCRIPTS) {
  Deno.test(`not a safe script: ${JSON.stringify(script)}`, () => {
    assert.ok(!isKnownSafe(["bash", "-lc", script], LINUX));
  });
}

Deno.test("the user's shell counts wherever it is installed", () => {
  const command = ["/nix/store/x/bin/zsh", "-lc", "ls"];
  assert.ok(!isKnownSafe(command, LINUX));
  assert.ok(isKnownSafe(command, { ...LINUX, userShell: "/nix/store/x/bin/zsh" }));
});

Deno.test({
  name: "a name that leads into a folder which commands write to is somebody's program",
  ignore: Deno.build.os === "windows",
}, async () => {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "codex-path-" }));
  try {
    for (const folder of ["own/bin", "work/bin", "system"]) {
      await Deno.mkdir(`${root}/${folder}`, { recursive: true });
    }
    for (const file of ["own/bin/ls", "work/bin/ls", "work/bin/bash", "work/cat", "system/ls"]) {
      await Deno.writeTextFile(`${root}/${file}`, "");
    }
    const safe = (argv: string[], ...path: string[]) =>
      isKnownSafe(argv, {
        ...LINUX,
        search: {
          path: path.join(":"),
          cwd: `${root}/work`,
          session: `${root}/work`,
          writable: [`${root}/more`],
        },
      });
    const [own, work, system] = [`${root}/own/bin`, `${root}/work/bin`, `${root}/system`];
    assert.ok(safe(["ls"], own, system) && safe(["ls"], system, work));
    assert.ok(safe(["wc"], work, system) && safe(["/bin/ls"], work, system));
    assert.ok(!safe(["ls"], work, system));
    assert.ok(!safe(["bash", "-c", "cat x; ls"], system, "bin"));
    assert.ok(!safe(["bash", "-c", "wc x"], work), "the shell, too");
    assert.ok(safe(["sh", "-c", "wc x"], work));
    assert.ok(!safe(["cat"], "", system) && !safe(["cat"], system, "."), "relative ones");
    await Deno.mkdir(`${root}/more`);
    await Deno.rename(`${root}/work/cat`, `${root}/more/cat`);
    assert.ok(!safe(["cat"], `${root}/more`), "wherever they write");
    const search = { path: "/usr/bin", cwd: "/", session: "/", writable: [] };
    assert.ok(isKnownSafe(["ls"], { ...LINUX, search }), "the system's stay the system's");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("scripts within scripts end somewhere", () => {
  const nested = (depth: number): string =>
    depth === 0 ? "ls" : `bash -c "${nested(depth - 1).replaceAll(/[\\"]/g, "\\$&")}"`;
  assert.ok(isKnownSafe(["bash", "-c", nested(2)], LINUX));
  assert.ok(!isKnownSafe(["bash", "-c", nested(10)], LINUX));
});

const POWERSHELL: readonly (readonly [string, boolean])[] = [
  ["Get-ChildItem -Force | Select-Object Name", true],
  ["dir; pwd", true],
  ["echo 'it''s' && type x.txt", true],
  ["Select-String -Pattern 'a b' -Path *.cs", true],
  ["git status", true],
  ["git cat-file -p HEAD", true],
  ["rg x", true],
  ["git -c a=b log", false],
  ["git log --output=x", false],
  ["git push", false],
  ["rg --pre x y", false],
  ["echo x > f", false],
  ["echo x; Remove-Item f", false],
  ["Get-Content x | Set-Content y", false],
  ["echo $env:X", false],
  ['echo "$x"', false],
  ["echo (Get-Date)", false],
  ["& calc", false],
  ["ls; ", false],
  ["echo @(1)", false],
  ["ls\nRemove-Item f", false],
  ["ls { x }", false],
  ["echo 'a", false],
  ["iex x", false],
];

for (const [script, safe] of POWERSHELL) {
  Deno.test(`PowerShell ${safe ? "safe" : "not safe"}: ${JSON.stringify(script)}`, () => {
    assert.equal(isKnownSafe(["pwsh", "-NoProfile", "-Command", script], LINUX), safe);
    const path = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";
    assert.equal(isKnownSafe([path, `-Command:${script}`], WINDOWS), safe);
  });
}

Deno.test("PowerShell of Windows counts where Windows keeps its programs", () => {
  const safe = (program: string) => isKnownSafe([program, "-Command", "ls"], WINDOWS);
  for (
    const program of [
      "pwsh",
      "C:\\Program Files\\PowerShell\\7\\pwsh.exe",
      "c:\\windows\\system32\\WindowsPowerShell\\v1.0\\PowerShell.exe",
      "C:\\Users\\me\\AppData\\Local\\Microsoft\\WindowsApps\\pwsh.exe",
    ]
  ) assert.ok(safe(program), program);
  for (
    const program of [
      "C:\\w\\pwsh.exe",
      ".\\pwsh.exe",
      "C:\\Windows\\..\\w\\pwsh.exe",
      "C:\\Users\\me\\pwsh.exe",
    ]
  ) assert.ok(!safe(program), program);
});

Deno.test("PowerShell scripts are split at separators, lines too", () => {
  assert.deepEqual(powerShellCommands("a 'b c' | d \"e\"\nf -g:h"), [
    ["a", "b c"],
    ["d", "e"],
    ["f", "-g:h"],
  ]);
  assert.equal(powerShellCommands("a'b'"), null);
});
