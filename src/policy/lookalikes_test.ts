import assert from "node:assert/strict";
import { CommandPolicy } from "./command_policy.ts";
import { Rules } from "./rules/rules.ts";
import { NO_RULES, type RuleSet } from "./types.ts";

const policy = new CommandPolicy({ os: "linux", userShell: "/bin/bash" });

const decide = (argv: readonly string[], rules: RuleSet = NO_RULES) =>
  policy.decide({
    argv,
    approvalPolicy: "untrusted",
    sandboxPolicy: { type: "danger-full-access" },
    permissions: "use_default",
    prefixRule: null,
    rules,
    search: null,
  });

/** Scripts that look as if they only read, by the way in which they do more. */
const LOOKALIKES: Readonly<Record<string, readonly string[]>> = {
  "git that starts programs": [
    "git -c alias.x='!touch q' x",
    "git -c core.pager='touch q' log",
    "git -ccore.fsmonitor=./x status",
    "git --config-env=core.pager=X log",
    "git grep -O'touch q' x",
    "git grep --open-files-in-pager=./x y",
    "git -p log",
    "git --exec-path=. status",
    "git --git-dir=evil status",
    "git --work-tree=/ status",
    "git -C evil status",
    "git diff --ext-diff",
    "git show --textconv HEAD",
    "git log --paginate",
    "git difftool -x ./x",
    "git bisect run ./x",
    "git submodule foreach ./x",
    "git rebase --exec ./x",
    "git x",
  ],
  "git that writes": [
    "git log --output=q",
    "git diff --output q",
    "git show --outpu=q",
    "git branch q",
    "git branch -D q",
    "git branch --format=x q",
    "git branch --edit-description",
    "git status; git commit -m x",
  ],
  "ripgrep that starts programs": [
    "rg --pre ./x y",
    "rg --pre=./x y",
    "rg --hostname-bin=./x y",
    "rg --hostname-bin ./x y",
    "rg -z x",
    "rg -niz x",
    "rg --search-zip x",
    "rg x --pre ./y",
  ],
  "find that does more than find": [
    "find . -exec touch q ;",
    "find . -execdir ./x {} +",
    "find . -ok rm {} \\;",
    "find . -okdir rm {} \\;",
    "find . -delete",
    "find . -fprint q",
    "find . -fprint0 q",
    "find . -fprintf q x",
    "find . -fls q",
    "find . -de\\lete",
    "find . '-delete'",
    "find . -{delete,print}",
    "find . -name x -o -del'ete'",
    "find *",
  ],
  "sed that does more than print": [
    "sed -n 1p -i f",
    "sed -n 1p --in-place",
    "sed -n '1p;w q' f",
    "sed -n '1e touch q' f",
    "sed -n '1p\nw q' f",
    "sed -n 1,5w f",
    "sed -n -e 1p -e 'w q'",
    "sed -n 1p -f x",
    "sed -i 1p f",
    "sed s/a/b/e f",
    "sed -n {1p,-i} f",
  ],
  "filters that write": [
    "sort -o q f",
    "sort --compress-program=./x f",
    "base64 -o q f",
    "base64 -Doq",
    "base64 --output=q f",
    "uniq f q",
    "uniq -- -f q",
    "tee q",
    "dd of=q",
    "yes | head -1 | tee q",
    "tail -f x > q",
  ],
  "programs that run others": [
    "xargs ls",
    "env ls",
    "env A=1 ls",
    "command ls",
    "builtin echo x",
    "exec ls",
    "eval ls",
    "nohup ls",
    "time ls",
    "coproc ls",
    "sudo ls",
    "nice ls",
    "timeout 5 ls",
    "busybox ls",
    "awk 'BEGIN { system(\"touch q\") }'",
    "perl -e 1",
    "python3 -c 1",
    "watch ls",
    "trap ls EXIT",
    "source f",
    ". f",
    "printf -v PATH .",
    "test -v 'a[$(touch q)]'",
    "alias ls=rm",
    "hash -p ./x ls",
    "enable -n echo",
    "set -x",
    "read x",
    "mapfile -C ./x",
    "compgen -C ./x",
  ],
  "what a shell makes more of": [
    "! ls",
    "ls & touch q",
    "ls |& touch q",
    "ls <> q",
    "ls > q",
    "ls 2>q",
    "ls >| q",
    "ls &> q",
    "cat < q",
    "cat <<< $(touch q)",
    "cat <<E\n$(touch q)\nE",
    "cat <(touch q)",
    "ls >(touch q)",
    "echo $(touch q)",
    "echo `touch q`",
    'echo "$(touch q)"',
    "echo $((a[$(touch q)]))",
    "echo $[a[$(touch q)]]",
    "[[ -v a[$(touch q)] ]]",
    "(( a[$(touch q)] ))",
    "echo ${x:-$(touch q)}",
    "echo ${x@P}",
    "echo $'\\x41'",
    'echo $"x"',
    "ls() { touch q; }; ls",
    "function ls { touch q; }",
    "for i in 1; do touch q; done",
    "case a in a) touch q;; esac",
    "{ touch q; }",
    "(touch q)",
    "ls # x",
    "ls; # x\ntouch q",
    "cat\n\\\n touch q",
    "echo a}\\\n touch q",
    "ls\rtouch q",
    "ls\0touch q",
  ],
  "variables that change what runs": [
    "PATH=. ls",
    "LD_PRELOAD=./x.so ls",
    "BASH_ENV=./x bash -c ls",
    "GIT_EXTERNAL_DIFF=./x git diff",
    "GIT_PAGER=./x git log",
    "IFS=x ls",
    "A=1; ls",
    "PATH+=:. ls",
    "export PATH=.",
    "declare -x PATH=.",
    "readonly PATH=.",
  ],
  "names that are not what they seem": [
    "./ls",
    "/tmp/ls",
    "bin/ls",
    "../ls",
    "~/ls",
    "/usr/bin/../../tmp/ls",
    "/bin//../tmp/ls",
    "\\ls",
    "l\\s",
    "'ls'",
    '"ls"',
    "l''s",
    "$ls",
    "LS",
    "ls\u200b",
    "ｌｓ",
    "lѕ",
    "ls\u00a0-l",
    "find\u2003. -delete",
    "ls\u3000x",
    "%1",
    "{ls,x}",
    "l?",
    "[l]s",
    "-",
    "=ls",
  ],
  "scripts within scripts": [
    "bash -c 'touch q'",
    "sh -c 'ls > q'",
    "bash -lc ls -x",
    "bash -c ls x",
    "bash -ic ls",
    "bash f",
    "bash",
    "bash --rcfile f -c ls",
    "./bash -c ls",
    "bash -c 'bash -c \"touch q\"'",
    "ssh host ls",
    "docker exec x ls",
  ],
};

