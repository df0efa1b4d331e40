import assert from "node:assert/strict";
import { detectApplyPatch } from "./detect.ts";

const PATCH = "*** Begin Patch\n*** Add File: f\n+x\n*** End Patch";

function found(text: string, workdir: string | null = null) {
  return { kind: "patch", text, workdir };
}

const NONE = { kind: "none" };

Deno.test("the command itself, with the patch as its argument", () => {
  assert.deepEqual(detectApplyPatch(["apply_patch", PATCH]), found(PATCH));
  assert.deepEqual(detectApplyPatch(["applypatch", "no patch"]), found("no patch"));
  for (
    const argv of [
      [],
      ["apply_patch"],
      ["apply_patch", PATCH, "x"],
      ["Apply_patch", PATCH],
      ["/usr/bin/apply_patch", PATCH],
      ["./apply_patch", PATCH],
      ["sudo", "apply_patch", PATCH],
    ]
  ) assert.deepEqual(detectApplyPatch(argv), NONE, argv.join(" "));
});

Deno.test("a patch without a command", () => {
  assert.deepEqual(detectApplyPatch([PATCH]), { kind: "implicit" });
  assert.deepEqual(detectApplyPatch(["bash", "-lc", `\n${PATCH}\n`]), { kind: "implicit" });
  assert.deepEqual(detectApplyPatch(["bash", "-lc", `<<'EOF'\n${PATCH}\nEOF`]), {
    kind: "implicit",
  });
  assert.deepEqual(detectApplyPatch(["ls"]), NONE);
  assert.deepEqual(detectApplyPatch(["bash", "-lc", `${PATCH}\nls`]), NONE);
  assert.deepEqual(detectApplyPatch(["bash", PATCH]), NONE);
});

Deno.test("shells and their flags", () => {
  const script = `apply_patch <<'EOF'\n${PATCH}\nEOF\n`;
  const accepted = [
    ["bash", "-lc"],
    ["/bin/bash", "-c"],
    ["/usr/local/bin/zsh", "-lc"],
    ["sh", "-c"],
    ["C:\\Git\\bin\\bash.exe", "-lc"],
    ["pwsh", "-Command"],
    ["powershell.exe", "-NoProfile", "-command"],
    ["C:\\Windows\\PowerShell.EXE", "-noprofile", "-COMMAND"],
    ["cmd", "/c"],
    ["cmd.exe", "/C"],
  ];
  for (const argv of accepted) {
    assert.deepEqual(detectApplyPatch([...argv, script]), found(PATCH), argv.join(" "));
  }
  const refused = [
    ["fish", "-c"],
    ["bash"],
    ["bash", "-x"],
    ["bash", "-lc", "-e"],
    ["bash", "-l", "-c"],
    ["bash", "-LC"],
    ["BASH", "-lc"],
    ["python", "-c"],
    ["pwsh", "-c"],
    ["pwsh", "-NoProfile"],
    ["pwsh", "-NoProfile", "-NoProfile", "-Command"],
    ["cmd", "/k"],
    ["env", "bash", "-lc"],
  ];
  for (const argv of refused) {
    assert.deepEqual(detectApplyPatch([...argv, script]), NONE, argv.join(" "));
  }
  assert.deepEqual(detectApplyPatch(["bash", "-lc", script, "name"]), NONE);
});

function detectScript(script: string) {
  return detectApplyPatch(["bash", "-lc", script]);
}

