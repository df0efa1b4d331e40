import assert from "node:assert/strict";
import { join } from "node:path";
import { permissionFlags, readProject, ROOT } from "./project.ts";

async function compile(args: readonly string[], env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join(ROOT, "scripts", "compile.ts"), ...args],
    env,
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const CASES: readonly [name: string, args: readonly string[], env: Record<string, string>][] = [
  ["an unknown target", ["--target", "pdp11-unknown-unix"], {}],
  ["an unknown flag", ["--frobnicate"], {}],
  ["one output for six targets", ["--all", "--output", "codex"], {}],
  ["a denort of this machine for all targets", ["--all"], { DENORT_BIN: "/nowhere/denort" }],
  ["a deno that is not there", [], {
    DENO_COMPILE: "/nowhere/deno",
    DENORT_BIN: "/nowhere/denort",
  }],
];

for (const [name, args, env] of CASES) {
  Deno.test(`compile: ${name} is refused before anything is built`, async () => {
    const { code, stdout, stderr } = await compile(args, env);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /^compile: /);
  });
}

Deno.test("compile: without a runtime to build on it says what to do", async () => {
  const folder = await Deno.makeTempDir({ prefix: "codex-compile-" });
  try {
    const output = join(folder, "codex");
    const { code, stderr } = await compile(["--output", output], { DENORT_BIN: "/nowhere/denort" });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /DENORT_BIN=\S+ deno task compile/);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const onWindows = Deno.build.os === "windows";

Deno.test({
  name: `compile: the executable keeps no cache where commands may write${
    onWindows ? " (ignored: needs a shell script)" : ""
  }`,
  ignore: onWindows,
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "codex-compile-" });
    try {
      const deno = join(folder, "deno");
      // Answers questions, and notes how it is asked to compile.
      const script = `#!/bin/sh
case "$*" in
  info* | *--help*) exec '${Deno.execPath()}' "$@" ;;
esac
printf '%s\\n' "$@" >'${folder}/arguments'
exit 1
`;
      await Deno.writeTextFile(deno, script, { mode: 0o755 });
      const { code } = await compile(["--output", join(folder, "codex")], {
        DENO_COMPILE: deno,
        DENORT_BIN: "",
      });
      assert.equal(code, 1);
      const asked = (await Deno.readTextFile(join(folder, "arguments"))).split("\n");
      assert.equal(asked[0], "compile");
      assert.ok(asked.includes("--no-code-cache"));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("compile: permissions are named one by one, and all of them", async () => {
  assert.deepEqual(permissionFlags(await readProject()).toSorted(), [
    "--allow-env",
    "--allow-ffi",
    "--allow-import",
    "--allow-net",
    "--allow-read",
    "--allow-run",
    "--allow-sys",
    "--allow-write",
  ]);
});