for (const [what, scripts] of Object.entries(LOOKALIKES)) {
  Deno.test(`${what}: asked about`, async () => {
    for (const script of scripts) {
      for (const shell of ["bash", "/bin/sh", "zsh"]) {
        const { type } = await decide([shell, "-lc", script]);
        assert.equal(type, "needs_approval", JSON.stringify(script));
      }
    }
  });
}

/** Not by a shell: argument by argument. */
const WORDS: readonly (readonly string[])[] = [
  ["powershell", "-EncodedCommand", "bABzAA=="],
  ["pwsh", "-ec", "bABzAA=="],
  ["pwsh", "-enc", "bABzAA=="],
  ["pwsh", "-File", "x.ps1"],
  ["pwsh", "-Command", "ls; rm x"],
  ["pwsh", "-Command", "ls | iex"],
  ["pwsh", "-Command", "Get-Content x > q"],
  ["pwsh", "-Command", "echo $(rm x)"],
  ["pwsh", "-Command", "& './ls'"],
  ["pwsh", "-Command", ". ./ls"],
  ["pwsh", "-Command", "ls `\nrm x"],
  ["pwsh", "-Command", "ls\u2028rm x"],
  ["pwsh", "-Command", "echo \u201cx\u201d; ls"],
  ["pwsh", "-Command", "git --output=q log"],
  ["pwsh", "-Command", "git \u2014output=q log"],
  ["pwsh", "-Command", "select-object -first 1 | remove-item"],
  ["pwsh", "-Command", "(remove-item x)"],
  ["pwsh", "-WorkingDirectory", "x", "-c", "ls"],
  ["cmd", "/c", "dir & del x"],
  ["cmd", "/c", "dir"],
  ["cmd.exe", "/c", "type x"],
  ["bash", "-lc", "git", "status"],
  ["bash", "-x", "-c", "ls"],
  ["fish", "-c", "ls"],
  ["./ls"],
  ["git", "log", "--output=q"],
  ["find", ".", "-delete"],
  ["sed", "-n", "1p", "-i"],
  ["sed", "-n", "1p;w q", "f"],
  ["env", "ls"],
  ["", "ls"],
  [],
];

Deno.test("lookalikes without a shell: asked about", async () => {
  for (const argv of WORDS) {
    assert.equal((await decide(argv)).type, "needs_approval", argv.join(" "));
  }
});

const ALLOWED = new Rules(
  ["echo", "ls", "cat", "git", "find", "bash", "env"].map((program) => ({
    program,
    rest: [],
    decision: "allow",
    justification: null,
  })),
);

/** What stands beside an allowed command is not allowed with it. */
const BESIDE: readonly string[] = [
  ...["echo x && touch q", "echo x; touch q", "echo x | tee q", "echo x || touch q", "touch q; ls"],
  ...["echo x\ntouch q", "echo\n\\\n touch q", "echo x & touch q", "echo x |& tee q", "echo x > q"],
  ...["echo x >> q", "echo x >| q", "echo x 2> q", "ls <> q", "cat < q", "echo $(touch q)"],
  ...["echo `touch q`", 'echo "$(touch q)"', "cat <(touch q)", "cat <<E\n$(touch q)\nE"],
  ...["cat <<< $(touch q)", "PATH=. ls", "LD_PRELOAD=./x ls", "A=1; ls", "echo ${x:=y}", "echo $x"],
  ...["! ls", "time ls", "(ls)", "{ ls; }", "ls() { touch q; }; ls", "for i in 1; do ls; done"],
  ...["if ls; then ls; fi", "ls # x", "echo $((a[$(touch q)]))", "'ls'", "l\\s", "./ls", "/tmp/ls"],
  ...["ls\u00a0x", "echo à", "coproc ls", "[[ -v a[$(ls)] ]]", "echo x &&", "ls;;", "ls 'x"],
];

Deno.test("an allow rule takes nothing out of the sandbox but what it names", async () => {
  for (const script of BESIDE) {
    const found = await decide(["/bin/bash", "-lc", script], ALLOWED);
    const free = found.type === "skip" && found.bypassSandbox;
    assert.ok(!free, JSON.stringify(script));
  }
  const free = await decide(["/bin/bash", "-lc", "echo x && ls 'a b' | cat"], ALLOWED);
  assert.deepEqual(free, { type: "skip", bypassSandbox: true, amendment: null });
});
