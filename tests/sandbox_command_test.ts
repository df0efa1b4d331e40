import assert from "node:assert/strict";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { probeBoth } from "./support/sandbox_rig.ts";
import { programUnderTest } from "./support/program.ts";
import { environmentOf, runCodex, type RunCodexOptions, spawnCodex } from "./support/run_codex.ts";
import { openStage, type Stage } from "./support/stage.ts";
import { writeProgram } from "./support/write_program.ts";

const isLinux = Deno.build.os === "linux";
const probed = isLinux ? await probeBoth() : null;

/** A search path decides which of the two it is. */
const BACKENDS = (["bubblewrap", "landlock"] as const).map((kind) => ({
  kind,
  env: kind === "bubblewrap" ? { PATH: "/usr/local/bin:/usr/bin:/bin" } : { PATH: "/nowhere" },
  ignore: probed?.[kind].ignore ?? true,
  reason: probed?.[kind].reason ?? " (ignored: not Linux)",
}));

/** An older runtime, as such and as the base of an executable, ends at such words before the program sees them. */
const refusesBytes = !(await new Deno.Command("/bin/sh", {
  args: ["-c", 'exec "$@" --version "$(printf \'\\377\')"', "sh", ...programUnderTest().argv],
  env: programUnderTest().env,
  stdout: "null",
  stderr: "null",
}).output()).code.toString().match(/^[02]$/);
const bytes = {
  ignore: refusesBytes,
  reason: refusesBytes ? " (ignored: this runtime takes UTF-8 only)" : "",
};

/** An older runtime, as an executable may have it for its base, cannot, and leaves what it finds. */
const triesLocks = "tryLock" in Deno.FsFile.prototype && !Deno.env.get("CODEX_BIN");

type Rest = Omit<RunCodexOptions, "args">;

function inSandbox(stage: Stage, words: readonly string[], rest: Rest = {}) {
  return runCodex(stage, { ...rest, args: ["sandbox", "linux", ...words] });
}

/** The path is set inside, because the one outside decides which backend is found. */
function script(text: string): string[] {
  return ["--", "/bin/sh", "-c", `PATH=/usr/bin:/bin; ${text}`];
}

