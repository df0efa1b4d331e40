import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { works } from "./support/works.ts";
import { startScriptedModel } from "../src/scripted/mod.ts";
import { answer, exec, execCommand, finalAnswer } from "./scenarios/answers.ts";
import { programUnderTest } from "./support/program.ts";
import { environmentOf, runCodex } from "./support/run_codex.ts";
import { openStage } from "./support/stage.ts";

const LAUNCHER = fileURLToPath(new URL("../scripts/npm/launcher.js", import.meta.url));

/** Stands where the bundle stands in the package, and shows what reached it. */
const PROGRAM = `
const [mode] = Deno.args;
if (mode === "show") {
  const stdin = await new Response(Deno.stdin.readable).text();
  const managed = Deno.env.get("CODEX_MANAGED_BY_NPM");
  console.log(JSON.stringify({ args: Deno.args, stdin, managed }));
  console.error("to stderr");
  Deno.exit(42);
}
if (mode === "tidy") Deno.addSignalListener("SIGTERM", () => Deno.exit(143));
setInterval(() => {}, 1000);
console.log("ready");
`;

const hasNode = await works(["node", "--version"]);

function options(name: string): Pick<Deno.TestDefinition, "name" | "ignore"> {
  if (Deno.build.os === "windows") return { name: `${name} (needs Unix signals)`, ignore: true };
  return hasNode ? { name } : { name: `${name} (needs node)`, ignore: true };
}

