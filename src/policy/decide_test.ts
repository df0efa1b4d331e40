import assert from "node:assert/strict";
import type { ApprovalPolicy, SandboxPolicy } from "../protocol/mod.ts";
import { CommandPolicy } from "./command_policy.ts";
import {
  type DecideInput,
  type Decision,
  NO_RULES,
  type Requirement,
  type SandboxPermissions,
} from "./types.ts";
import { Rules } from "./rules/rules.ts";
import { WORKSPACE_WRITE } from "../../tests/support/policies.ts";

const READ_ONLY: SandboxPolicy = { type: "read-only", access: { type: "full-access" } };
const WORKSPACE: SandboxPolicy = WORKSPACE_WRITE;
const FREE: SandboxPolicy = { type: "danger-full-access" };
const EXTERNAL: SandboxPolicy = { type: "external-sandbox", networkAccess: "restricted" };

const linux = new CommandPolicy({ os: "linux", userShell: "/bin/bash" });
const windows = new CommandPolicy({ os: "windows", userShell: null });

const bash = (script: string): string[] => ["/bin/bash", "-lc", script];

const decide = (argv: readonly string[], more: Partial<DecideInput> = {}, policy = linux) =>
  policy.decide({
    argv,
    approvalPolicy: "on-request",
    sandboxPolicy: READ_ONLY,
    permissions: "use_default",
    prefixRule: null,
    rules: NO_RULES,
    search: null,
    ...more,
  });

/** `allow git status`, one a line; a justification after `:`. */
function rules(...lines: string[]): Rules {
  return new Rules(lines.map((line) => {
    const [head = "", justification = null] = line.split(": ");
    const [decision = "", program = "", ...rest] = head.split(" ");
    return { decision: decision as Decision, program, rest, justification };
  }));
}

const NOBODY = "approval required by policy, but AskForApproval is set to Never";
const short = (found: Requirement): string =>
  found.type === "skip" ? "run" : found.type === "needs_approval" ? "ask" : "refuse";

/** Without rules: what is harmless, neither, neither but asking for more, dangerous; confined, then free. */
const TABLE: Readonly<Record<ApprovalPolicy, readonly [confined: string, free: string]>> = {
  "untrusted": ["run ask ask ask", "run ask ask ask"],
  "on-failure": ["run run run ask", "run run run ask"],
  "on-request": ["run run ask ask", "run run run ask"],
  "never": ["run run run refuse", "run run run refuse"],
};

const SANDBOXES: readonly [SandboxPolicy, 0 | 1][] = [
  [READ_ONLY, 0],
  [WORKSPACE, 0],
  [FREE, 1],
  [EXTERNAL, 1],
];

const COLUMNS: readonly [string, SandboxPermissions][] = [
  ["ls -l", "use_default"],
  ["make", "use_default"],
  ["make", "require_escalated"],
  ["rm -rf x", "use_default"],
];

for (const [approval, row] of Object.entries(TABLE) as [ApprovalPolicy, [string, string]][]) {
  for (const [sandbox, column] of SANDBOXES) {
    Deno.test(`no rules: ${approval}, ${sandbox.type}: ${row[column]}`, async () => {
      const found = await Promise.all(COLUMNS.map(async ([script, permissions]) => {
        const more = { approvalPolicy: approval, sandboxPolicy: sandbox, permissions };
        const wrapped = short(await decide(bash(script), more));
        assert.equal(short(await decide(script.split(" "), more)), wrapped, script);
        return wrapped;
      }));
      assert.equal(found.join(" "), row[column]);
    });
    Deno.test(`rules: ${approval}, ${sandbox.type}`, async () => {
      const more = { approvalPolicy: approval, sandboxPolicy: sandbox };
      for (const script of ["ls", "make x", "rm -rf x"]) {
        const program = script.split(" ")[0];
        const by = (decision: string) =>
          decide(bash(script), { ...more, rules: rules(`${decision} ${program}`) });
        assert.deepEqual(await by("allow"), {
          type: "skip",
          bypassSandbox: true,
          amendment: null,
        });
        const command = `\`/bin/bash -lc ${script === "ls" ? "ls" : `'${script}'`}\``;
        assert.deepEqual(
          await by("prompt"),
          approval === "never" ? { type: "forbidden", reason: NOBODY } : {
            type: "needs_approval",
            reason: `${command} requires approval by policy`,
            amendment: null,
          },
        );
        assert.deepEqual(await by("forbidden"), {
          type: "forbidden",
          reason: `${command} rejected: policy forbids commands starting with \`${program}\``,
        });
      }
    });
  }
}

Deno.test("a refusal without a rule says so", async () => {
  assert.deepEqual(await decide(bash("rm -rf x"), { approvalPolicy: "never" }), {
    type: "forbidden",
    reason: "`/bin/bash -lc 'rm -rf x'` rejected: blocked by policy",
  });
});

