import assert from "node:assert/strict";
import { join } from "node:path";
import { functionCall, reply, textReply } from "../../src/scripted/mod.ts";
import { LoginStage } from "../support/login_stage.ts";

/** Every file below a folder: path → bytes as text. */
async function filesBelow(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) {
      for (const [name, text] of await filesBelow(path)) found.set(name, text);
    }
    if (entry.isFile) found.set(path, await Deno.readTextFile(path));
  }
  return found;
}

/** Prints whatever a command could know: its environment and its ancestors' command lines and environments. */
const SPY = `env; p=$$; while [ "$p" -gt 1 ] 2>/dev/null; do ` +
  `tr '\\0' ' ' < /proc/$p/cmdline; tr '\\0' '\\n' < /proc/$p/environ; ` +
  `p=$(sed 's/.*) . \\([0-9]*\\) .*/\\1/' /proc/$p/stat 2>/dev/null); done; true`;

/** Names of the secrets that a text holds. */
function leaks(text: string, secrets: ReadonlySet<string>): string[] {
  return [...secrets].filter((secret) => {
    const halves = secret.split(".").filter((part) => part.length > 30);
    return text.includes(secret) || halves.slice(1).some((part) => text.includes(part));
  });
}

for (const ending of ["succeeds", "fails"]) {
  Deno.test(`a run that renews its login and ${ending} leaves no token anywhere but in auth.json`, async () => {
    let calls = 0;
    await using login = await LoginStage.open(() => {
      if (calls++ === 0) {
        return reply(functionCall("c1", "exec_command", { cmd: SPY, yield_time_ms: 30_000 }));
      }
      return textReply("done");
    });
    await login.logIn();
    if (ending === "fails") {
      login.authority.behaviours.push({
        type: "answer",
        status: 401,
        body: JSON.stringify({
          error: { code: "x", message: [...login.authority.secrets].join() },
        }),
      });
    }
    const run = await login.run(
      ["exec", "--sandbox", "danger-full-access", "-c", "features.shell_snapshot=true", "look"],
      { RUST_LOG: "trace", RUST_BACKTRACE: "full" },
    );
    assert.equal(run.code, ending === "fails" ? 1 : 0, run.stderr);
    assert.match(run.stderr, /codex_core/, "the log is there");
    const { secrets } = login.authority;
    assert.ok(secrets.size >= 3);
    assert.deepEqual(leaks(run.stderr + run.stdout, secrets), []);
    for (const args of [["doctor"], ["doctor", "--json"], ["login", "status"]]) {
      const { stdout, stderr } = await login.run(args, { RUST_LOG: "trace" });
      assert.deepEqual(leaks(stdout + stderr, secrets), [], args.join(" "));
    }
    const files = await filesBelow(login.stage.root);
    assert.ok([...files.keys()].some((path) => path.includes("rollout-")), "a rollout is there");
    for (const [path, text] of files) {
      if (path === login.file) continue;
      assert.deepEqual(leaks(text, secrets), [], path);
    }
    const bodies = login.model.requests.map(({ body }) => JSON.stringify(body)).join();
    assert.deepEqual(leaks(bodies, secrets), []);
    if (ending === "succeeds") {
      assert.match(bodies, /function_call_output/);
      assert.match(bodies, /CODEX_HOME=/, "the command saw its environment");
    }
  });
}
