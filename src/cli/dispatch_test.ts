import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import project from "../../deno.json" with { type: "json" };

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

class Stage implements AsyncDisposable {
  private constructor(readonly dir: string) {}

  static async create(): Promise<Stage> {
    return new Stage(await Deno.realPath(await Deno.makeTempDir()));
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  command(args: readonly string[], env: Record<string, string> = {}): Deno.Command {
    return new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "-q", "--no-lock", MAIN, ...args],
      cwd: this.dir,
      env: { CODEX_HOME: this.dir, RUST_BACKTRACE: "0", CODEX_API_KEY: "", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    });
  }

  async run(args: readonly string[], options: {
    stdin?: string | Uint8Array<ArrayBuffer>;
    env?: Record<string, string>;
  } = {}): Promise<Run> {
    const child = this.command(args, options.env).spawn();
    const { stdin = "" } = options;
    const fed = new Response(stdin).body?.pipeTo(child.stdin) ?? child.stdin.close();
    const [output] = await Promise.all([child.output(), fed.catch(() => {})]);
    const decoder = new TextDecoder();
    return {
      code: output.code,
      stdout: decoder.decode(output.stdout),
      stderr: decoder.decode(output.stderr),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.dir, { recursive: true });
  }
}

const PATCH = "*** Begin Patch\n*** Add File: new.txt\n+hello\n*** End Patch\n";

Deno.test("the version, whatever CODEX_HOME is, and without a trace on disk", async () => {
  await using stage = await Stage.create();
  const env = { CODEX_HOME: stage.path("none") };
  for (
    const [args, name] of [
      [["--version"], "codex-cli"],
      [["-V"], "codex-cli"],
      [["exec", "--version"], "codex-cli-exec"],
    ] as const
  ) {
    const run = await stage.run(args, { env });
    assert.deepEqual(run, { code: 0, stdout: `${name} ${project.version}\n`, stderr: "" });
  }
  assert.equal((await stage.run(["--help"])).code, 0);
  assert.deepEqual([...Deno.readDirSync(stage.dir)], []);
});

Deno.test("a usage error: exit 2, one message on stderr, nothing on stdout", async () => {
  await using stage = await Stage.create();
  for (const args of [["loginn"], ["a", "b"], ["exec", "--nope"], ["exec", "-s", "x"]]) {
    const { code, stdout, stderr } = await stage.run(args);
    assert.deepEqual([code, stdout], [2, ""], args.join(" "));
    assert.ok(stderr.startsWith("error: "), stderr);
  }
  const unknown = await stage.run(["frobnicate", "status"]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /"frobnicate" is no command .*exec, .*help/);
  for (const args of [[], ["frobnicate"], ["hi there"], ["--", "loginn"]]) {
    const { code, stdout, stderr } = await stage.run(args);
    assert.deepEqual([code, stdout], [1, ""], args.join(" "));
    assert.ok(stderr.startsWith("error: "), stderr);
  }
  const long = await stage.run([`fix ${"everything ".repeat(1000)}`]);
  assert.ok(long.stderr.length < 400 && long.stderr.includes("fix everything"), long.stderr);
  const both = await stage.run(["--full-auto", "exec", "--yolo", "hi"]);
  assert.deepEqual([both.code, both.stdout], [2, ""]);
});

Deno.test("help goes to stdout", async () => {
  await using stage = await Stage.create();
  const { code, stdout, stderr } = await stage.run(["help", "exec", "resume"]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /Usage: codex exec resume \[OPTIONS\] \[SESSION_ID\] \[PROMPT\]/);
});

Deno.test("start-up mistakes: exit 1, one line", async () => {
  await using stage = await Stage.create();
  const missing = stage.path("none");
  assert.deepEqual(await stage.run(["exec", "hi"], { env: { CODEX_HOME: missing } }), {
    code: 1,
    stdout: "",
    stderr: `Error finding codex home: CODEX_HOME points to "${missing}", but that path does not ` +
      "exist\n",
  });
  assert.deepEqual(await stage.run(["exec", "--enable", "nope", "hi"]), {
    code: 1,
    stdout: "",
    stderr: "Error: Unknown feature flag: nope\n",
  });
  const override = await stage.run(["exec", "-c", "noeq", "hi"]);
  assert.deepEqual([override.code, override.stdout], [1, ""]);
  assert.equal(override.stderr.split("\n").length, 2);
});

Deno.test("a stack is shown to those who ask for it, and to nobody else", async () => {
  await using stage = await Stage.create();
  const args = ["exec", "--enable", "nope"];
  assert.ok(!(await stage.run(args)).stderr.includes("    at "));
  const asked = await stage.run(args, { env: { RUST_BACKTRACE: "1" } });
  assert.match(asked.stderr, /^Error: Unknown feature flag: nope\n {4}at /);
  assert.equal(asked.stderr.split("Unknown feature").length, 2);
});

Deno.test("a type error in config.toml is shown with its place", async () => {
  await using stage = await Stage.create();
  await Deno.writeTextFile(stage.path("config.toml"), 'model_context_window = "nope"\n');
  const { code, stdout, stderr } = await stage.run(["exec", "--skip-git-repo-check", "hi"]);
  assert.deepEqual([code, stdout], [1, ""]);
  const lines = stderr.split("\n");
  assert.equal(lines[0], "Error loading config.toml:");
  assert.ok(lines[1]?.startsWith(`${stage.path("config.toml")}:1:24: `), stderr);
  assert.equal(lines[4], "  |                        ^^^^^^");
});

Deno.test("the program as apply_patch: argument, stdin, usage", async () => {
  await using stage = await Stage.create();
  const self = ["--codex-run-as", "apply_patch"];
  assert.equal((await stage.run([...self, PATCH])).code, 0);
  assert.equal(await Deno.readTextFile(stage.path("new.txt")), "hello\n");
  await Deno.remove(stage.path("new.txt"));
  assert.equal((await stage.run([...self], { stdin: PATCH })).code, 0);
  assert.equal(await Deno.readTextFile(stage.path("new.txt")), "hello\n");
  assert.equal((await stage.run(self)).code, 2);
  assert.equal((await stage.run([...self, PATCH, "more"])).code, 2);
  assert.equal((await stage.run([...self, "--version"])).code, 1);
});

Deno.test("the program starts itself for a patch", async () => {
  await using stage = await Stage.create();
  assert.equal((await stage.run(["--codex-run-as-apply-patch", PATCH])).code, 0);
  assert.equal(await Deno.readTextFile(stage.path("new.txt")), "hello\n");
  assert.equal((await stage.run(["--codex-run-as-apply-patch"])).code, 1);
});

Deno.test("a reader that has gone away is no error", async () => {
  await using stage = await Stage.create();
  for (const args of [["--version"], ["exec", "--help"]]) {
    const child = stage.command(args).spawn();
    await child.stdin.close();
    await child.stdout.cancel();
    const [status, stderr] = await Promise.all([child.status, child.stderr.text()]);
    assert.deepEqual([status.code, stderr], [0, ""]);
  }
});