/** A package installed as npm would install it, with or without its runtime. */
async function install(withDeno = true): Promise<{ bin: string } & AsyncDisposable> {
  const root = await Deno.makeTempDir({ prefix: "codex-launcher-" });
  const home = join(root, "node_modules", "codex-deno");
  await Deno.mkdir(join(home, "bin"), { recursive: true });
  await Deno.mkdir(join(home, "dist"), { recursive: true });
  await Deno.writeTextFile(join(home, "package.json"), `{"type": "module"}`);
  const source = await Deno.readTextFile(LAUNCHER);
  assert.ok(source.includes("/* FLAGS */"), "the place for the flags is gone");
  const bin = join(home, "bin", "codex.js");
  await Deno.writeTextFile(bin, source.replace("/* FLAGS */", `"--allow-env"`));
  await Deno.writeTextFile(join(home, "dist", "codex.js"), PROGRAM);
  if (withDeno) {
    const deno = join(root, "node_modules", "deno");
    await Deno.mkdir(deno);
    await Deno.writeTextFile(join(deno, "package.json"), `{"name": "deno"}`);
    await Deno.symlink(Deno.execPath(), join(deno, "deno"));
  }
  return { bin, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

async function startWaiting(bin: string, mode: string): Promise<Deno.ChildProcess> {
  const child = new Deno.Command("node", {
    args: [bin, mode],
    stdin: "null",
    stdout: "piped",
    // A terminal here would make the launcher leave interrupts to it.
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assert.equal(new TextDecoder().decode(value), "ready\n");
  reader.releaseLock();
  await child.stdout.cancel();
  return child;
}

Deno.test({
  ...options("npm launcher: arguments, streams, environment and exit code pass through"),
  async fn() {
    await using installed = await install();
    const child = new Deno.Command("node", {
      args: [installed.bin, "show", "--flag", "two words", ""],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode("from stdin"));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), {
      args: ["show", "--flag", "two words", ""],
      stdin: "from stdin",
      managed: "1",
    });
    assert.equal(new TextDecoder().decode(stderr), "to stderr\n");
    assert.equal(code, 42);
  },
});

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  Deno.test({
    ...options(`npm launcher: a program ended by ${signal} ends the launcher the same way`),
    async fn() {
      await using installed = await install();
      const child = await startWaiting(installed.bin, "wait");
      child.kill(signal);
      assert.equal((await child.status).signal, signal);
    },
  });
}

Deno.test({
  ...options("npm launcher: a program that tidies up first keeps its exit code"),
  async fn() {
    await using installed = await install();
    const child = await startWaiting(installed.bin, "tidy");
    child.kill("SIGTERM");
    const { code, signal } = await child.status;
    assert.deepEqual({ code, signal }, { code: 143, signal: null });
  },
});

Deno.test({
  ...options("npm launcher: without a runtime it says so"),
  async fn() {
    await using installed = await install(false);
    const { code, stdout, stderr } = await new Deno.Command("node", {
      args: [installed.bin, "show"],
      env: { NODE_PATH: "" },
    }).output();
    assert.equal(code, 1);
    assert.equal(stdout.length, 0);
    assert.match(new TextDecoder().decode(stderr), /^codex: no Deno for \w+ \w+/);
  },
});

/** Stands where the runtime stands, and becomes the program under test. */
function programAsRuntime(): string {
  const words = programUnderTest().argv.map((word) => `'${word}'`).join(" ");
  return `#!/bin/sh
while [ "\${1##*/}" != codex.js ]; do shift; done
shift
exec ${words} "$@"
`;
}

/** A command that notes its process id and then never ends. */
const SLEEPER = "echo $$ > pid; exec sleep 600";

/** What a file holds, once that is a whole line. */
async function lineOf(path: string): Promise<string> {
  using watcher = Deno.watchFs(join(path, ".."));
  const read = () => Deno.readTextFile(path).catch(() => "");
  let text = await read();
  while (!text.endsWith("\n")) {
    await watcher[Symbol.asyncIterator]().next();
    text = await read();
  }
  return text;
}

async function isRunning(pid: number): Promise<boolean> {
  // Signal 0 also reaches a zombie, so the state is asked for.
  const { success, stdout } = await new Deno.Command("ps", {
    args: ["-o", "stat=", "-p", String(pid)],
  }).output();
  return success && !new TextDecoder().decode(stdout).trim().startsWith("Z");
}

Deno.test({
  ...options("npm launcher: killed, it takes the program and its commands along, in order (Linux)"),
  ignore: !hasNode || Deno.build.os !== "linux",
  async fn() {
    await using installed = await install();
    const deno = join(installed.bin, "..", "..", "..", "deno", "deno");
    await Deno.remove(deno);
    await Deno.writeTextFile(deno, programAsRuntime(), { mode: 0o755 });
    await using stage = await openStage();
    await using model = await startScriptedModel([
      answer(execCommand("c1", SLEEPER, { yield_time_ms: 30_000 })),
    ]);
    const child = new Deno.Command("node", {
      args: [installed.bin, ...exec("go")],
      cwd: stage.workspace,
      clearEnv: true,
      env: environmentOf(stage, { args: [], baseUrl: model.baseUrl }),
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const output = new Response(child.stdout).text();
    const pid = Number(await lineOf(join(stage.workspace, "pid")));
    assert.ok(pid > 1);
    child.kill("SIGKILL");
    assert.equal((await child.status).signal, "SIGKILL");
    // The program holds the pipe, too: its end is the program's.
    assert.match(await output, /"turn\.failed","error":\{"message":"interrupted"\}\}\n$/);
    assert.equal(await isRunning(pid), false);
  },
});

Deno.test({
  name: "a launcher that is not the parent is not followed, and no command hears of it (Linux)",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using stage = await openStage();
    await using model = await startScriptedModel([
      answer(execCommand("c1", 'echo "launcher: ${CODEX_LAUNCHER_PID-none}"')),
      finalAnswer(),
    ]);
    const run = await runCodex(stage, {
      args: exec("go"),
      baseUrl: model.baseUrl,
      // Neither the parent nor gone.
      env: { CODEX_LAUNCHER_PID: "1" },
    });
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stdout, /launcher: none/);
  },
});

Deno.test({
  name: "a launcher that is gone before the program has started takes it along (Linux)",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using stage = await openStage();
    const gone = new Deno.Command("true").spawn();
    await gone.status;
    const env = { CODEX_LAUNCHER_PID: String(gone.pid) };
    const run = await runCodex(stage, { args: ["login", "status"], env });
    assert.equal(run.signal, "SIGTERM");
  },
});

Deno.test({
  ...options("npm launcher: a folder that is gone is told"),
  async fn() {
    await using installed = await install();
    const gone = await Deno.makeTempDir();
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", 'rmdir "$PWD" && exec node "$1" show', "sh", installed.bin],
      cwd: gone,
    }).output();
    assert.deepEqual(
      [code, new TextDecoder().decode(stderr)],
      [
        1,
        "codex: the current folder does not exist any more. Change to another one and start again.\n",
      ],
    );
  },
});