Deno.test("on Windows, read-only confines nothing, so nothing but the harmless runs unasked", async () => {
  const on = (argv: string[], sandboxPolicy: SandboxPolicy, approvalPolicy: ApprovalPolicy) =>
    decide(argv, { sandboxPolicy, approvalPolicy }, windows).then(short);
  assert.equal(await on(["make"], READ_ONLY, "on-request"), "ask");
  assert.equal(await on(["make"], READ_ONLY, "never"), "refuse");
  assert.equal(await on(["make"], WORKSPACE, "never"), "run");
  assert.equal(await on(["ls"], READ_ONLY, "never"), "run");
  assert.equal(await on(bash("for i in a; do b; done"), READ_ONLY, "never"), "refuse");
  assert.equal(await on(["cmd", "/c", "del", "/f", "x"], WORKSPACE, "never"), "refuse");
  assert.equal(short(await decide(["cmd", "/c", "del", "/f", "x"])), "run");
});

Deno.test("the reason is that of the longest prefix with the decision", async () => {
  const list = rules(
    "forbidden git: no git",
    "forbidden git push: no pushing",
    "prompt git push -f",
  );
  const refused = await decide(bash("ls && git push -f"), { rules: list });
  assert.deepEqual(refused, {
    type: "forbidden",
    reason: "`/bin/bash -lc 'ls && git push -f'` rejected: no pushing",
  });
  const asked = await decide(["git", "push"], {
    rules: rules("prompt git", "prompt git push: is it time?"),
  });
  assert.deepEqual(asked, {
    type: "needs_approval",
    reason: "`git push` requires approval: is it time?",
    amendment: null,
  });
});

Deno.test("outside the sandbox from the start: only when every command is allowed", async () => {
  const bypass = async (script: string, ...list: string[]) => {
    const found = await decide(bash(script), { rules: rules(...list), approvalPolicy: "never" });
    return found.type === "skip" && found.bypassSandbox;
  };
  assert.ok(await bypass("echo hi && touch x", "allow echo", "allow touch"));
  assert.ok(!await bypass("echo hi && touch x", "allow echo"));
  assert.ok(!await bypass("echo hi && ls", "allow echo"));
  assert.ok(!await bypass("echo hi > x", "allow echo"));
  assert.ok(!await bypass("PATH=/evil echo hi", "allow echo"));
  assert.ok(!await bypass("cat <<EOF\nx\nEOF", "allow cat"));
  assert.ok(!await bypass("echo $(touch x)", "allow echo", "allow touch"));
  assert.ok(!await bypass("ls"));
  for (const shell of ["./bash", "/tmp/bash", "/w/bin/sh", "C:\\Program Files\\bash.exe"]) {
    const more = { rules: rules("allow echo", "forbidden git"), approvalPolicy: "never" } as const;
    const found = await decide([shell, "-lc", "echo x"], more);
    assert.deepEqual(found, {
      type: "skip",
      bypassSandbox: false,
      amendment: [shell, "-lc", "echo x"],
    });
    assert.equal(short(await decide([shell, "-lc", "git x"], more)), "refuse");
    assert.equal(short(await decide([shell, "-lc", "rm -rf x"], more)), "refuse");
  }
  const git = ["C:\\Program Files\\Git\\bin\\bash.exe", "-c", "echo x"];
  const found = await decide(git, { rules: rules("allow echo") }, windows);
  assert.ok(found.type === "skip" && found.bypassSandbox);
  assert.ok(await bypass("for i in a; do b; c; done", "allow /bin/bash -lc"));
});

Deno.test("strict rules reach into what is not plain, by whatever path the program is called", async () => {
  const list = rules("forbidden git push", "prompt make");
  for (
    const script of [
      "if true; then git push; fi",
      "echo $(git push)",
      "git push > log",
      "/usr/bin/git push",
      "GIT push",
      "/x/Git.exe push",
      "g\\it push",
      "A=1 git 'push' && x",
      "f() { git push $1; }; f",
      "cat\n\\\n git push",
      "[[ $ ]]; git push",
      "env A=1 git push",
      "command git push && ls",
      "sudo bash -c 'ls; git push'",
      "ls | xargs git push",
      "{git,push}",
    ]
  ) assert.equal(short(await decide(bash(script), { rules: list })), "refuse", script);
  assert.equal(short(await decide(bash("while x; do make; done"), { rules: list })), "ask");
  assert.equal(short(await decide(bash("echo git push"), { rules: list })), "run");
  assert.equal(short(await decide(["env", "git", "push"], { rules: list })), "refuse");
});

Deno.test("what no rule speaks of beside an allowed command is asked about where nothing confines it", async () => {
  const list = rules("allow echo", "allow python3");
  const how = async (script: string, more: Partial<DecideInput>) =>
    short(await decide(bash(script), { rules: list, ...more }));
  for (const script of ["echo x > ~/.profile", "LD_PRELOAD=./x echo hi", "python3 <<'E'\nx\nE"]) {
    assert.equal(await how(script, { permissions: "require_escalated" }), "ask", script);
    assert.equal(await how(script, { approvalPolicy: "untrusted", sandboxPolicy: FREE }), "ask");
    assert.equal(await how(script, { approvalPolicy: "untrusted" }), "run");
    assert.equal(await how(script, {}), "run");
  }
  assert.equal(await how("echo x", { permissions: "require_escalated" }), "run");
});