Deno.test("one heredoc statement, quoted or not, after a change of folder or not", () => {
  const accepted: [string, string, string | null][] = [
    [`apply_patch <<EOF\n${PATCH}\nEOF`, PATCH, null],
    [`apply_patch <<'EOF'\n${PATCH}\nEOF\n`, PATCH, null],
    [`apply_patch << "P A T C H"  \n${PATCH}\nP A T C H\n\n  \n`, PATCH, null],
    [`\n  apply_patch<<PATCH_1\n${PATCH}\nPATCH_1`, PATCH, null],
    [`applypatch <<'EOF'\n${PATCH}\nEOF`, PATCH, null],
    [`apply_patch <<'EOF'\nno patch at all\nEOF`, "no patch at all", null],
    [`apply_patch <<'EOF'\nEOF`, "", null],
    [`apply_patch <<'EOF'\n${PATCH}\\\nEOF`, `${PATCH}\\`, null],
    [
      `apply_patch <<'EOF'\n$(ls) \`ls\` \\ "\n EOF\nEOF2\nEOF`,
      '$(ls) `ls` \\ "\n EOF\nEOF2',
      null,
    ],
    [`cd sub/dir && apply_patch <<'EOF'\n${PATCH}\nEOF`, PATCH, "sub/dir"],
    [`cd   ../x.y_z-1&&apply_patch <<EOF\n${PATCH}\nEOF`, PATCH, "../x.y_z-1"],
    [`cd /abs/ünï &&\n apply_patch <<EOF\n${PATCH}\nEOF`, PATCH, "/abs/ünï"],
    [`cd "a b" && apply_patch <<EOF\n${PATCH}\nEOF`, PATCH, "a b"],
    [`cd 'a $b "c"' && apply_patch <<EOF\n${PATCH}\nEOF`, PATCH, 'a $b "c"'],
    [`cd '~' && apply_patch <<EOF\n${PATCH}\nEOF`, PATCH, "~"],
    [`cd "it's" && apply_patch <<EOF\n${PATCH}\nEOF`, PATCH, "it's"],
    [`apply_patch <<'EOF'\r\n${PATCH}\nEOF`.replace("\r", ""), PATCH, null],
  ];
  for (const [script, text, workdir] of accepted) {
    assert.deepEqual(detectScript(script), found(text, workdir), script);
  }
});

/** First lines of scripts that look like a patch and are more, less, or something else. */
const OTHER_OPENINGS = [
  "apply_patch",
  "apply_patch <",
  "apply_patch <<",
  "apply_patch <<<EOF",
  "apply_patch <<-EOF",
  "apply_patch <<~EOF",
  "apply_patch <<\\EOF",
  "apply_patch <<E'O'F",
  "apply_patch <<''",
  "apply_patch <<'EOF",
  "apply_patch <<'EOF\"",
  "apply_patch <<$EOF",
  'apply_patch <<"$EOF"',
  "apply_patch <<EOF x",
  "apply_patch x <<EOF",
  "apply_patch -- <<EOF",
  "apply_patch <<EOF > out",
  "apply_patch <<EOF | cat",
  "apply_patch <<EOF || ls",
  "apply_patch <<EOF && ls",
  "apply_patch <<EOF; ls",
  "apply_patch <<EOF & ls",
  "apply_patch <<EOF &",
  "apply_patch <<EOF # note",
  "apply_patch <<EOF <<B",
  "apply_patch 0<<EOF",
  "apply_patch <<EOF\r",
  "apply_patch\\\n <<EOF",
  "'apply_patch' <<EOF",
  "apply_patch2 <<EOF",
  "X=1 apply_patch <<EOF",
  "! apply_patch <<EOF",
  "time apply_patch <<EOF",
  "exec apply_patch <<EOF",
  "(apply_patch <<EOF",
  "{ apply_patch <<EOF",
  "if apply_patch <<EOF",
  "ls; apply_patch <<EOF",
  "ls && apply_patch <<EOF",
  "ls\napply_patch <<EOF",
  "echo x | apply_patch <<EOF",
  "# note\napply_patch <<EOF",
  "cd && apply_patch <<EOF",
  "cd - && apply_patch <<EOF",
  "cd -P x && apply_patch <<EOF",
  "cd +1 && apply_patch <<EOF",
  "cd -- x && apply_patch <<EOF",
  "cd ~ && apply_patch <<EOF",
  "cd ~/x && apply_patch <<EOF",
  "cd a b && apply_patch <<EOF",
  "cd a; apply_patch <<EOF",
  "cd a || apply_patch <<EOF",
  "cd a | apply_patch <<EOF",
  "cd a & apply_patch <<EOF",
  "cd a &&& apply_patch <<EOF",
  "cd a\napply_patch <<EOF",
  "cd a && cd b && apply_patch <<EOF",
  "cd a && ls && apply_patch <<EOF",
  "cd $HOME && apply_patch <<EOF",
  'cd "$HOME" && apply_patch <<EOF',
  'cd "`ls`" && apply_patch <<EOF',
  'cd "a\\b" && apply_patch <<EOF',
  "cd $(ls) && apply_patch <<EOF",
  "cd `ls` && apply_patch <<EOF",
  "cd a* && apply_patch <<EOF",
  "cd a? && apply_patch <<EOF",
  "cd [a] && apply_patch <<EOF",
  "cd {a,b} && apply_patch <<EOF",
  "cd a\\ b && apply_patch <<EOF",
  "cd 'a'b && apply_patch <<EOF",
  "cd 'a''b' && apply_patch <<EOF",
  "cd '' && apply_patch <<EOF",
  "cd 'a\nb' && apply_patch <<EOF",
  "cd <(ls) && apply_patch <<EOF",
  "cd a>b && apply_patch <<EOF",
  "cd a#b; apply_patch <<EOF",
  "cd\u00a0a && apply_patch <<EOF",
  "CD a && apply_patch <<EOF",
  "pushd a && apply_patch <<EOF",
];

