import assert from "node:assert/strict";
import { join } from "node:path";
import type { SandboxPolicy } from "../../src/protocol/mod.ts";
import { SandboxError } from "../../src/sandbox/mod.ts";
import {
  childEnvironment,
  finish,
  openSandboxRig,
  probeBoth,
  type SandboxRig,
  WORKSPACE_ONLY,
} from "../support/sandbox_rig.ts";

const backends = Deno.build.os === "linux" ? await probeBoth() : null;

for (const [kind, { backend, ignore, reason }] of Object.entries(backends ?? {})) {
  const test = (name: string, body: (rig: SandboxRig) => Promise<void>): void =>
    Deno.test({
      name: `${kind}: ${name}${reason}`,
      ignore,
      fn: async () => {
        await using rig = await openSandboxRig(backend);
        await body(rig);
      },
    });

  const limited = (rig: SandboxRig, ...readableRoots: string[]): SandboxPolicy => ({
    ...WORKSPACE_ONLY,
    readOnlyAccess: { type: "restricted", includePlatformDefaults: true, readableRoots },
    writableRoots: [join(rig.base, "extra")],
  });

  test("limited reads show the system, the roots and nothing else", async (rig) => {
    for (const folder of ["extra", "given", "secret"]) {
      await Deno.mkdir(join(rig.base, folder));
      await Deno.writeTextFile(join(rig.base, folder, "file"), "x");
    }
    const answers = await rig.attempts({
      system: "ls /usr/bin && cat /etc/passwd && echo a | tr a b",
      devices: "head -c 4 /dev/urandom && echo x > /dev/null",
      itself: "cat /proc/self/status",
      workspace: "echo x > file && cat file",
      extra: `cat ${rig.base}/extra/file && echo x > ${rig.base}/extra/new`,
      given: `cat ${rig.base}/given/file`,
      writeGiven: `echo x > ${rig.base}/given/new`,
      secret: `cat ${rig.base}/secret/file`,
      list: `ls ${rig.base} | grep -q secret`,
      home: "ls /root /home | grep -q .",
      writeSystem: "echo x > /usr/planted",
    }, { policy: limited(rig, join(rig.base, "given")) });
    assert.deepEqual(answers, {
      system: true,
      devices: true,
      itself: true,
      workspace: true,
      extra: true,
      given: true,
      writeGiven: false,
      secret: false,
      list: false,
      home: false,
      writeSystem: false,
    });
  });

  test("limited reads name what stays visible", async (rig) => {
    await using confined = await rig.confine(["true"], { policy: limited(rig) });
    const visible = await rig.attempts(
      { stat: `test -e ${rig.outside}` },
      { policy: limited(rig) },
    );
    const named = confined.unenforced.some((limit) => limit.code === "hidden_names");
    assert.deepEqual({ stat: named }, visible);
  });

  test("limited reads are refused for a folder that cannot be seen", async (rig) => {
    await assert.rejects(
      rig.confine(["true"], { cwd: rig.outside, policy: limited(rig) }),
      (error) => error instanceof SandboxError && error.code === "folder_not_readable",
    );
  });

  test("a root that does not exist is named", async (rig) => {
    const missing = join(rig.base, "missing");
    await using confined = await rig.confine(["true"], {
      policy: { ...WORKSPACE_ONLY, writableRoots: [missing] },
    });
    const named = confined.unenforced.filter((limit) => limit.code === "missing_root");
    assert.equal(named.length, 1);
    assert.ok(named[0]?.message.includes(missing));
    assert.equal((await finish(confined)).code, 0);
  });

  test("a link that a command makes in the place of a missing root opens nothing", async (rig) => {
    const root = join(rig.workspace, "cache");
    const policy = { ...WORKSPACE_ONLY, writableRoots: [root] };
    assert.equal((await rig.run(["ln", "-s", rig.outside, root], { policy })).code, 0);
    await using confined = await rig.confine(["/bin/sh", "-c", "echo x >cache/planted"], {
      policy,
    });
    assert.ok(
      confined.unenforced.some(({ code, message }) =>
        code === "linked_root" && message.includes(root)
      ),
    );
    assert.notEqual((await finish(confined)).code, 0);
    assert.deepEqual([...Deno.readDirSync(rig.outside)], []);
  });

  test("a program that is missing or none is reported as a shell does", async (rig) => {
    await Deno.writeTextFile(join(rig.workspace, "text"), "not a program", { mode: 0o644 });
    for (
      const [name, code] of [["no-such-program", 127], ["./none", 127], ["./text", 126]] as const
    ) {
      const result = await rig.run([name]);
      assert.equal(result.code, code, name);
      assert.equal(result.stderr.trim().split("\n").length, 1);
      assert.ok(result.stderr.includes(name));
    }
  });

  test("what starts the sandbox takes nothing from the workspace", async (rig) => {
    const bin = join(rig.workspace, "bin");
    await Deno.mkdir(bin);
    const planted = join(rig.outside, "planted");
    for (const name of ["cat", "rm", "rmdir", "grep", "flock", "sh"]) {
      await Deno.writeTextFile(join(bin, name), `#!/bin/sh\necho x >>${planted}\n`, {
        mode: 0o755,
      });
    }
    await Deno.writeTextFile(join(bin, "library.so"), "not a library");
    await Deno.writeTextFile(join(rig.outside, "input"), "from a file\n");
    await Deno.writeTextFile(join(rig.workspace, "rc"), `echo x >>${planted}\n`);
    const env = {
      ...childEnvironment(),
      PATH: `${bin}:/usr/bin:/bin`,
      LD_PRELOAD: join(bin, "library.so"),
      BASH_ENV: join(rig.workspace, "rc"),
      ENV: join(rig.workspace, "rc"),
      SHELLOPTS: "xtrace",
      PS4: `$(echo x >>${planted})`,
      DENO_DIR: join(rig.workspace, "deno"),
    };
    const names = ["PATH", "LD_PRELOAD", "BASH_ENV", "DENO_DIR"] as const;
    const print = `printf '%s\\n' ${names.map((name) => `"$${name}"`).join(" ")}`;
    const confined = await rig.confine(["/bin/sh", "-c", print], { env });
    const output = await new Deno.Command("/bin/sh", {
      args: ["-c", 'exec "$@" <"$0"', join(rig.outside, "input"), ...confined.argv],
      cwd: confined.cwd,
      env: { ...confined.env },
      clearEnv: true,
    }).output();
    await confined[Symbol.asyncDispose]();
    const decoder = new TextDecoder();
    assert.deepEqual(
      decoder.decode(output.stdout).trim().split("\n"),
      names.map((name) => env[name]),
    );
    // The loader grumbles inside, where it is the command's, and root's first process is a shell of its own.
    const loaded = decoder.decode(output.stderr).split("\n").filter((line) =>
      /LD_PRELOAD/.test(line)
    );
    assert.equal(loaded.length, kind === "bubblewrap" && Deno.uid() === 0 ? 2 : 1);
    assert.deepEqual([...Deno.readDirSync(rig.outside)].map(({ name }) => name), ["input"]);
  });

  test("a file, a pipe and nothing at all arrive on stdin", async (rig) => {
    await Deno.writeTextFile(join(rig.outside, "input"), "from a file\n");
    await using confined = await rig.confine(["/bin/sh", "-c", "cat; exit 5"]);
    for (
      const [how, expected] of [
        [`<${rig.outside}/input`, "from a file\n"],
        ["</dev/null", ""],
      ] as const
    ) {
      const output = await new Deno.Command("/bin/sh", {
        args: ["-c", `exec "$@" ${how}`, "sh", ...confined.argv],
        cwd: confined.cwd,
        env: { ...confined.env },
      }).output();
      assert.equal(new TextDecoder().decode(output.stdout), expected);
      assert.equal(output.code, 5);
    }
  });

  test("a folder in place of a stream is none to make files in", async (rig) => {
    const script =
      "for fd in 0 1 2; do echo x 2>/dev/null >/proc/self/fd/$fd/planted; done; exit 6";
    await using confined = await rig.confine(["/bin/sh", "-c", script]);
    const output = await new Deno.Command("/bin/sh", {
      args: ["-c", 'exec "$@" <"$0" 1<"$0" 2<"$0"', rig.outside, ...confined.argv],
      cwd: confined.cwd,
      env: { ...confined.env },
    }).output();
    assert.equal(output.code, 6);
    assert.deepEqual([...Deno.readDirSync(rig.outside)], []);
  });
}

Deno.test({
  name: `bubblewrap: no places are held in /tmp for its own sake${
    backends?.bubblewrap.reason ?? ""
  }`,
  ignore: backends === null || backends.bubblewrap.ignore ||
    !await Deno.stat("/var/tmp").then(({ isDirectory }) => isDirectory, () => false),
  fn: async () => {
    await using rig = await openSandboxRig(backends?.bubblewrap.backend ?? assert.fail());
    const workspace = await Deno.makeTempDir({ dir: "/var/tmp" });
    const shared = await Deno.makeTempDir();
    try {
      await using _confined = await rig.confine(["true"], {
        cwd: workspace,
        policyCwd: workspace,
        tmpdir: shared,
        policy: { ...WORKSPACE_ONLY, excludeTmpdirEnvVar: false },
      });
      assert.deepEqual([...Deno.readDirSync(shared)], []);
      const held = [...Deno.readDirSync(workspace)].map((entry) => entry.name).sort();
      assert.deepEqual(held, [".agents", ".codex", ".git"]);
    } finally {
      await Deno.remove(shared, { recursive: true });
      await Deno.remove(workspace, { recursive: true });
    }
  },
});
