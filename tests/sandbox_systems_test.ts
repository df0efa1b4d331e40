import assert from "node:assert/strict";
import { join } from "node:path";
import { runCodex, type RunCodexOptions } from "./support/run_codex.ts";
import { openStage, type Stage } from "./support/stage.ts";

/** What programs of Windows cannot start without, beside what every run gets. */
const WINDOWS_VARIABLES = [
  ...["SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "TEMP", "TMP"],
  ...["USERPROFILE", "LOCALAPPDATA", "APPDATA", "PROGRAMDATA"],
];

const { os } = Deno.build;

function test(
  system: "macos" | "windows",
  name: string,
  fn: (stage: Stage, run: (...words: string[]) => ReturnType<typeof runCodex>) => Promise<void>,
): void {
  const here = system === "macos" ? "darwin" : "windows";
  // Tests of other systems are not registered here: nothing about this machine could make them run.
  if (os !== here) return;
  Deno.test({
    name: `sandbox ${system}: ${name}`,
    fn: async () => {
      await using stage = await openStage({ git: false });
      const kept = os !== "windows" ? [] : WINDOWS_VARIABLES.flatMap((key) => {
        const value = Deno.env.get(key);
        return value === undefined ? [] : [[key, value] as const];
      });
      const env: RunCodexOptions["env"] = Object.fromEntries(kept);
      await fn(stage, (...words) => runCodex(stage, { args: ["sandbox", system, ...words], env }));
    },
  });
}

const script = (text: string) => ["--", "/bin/sh", "-c", text];

test("macos", "exit codes and signals pass through", async (_stage, run) => {
  assert.equal((await run(...script("exit 3"))).code, 3);
  assert.equal((await run(...script("kill -TERM $$"))).code, 143);
  assert.equal((await run("no-such-program")).code, 127);
  assert.equal((await run("/etc")).code, 126);
});

test("macos", "read-only without, workspace-write with --full-auto", async (stage, run) => {
  const write = script('printf "%s" "$CODEX_SANDBOX" > file');
  assert.notEqual((await run(...write)).code, 0);
  const allowed = await run("--full-auto", ...write);
  assert.equal(allowed.code, 0, allowed.stderr);
  assert.equal(await Deno.readTextFile(join(stage.workspace, "file")), "seatbelt");
  const protectedNames = await run(
    "--full-auto",
    ...script("mkdir .git || mkdir .codex || mkdir .CODEX"),
  );
  assert.notEqual(protectedNames.code, 0);
  const names = [...Deno.readDirSync(stage.workspace)].map(({ name }) => name);
  assert.deepEqual(names, ["file"]);
});

test(
  "macos",
  "--log-denials lists what was refused, or says that nothing was",
  async (_stage, run) => {
    const none = await run("--log-denials", ...script("exit 4"));
    assert.equal(none.code, 4);
    assert.match(none.stderr, /\n=== Sandbox denials ===\n/);
    const refused = await run(
      "--log-denials",
      ...script("/usr/bin/touch /etc/codex-test; sleep 1"),
    );
    assert.match(refused.stderr, /\n=== Sandbox denials ===\n/);
  },
);

test("windows", "exit codes, writes and what is left behind", async (stage, run) => {
  const cmd = (text: string) => ["--", "cmd.exe", "/d", "/c", text];
  const ended = await run(...cmd("exit 3"));
  assert.equal(ended.code, 3, ended.stderr);
  assert.notEqual((await run(...cmd("echo x> file.txt"))).code, 0);
  const allowed = await run("--full-auto", ...cmd("echo x> file.txt"));
  assert.equal(allowed.code, 0, allowed.stderr);
  assert.notEqual((await run("--full-auto", ...cmd("mkdir .git\\hooks"))).code, 0);
  assert.equal((await run("no-such-program")).code, 127);
  const names = [...Deno.readDirSync(stage.workspace)].map(({ name }) => name);
  assert.deepEqual(names, ["file.txt"]);
});

test("windows", "words reach the command as they are", async (stage, run) => {
  const show = join(stage.workspace, "show.js");
  await Deno.writeTextFile(show, "console.log(JSON.stringify(process.argv.slice(2)));");
  const words = ["", "a b", '"', '\\"', "c:\\d e\\", "%PATH%", "é", "--", "&|<>^"];
  const shown = await run("--", "node.exe", show, ...words);
  assert.deepEqual(JSON.parse(shown.stdout), words, shown.stderr);
});