Deno.test("an allow rule answers for what is dangerous, also where it hides", async () => {
  const more = { approvalPolicy: "never", rules: rules("allow rm -rf tmp") } as const;
  assert.equal(short(await decide(bash("rm -rf tmp"), more)), "run");
  assert.equal(short(await decide(bash("if x; then rm -rf tmp; fi"), more)), "run");
  assert.equal(short(await decide(bash("if x; then rm -rf src; fi"), more)), "refuse");
  assert.equal(short(await decide(bash("rm -rf tmp; rm -rf src"), more)), "refuse");
});

const PROPOSALS: readonly (readonly [
  what: string,
  script: string,
  more: Partial<DecideInput>,
  amendment: readonly string[] | null,
])[] = [
  ["of a command that is asked about, all words", "make -j x", { approvalPolicy: "untrusted" }, [
    "make",
    "-j",
    "x",
  ]],
  ["dangerous ones too", "rm -rf x", { sandboxPolicy: FREE }, ["rm", "-rf", "x"]],
  [
    "the first that needs it",
    "apple | orange",
    { approvalPolicy: "untrusted", rules: rules("allow apple") },
    ["orange"],
  ],
  ["the first that needs it, not the harmless", "ls && make", { approvalPolicy: "untrusted" }, [
    "make",
  ]],
  ["of one that runs, for when the sandbox denies it", "make a && b", {}, ["make", "a"]],
  ["none where a rule spoke", "make", { rules: rules("allow make") }, null],
  ["none where a rule asks", "make; b", {
    approvalPolicy: "untrusted",
    rules: rules("prompt make"),
  }, null],
  [
    "none where words were left out",
    "python3 <<'PY'\nx\nPY",
    { approvalPolicy: "untrusted" },
    null,
  ],
  [
    "the one asked for, where words were left out",
    "python3 f <<'PY'\nx\nPY",
    { approvalPolicy: "untrusted", prefixRule: ["python3", "f"] },
    ["python3", "f"],
  ],
  [
    "the one asked for, whatever the command",
    "touch x && cargo install foo",
    { permissions: "require_escalated", prefixRule: ["cargo", "install"] },
    ["cargo", "install"],
  ],
  [
    "not a banned one",
    "python -c 1",
    { permissions: "require_escalated", prefixRule: ["python", "-c"] },
    ["python", "-c", "1"],
  ],
  ["not a banned one, also where it is all that was said", "python3", {
    approvalPolicy: "untrusted",
  }, null],
  ["not an empty one", "make", { permissions: "require_escalated", prefixRule: [] }, ["make"]],
  [
    "not where a rule matched already",
    "apple | orange",
    {
      permissions: "require_escalated",
      prefixRule: ["apple", "x"],
      rules: rules("allow apple"),
    },
    ["orange"],
  ],
  ["a script that is not plain, as a whole", "for i in a; do b; c; done", {
    approvalPolicy: "untrusted",
  }, bash("for i in a; do b; c; done")],
  ["an empty script, as a whole", " ", { approvalPolicy: "untrusted" }, bash(" ")],
];

for (const [what, script, more, amendment] of PROPOSALS) {
  Deno.test(`proposed prefix: ${what}`, async () => {
    const found = await decide(bash(script), more);
    assert.ok(found.type !== "forbidden");
    assert.deepEqual(found.amendment, amendment);
  });
}

Deno.test("rules meet the command before redirections and here-documents", async () => {
  const list = rules("prompt python3", "forbidden echo hello");
  assert.equal(short(await decide(bash("python3 <<'PY'\nx\nPY"), { rules: list })), "ask");
  assert.equal(short(await decide(bash("echo hello > out"), { rules: list })), "refuse");
});

Deno.test("a session knows a command again by its words, whatever the spacing and the shell's path", async () => {
  const key = (argv: string[]) => linux.canonical(argv, null);
  assert.deepEqual(await key(bash("touch   q")), ["touch", "q"]);
  assert.deepEqual(await key(["sh", "-c", "touch q"]), ["touch", "q"]);
  assert.deepEqual(await key(bash("rm '*'")), ["rm", "*"]);
  assert.deepEqual(await key(bash("rm *")), ["__codex_shell_script__", "-lc", "rm *"]);
  assert.deepEqual(await key(bash("rm a\\ b")), ["__codex_shell_script__", "-lc", "rm a\\ b"]);
  assert.deepEqual(await key(bash("a; b")), ["__codex_shell_script__", "-lc", "a; b"]);
  assert.deepEqual(await key(bash("a > b")), ["__codex_shell_script__", "-lc", "a > b"]);
  assert.deepEqual(await key(["pwsh", "-NoProfile", "-Command", "ls"]), [
    "__codex_powershell_script__",
    "ls",
  ]);
  assert.deepEqual(await key(["pwsh", "-File", "x", "ls"]), ["pwsh", "-File", "x", "ls"]);
  assert.deepEqual(await key(["a", "b"]), ["a", "b"]);
  const other = ["/tmp/bash", "-lc", "touch q"];
  assert.deepEqual(await key(other), other, "what a shell of somebody's does is not known");
});