Deno.test("a script that could do anything else is none", () => {
  const body = `${PATCH}\nEOF`;
  for (const opening of OTHER_OPENINGS) {
    assert.deepEqual(detectScript(`${opening}\n${body}`), NONE, opening);
  }
  const whole = [
    `apply_patch <<EOF\n${PATCH}\n`,
    `apply_patch <<EOF\n${PATCH}\nEOF `,
    `apply_patch <<EOF\n${PATCH}\n EOF`,
    `apply_patch <<EOF\n${PATCH}\nEOFX`,
    `apply_patch <<EOF\n${PATCH}\nEOF\r`,
    `apply_patch <<EOF\n${PATCH}\nEOF\nls`,
    `apply_patch <<EOF\n${PATCH}\nEOF\n\n;`,
    `apply_patch <<EOF\n${PATCH}\nEOF\n# note`,
    `apply_patch <<EOF\nEOF\nrm -rf x\nEOF`,
    `apply_patch <<EOF\n${PATCH}\0\nEOF`,
    `apply_patch '${PATCH}'`,
    `apply_patch "$(cat <<EOF\n${PATCH}\nEOF\n)"`,
    `cat <<EOF\n${PATCH}\nEOF`,
    `apply_patch <<EOF\n${PATCH}\\\nEOF`,
    `apply_patch <<EOF ${PATCH} EOF`,
  ];
  for (const script of whole) assert.deepEqual(detectScript(script), NONE, script);
});

Deno.test({
  name: "what is taken for a patch, bash too reads as that one command (needs bash)",
  ignore: Deno.build.os === "windows",
  async fn() {
    const dir = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${dir}/a b`);
      const bodies = ["x", "'", '"quoted" text', "EOF2\n EOF", "é", "a\n\nb"];
      const openings = [
        "apply_patch <<'EOF'",
        'apply_patch<< "EOF"',
        "apply_patch <<EOF",
        'cd "a b" && apply_patch <<EOF',
        "cd 'a b' && apply_patch <<EOF",
        "cd ./a+b,c:@% && apply_patch <<EOF",
      ];
      await Deno.mkdir(`${dir}/a+b,c:@%`);
      for (const opening of openings) {
        for (const body of bodies) {
          const script = `${opening}\n${body}\nEOF\n`;
          const detected = detectScript(script);
          assert.ok(detected.kind === "patch", script);
          // The command is a function here, which tells its folder, its arguments and what it is fed.
          const { stdout } = await new Deno.Command("bash", {
            args: ["-c", `apply_patch() { printf '%s|%s|' "\${PWD##*/}" "$#"; cat; }\n${script}`],
            cwd: dir,
          }).output();
          const folder = (detected.workdir ?? dir).split("/").at(-1);
          assert.equal(new TextDecoder().decode(stdout), `${folder}|0|${body}\n`);
        }
      }
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});