for (const { kind, env, ignore, reason } of BACKENDS) {
  const test = (name: string, fn: (stage: Stage) => Promise<void>, unless = false) =>
    Deno.test({
      name: `sandbox linux, ${kind}: ${name}${reason}`,
      ignore: ignore || unless,
      fn: async () => {
        await using stage = await openStage({ git: false });
        await fn(stage);
      },
    });

  test("--explain names it and says why", async (stage) => {
    const run = await inSandbox(stage, ["--explain"], { env });
    assert.equal(run.code, 0);
    assert.match(run.stdout, new RegExp(`^backend: ${kind}\nwhy: .+\npolicy: read-only\n`));
    assert.match(
      run.stdout,
      kind === "landlock"
        ? /\n- file_metadata: /
        : /\nnot enforced:\n(?:- (?:file_locks|named_pipes): .+\n)+$/,
    );
  });

  test("exit codes and signals pass through", async (stage) => {
    assert.equal((await inSandbox(stage, script("exit 3"), { env })).code, 3);
    assert.equal((await inSandbox(stage, script("kill -TERM $$"), { env })).code, 143);
    assert.equal((await inSandbox(stage, script("kill -SEGV $$"), { env })).code, 139);
  });

  test("a command that is missing or no program has the code a shell gives", async (stage) => {
    await Deno.writeTextFile(`${stage.workspace}/text`, "");
    await Deno.writeTextFile(`${stage.workspace}/lost`, "#!/no/such/program\n", { mode: 0o755 });
    assert.equal((await inSandbox(stage, ["no-such-program"], { env })).code, 127);
    assert.equal((await inSandbox(stage, ["./missing"], { env })).code, 127);
    assert.equal((await inSandbox(stage, ["./lost"], { env })).code, 127);
    assert.equal((await inSandbox(stage, ["./text"], { env })).code, 126);
    assert.equal((await inSandbox(stage, ["./"], { env })).code, 126);
  });

  test("read-only without, workspace-write with --full-auto; -c cannot widen the mode", async (stage) => {
    const write = script("echo x > file");
    const wide = ["-c", 'sandbox_mode="danger-full-access"'];
    assert.notEqual((await inSandbox(stage, write, { env })).code, 0);
    assert.notEqual((await inSandbox(stage, [...wide, ...write], { env })).code, 0);
    assert.equal((await inSandbox(stage, ["--full-auto", ...write], { env })).code, 0);
    const home = script(`echo x > ${stage.home}/file`);
    const notTmp = ["--full-auto", "-c", "sandbox_workspace_write.exclude_slash_tmp=true"];
    assert.notEqual((await inSandbox(stage, [...notTmp, ...home], { env })).code, 0);
    assert.equal((await inSandbox(stage, [...notTmp, ...write], { env })).code, 0);
  });

  test("[sandbox_workspace_write] of the file counts", async (stage) => {
    const text = `[sandbox_workspace_write]\nwritable_roots = ["${stage.home}"]\n` +
      "exclude_slash_tmp = true\nexclude_tmpdir_env_var = true\n";
    await Deno.writeTextFile(`${stage.codexHome}/config.toml`, text);
    const run = await inSandbox(
      stage,
      [
        "--full-auto",
        ...script(`echo x > ${stage.home}/file && ! echo x 2>&- > /tmp/codex-${stage.root.length}`),
      ],
      { env },
    );
    assert.equal(run.code, 0, run.stderr);
  });

  test(`words reach the command byte for byte${bytes.reason}`, async (stage) => {
    const { argv } = programUnderTest();
    const words = ["", "-x", "--", "--full-auto", "a b", "é\n", "$HOME", "'"];
    const start = 'exec "$@" "$(printf \'a\\377b\')" "$(printf \'\\303\')"';
    const program = { argv: ["/bin/sh", "-c", start, "sh", ...argv], env: programUnderTest().env };
    // `od` of the words of the shell itself: nothing stands between them and the command.
    const show = ["/bin/sh", "-c", "/usr/bin/printf '%s|' \"$@\" | /usr/bin/od -An -v -tx1", "sh"];
    const run = await inSandbox(stage, [...show, ...words], { env, program });
    const expected = [
      ...new TextEncoder().encode(words.map((word) => `${word}|`).join("") + "a"),
      0xff,
      ...new TextEncoder().encode("b|"),
      0xc3,
      0x7c,
    ];
    const seen = run.stdout.trim().split(/\s+/).map((hex) => parseInt(hex, 16));
    assert.deepEqual(seen, expected, run.stderr);
  }, bytes.ignore);

  test("stdin is the caller's: a pipe and a file", async (stage) => {
    const read = script("cat; printf done");
    const piped = await inSandbox(stage, read, { env, stdin: "from a pipe\n" });
    assert.equal(piped.stdout, "from a pipe\ndone");
    await Deno.writeTextFile(`${stage.workspace}/input`, "from a file\n");
    const { argv, env: own } = programUnderTest();
    const program = { argv: ["/bin/sh", "-c", 'exec "$@" < input', "sh", ...argv], env: own };
    assert.equal((await inSandbox(stage, read, { env, program })).stdout, "from a file\ndone");
  });

  test("the environment is that of the shell policy, and no thread's", async (stage) => {
    const policy = ["-c", 'shell_environment_policy.exclude=["SECRET_*"]'];
    const show = script("/usr/bin/env");
    const run = await inSandbox(stage, [...policy, ...show], {
      // The last one has the name of a variable of the shell that starts the sandbox.
      env: { ...env, SECRET_X: "1", KEPT_X: "1", size: "own" },
    });
    assert.match(run.stdout, /^size=own$/m);
    const names = run.stdout.split("\n").map((line) => line.split("=", 1)[0]);
    assert.ok(names.includes("KEPT_X"), run.stdout);
    assert.ok(names.includes("CODEX_SANDBOX_NETWORK_DISABLED"));
    assert.ok(!names.includes("SECRET_X"));
    assert.ok(!names.includes("CODEX_THREAD_ID"));
  });

  test("nothing is written to CODEX_HOME", async (stage) => {
    assert.equal((await inSandbox(stage, ["--full-auto", ...script(":")], { env })).code, 0);
    assert.deepEqual([...Deno.readDirSync(stage.codexHome)], []);
    assert.deepEqual([...Deno.readDirSync(stage.workspace)], []);
  });

  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    test(`${signal} reaches the command, whose answer counts`, async (stage) => {
      const trap = `trap 'echo caught; exit 7' ${signal.slice(3)}; echo ready; ` +
        "while :; do /bin/sleep 0.05; done";
      const child = spawnCodex(stage, { env, args: ["sandbox", "linux", ...script(trap)] });
      const output = await untilReady(child);
      child.kill(signal);
      assert.equal((await child.status).code, 7);
      assert.equal(await output.rest(), "caught\n");
    });
  }

  test("SIGTERM reaches the command past all that stands around it", async (stage) => {
    await Deno.writeTextFile(`${stage.workspace}/input`, "x\n");
    const { argv, env: own } = programUnderTest();
    const program = { argv: ["/bin/sh", "-c", 'exec "$@" < input', "sh", ...argv], env: own };
    const trap = "trap 'echo caught; exit 7' TERM; echo ready; while :; do /bin/sleep 0.05; done";
    const args = ["sandbox", "linux", "--full-auto", ...script(trap)];
    const child = spawnCodex(stage, { env, program, args });
    const output = await untilReady(child);
    child.kill("SIGTERM");
    assert.equal((await child.status).code, 7);
    assert.equal(await output.rest(), "caught\n");
  });

  test("nothing of the command is left after SIGTERM, nor after its end", async (stage) => {
    const away = "setsid /bin/sh -c 'echo ready; exec sleep 1000' &";
    const child = spawnCodex(stage, {
      env,
      args: ["sandbox", "linux", ...script(`${away} exec sleep 1000`)],
    });
    const output = await untilReady(child);
    child.kill("SIGTERM");
    assert.equal((await child.status).code, 143);
    // The pipe is at its end when the last process that holds it has gone.
    assert.equal(await output.rest(), "");
    const run = await inSandbox(stage, script(`${away} exit 4`), { env });
    assert.equal(run.code, 4);
  });

  test("under the name codex-linux-sandbox it takes a policy", async (stage) => {
    const helper = (policy: string, words: readonly string[]) => {
      const flags = ["--sandbox-policy-cwd", stage.workspace, "--sandbox-policy", policy];
      const args = ["--codex-run-as", "codex-linux-sandbox", ...flags, ...words];
      return runCodex(stage, { args, env: { ...env, SECRET_KEY: "kept" } });
    };
    const touch = script("/bin/touch new && echo $SECRET_KEY");
    assert.notEqual((await helper('{"type":"read-only"}', touch)).code, 0);
    const written = await helper('{"type":"workspace-write"}', touch);
    assert.deepEqual([written.code, written.stdout], [0, "kept\n"], written.stderr);
    const ended = await helper('{"type":"danger-full-access"}', ["/bin/sh", "-c", "kill -TERM $$"]);
    assert.equal(ended.code, 143);
    // Full access to files, and none to the network.
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const connect = [
      "--",
      "/bin/bash",
      "-c",
      `: > new && exec 3<>/dev/tcp/127.0.0.1/${listener.addr.port}`,
    ];
    const external = (network: string) =>
      helper(`{"type":"external-sandbox","network_access":"${network}"}`, connect);
    assert.equal((await external("enabled")).code, 0);
    const cut = await external("restricted");
    assert.notEqual(cut.code, 0);
    assert.doesNotMatch(cut.stderr, /new:/);
    listener.close();
    for (const policy of ["{", '{"type":"nope"}']) {
      const refused = await helper(policy, ["echo", "RAN"]);
      assert.deepEqual([refused.code, refused.stdout], [2, ""]);
      assert.match(refused.stderr, /^error: --sandbox-policy: /);
    }
    assert.equal((await helper('{"type":"read-only"}', ["--"])).code, 2);
    assert.equal((await helper('{"type":"read-only"}', ["--bogus", "true"])).code, 2);
    assert.equal((await helper('{"type":"read-only"}', ["no-such-program"])).code, 127);
  });

  test(
    "where /proc is that of other processes, nothing runs, and one line says why",
    async (stage) => {
      const { argv, env: own } = programUnderTest();
      const around = ["--unshare-user", "--unshare-pid", "--dev-bind", "/", "/", "--"];
      const program = {
        argv: ["/usr/bin/env", "PATH=/usr/bin:/bin", "bwrap", ...around],
        env: own,
      };
      const args = [...argv, "sandbox", "linux", ...script("echo RAN")];
      const run = await runCodex(stage, { program, env, args });
      assert.deepEqual([run.code, run.stdout], [125, ""]);
      assert.match(run.stderr, /^codex: .*needs a sandbox and there is none: \/proc is .*\n$/m);
    },
    probed?.bubblewrap.ignore ?? true,
  );

  test("what is left behind when it is killed goes with the next run", async (stage) => {
    const wait = script("echo ready; exec sleep 1000");
    const child = spawnCodex(stage, { env, args: ["sandbox", "linux", ...wait] });
    const output = await untilReady(child);
    const [held = ""] = [...Deno.readDirSync(`/proc/${child.pid}/fd`)]
      .map(({ name }) => linkOrEmpty(`/proc/${child.pid}/fd/${name}`))
      .filter((path) => path.endsWith("/.lock")).map(dirname);
    assert.match(held, /\/codex-sandbox-[^/]+$/);
    const isThere = () => Deno.stat(held).then(() => true, () => false);
    // One that is in use stays.
    const beside = await inSandbox(stage, script(":"), { env });
    assert.equal(beside.code, 0, beside.stderr);
    assert.equal(await isThere(), true);
    child.kill("SIGKILL");
    await child.status;
    assert.equal(await output.rest(), "");
    const next = await inSandbox(stage, script(":"), { env });
    assert.equal(next.code, 0, next.stderr);
    if (triesLocks) assert.equal(await isThere(), false);
    else await Deno.remove(held, { recursive: true }).catch(() => {});
  });

  const python = isLinux && await Deno.stat("/usr/bin/python3").then(() => true, () => false);
  const atTerminal = (name: string, fn: (stage: Stage) => Promise<void>) =>
    Deno.test({
      name: `sandbox linux, ${kind}: ${name}${python ? reason : " (ignored: no python3)"}`,
      ignore: ignore || !python,
      fn: async () => {
        await using stage = await openStage({ git: false });
        await fn(stage);
      },
    });

  atTerminal("at a terminal, a shell has job control", async (stage) => {
    const shell = ["sandbox", "linux", "--", "/bin/bash", "--norc", "--noprofile", "-i"];
    const { code, seen } = await playTerminal(stage, env, shell, [
      ["$ ", "PATH=/usr/bin:/bin\n"],
      ["$ ", `sh -c "trap 'echo ba''ck' CONT; sleep 1000 & echo run''ning; wait; wait"\n`],
      ["running", "\x1a"],
      ["Stopped", "jobs\n"],
      ["Stopped", "fg\n"],
      ["back", "\x03"],
      ["$ ", "exit 5\n"],
    ]);
    assert.equal(code, 5, seen);
    assert.ok(!seen.includes("no job control"), seen);
  });

  atTerminal("at a terminal, Ctrl-C reaches the command once", async (stage) => {
    const trap = script(
      "n=0; trap 'n=$((n+1)); echo got it' INT; echo ready; " +
        "while [ $n -lt 2 ]; do sleep 0.05; done; echo end; read line; exit 6",
    );
    const { code, seen } = await playTerminal(stage, env, ["sandbox", "linux", ...trap], [
      // With the line's end: what the terminal echoes may come before an end that is still on its way.
      ["ready\r\n", "\x03"],
      ["got it\r\n", "\x03"],
      ["end\r\n", "\n"],
    ]);
    assert.equal(code, 6, seen);
    assert.match(seen, /ready\r\n\^Cgot it\r\n\^Cgot it\r\nend/);
  });

  atTerminal("at a terminal, Ctrl-C before the command has begun ends it", async (stage) => {
    const bin = `${stage.root}/bin`;
    await Deno.mkdir(bin);
    // Tried out first, in a session of its own, which the key does not reach.
    const slow = "#!/bin/sh\necho looking >/proc/$PPID/fd/1\n/bin/sleep 1\nexit 1\n";
    await writeProgram(`${bin}/bwrap`, slow);
    const args = ["sandbox", "linux", "--", "/bin/sleep", "1000"];
    const { code, seen } = await playTerminal(
      stage,
      { ...env, PATH: `${bin}:${env.PATH}` },
      args,
      [["looking\r\n", "\x03"]],
    );
    assert.equal(code, 130, seen);
  });

  atTerminal("the terminal goes back to the caller after a shell inside", async (stage) => {
    const { argv } = programUnderTest();
    const shell = ["sandbox", "linux", "--", "/bin/bash", "--norc", "--noprofile", "-i"];
    const outer = ["/bin/bash", "--norc", "-c", '"$@"; read line; echo "read $line"', "sh"];
    const { code, seen } = await playTerminal(stage, env, [...argv, ...shell], [
      ["bash-", "exit 0\n"],
      ["\nexit\r\n", "a line\n"],
      ["read a line", ""],
    ], outer);
    assert.equal(code, 0, seen);
  });
}

