import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { works } from "./support/works.ts";

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