interface Output {
  rest(): Promise<string>;
}

/** Reads up to the line "ready". */
/** Descriptors come and go while they are looked through. */
function linkOrEmpty(path: string): string {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return "";
  }
}

async function untilReady(child: Deno.ChildProcess): Promise<Output> {
  void child.stderr.cancel();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let seen = "";
  while (!seen.includes("ready\n")) {
    const { value, done } = await reader.read();
    assert.ok(!done, `it ended without a word: ${seen}`);
    seen += value;
  }
  return {
    async rest() {
      let text = seen.slice(seen.indexOf("ready\n") + "ready\n".length);
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return text;
        text += value;
      }
    },
  };
}

/** Runs the program, or what is given with its words behind, on a terminal of its own. */
async function playTerminal(
  stage: Stage,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  steps: readonly (readonly [wait: string, keys: string])[],
  outer: readonly string[] | null = null,
): Promise<{ code: number; seen: string }> {
  const own = programUnderTest();
  const order = {
    argv: outer === null ? [...own.argv, ...args] : [...outer, ...args],
    env: { ...environmentOf(stage, { args }), ...env, ...own.env, TERM: "dumb", PS1: "$ " },
    cwd: stage.workspace,
    steps,
  };
  const player = fileURLToPath(new URL("./support/terminal_session.py", import.meta.url));
  const { stdout, stderr } = await new Deno.Command("/usr/bin/python3", {
    args: [player, JSON.stringify(order)],
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.notEqual(text, "", new TextDecoder().decode(stderr));
  const { code, seen, left } = JSON.parse(text);
  assert.equal(left, 0, seen);
  return { code, seen };
}

Deno.test("sandbox: usage errors exit 2, the wrong system exits 1", async () => {
  await using stage = await openStage({ git: false });
  const code = async (...args: string[]) => (await runCodex(stage, { args })).code;
  const here = { linux: "linux", darwin: "macos", windows: "windows" }[Deno.build.os as "linux"];
  const there = here === "linux" ? "macos" : "linux";
  assert.equal(await code("sandbox"), 2);
  assert.equal(await code("sandbox", "plan9"), 2);
  assert.equal(await code("sandbox", here), 2);
  assert.equal(await code("sandbox", here, "--full-auto", "--"), 2);
  assert.equal(await code("sandbox", "linux", "--log-denials", "true"), 2);
  assert.equal(await code("sandbox", there, "true"), 1);
});

Deno.test({
  name: "sandbox: older names lead to the same command",
  ignore: BACKENDS.every(({ ignore }) => ignore),
  fn: async () => {
    await using stage = await openStage({ git: false });
    for (const names of [["sandbox", "landlock"], ["debug", "landlock"]]) {
      const run = await runCodex(stage, { args: [...names, "/bin/sh", "-c", "exit 9"] });
      assert.equal(run.code, 9, run.stderr);
    }
    assert.equal((await runCodex(stage, { args: ["debug", "seatbelt", "true"] })).code, 1);
  },
});

Deno.test({
  name: "sandbox linux: bubblewrap that fails behind its probe is told from a command that fails" +
    BACKENDS[0]!.reason,
  ignore: BACKENDS[0]!.ignore,
  fn: async () => {
    await using stage = await openStage({ git: false });
    const bin = `${stage.root}/bin`;
    await Deno.mkdir(bin);
    // Works for the trial, whose command is a shell that does nothing, and then not any more.
    await Deno.writeTextFile(
      `${bin}/bwrap`,
      '#!/bin/sh\nfor word; do last=$word; done\n[ "$last" = : ] && exec /usr/bin/bwrap "$@"\n' +
        'echo "bwrap: setting up uid map: Permission denied" >&2\nexit 1\n',
      { mode: 0o755 },
    );
    const broken = await inSandbox(stage, ["--", "/bin/echo", "RAN"], {
      env: { PATH: `${bin}:/usr/bin:/bin` },
    });
    assert.equal(broken.code, 125, broken.stderr);
    assert.equal(broken.stdout, "");
    assert.match(broken.stderr, /could not set up the sandbox, so the command has not run/);
    const failing = await inSandbox(stage, ["--", "/bin/sh", "-c", "echo bwrap: no >&2; exit 1"], {
      env: { PATH: "/usr/bin:/bin" },
    });
    assert.equal(failing.code, 1);
    assert.equal(failing.stderr, "bwrap: no\n");
  },
});
