import assert from "node:assert/strict";
import { join } from "node:path";
import type { SandboxBackend } from "../../src/sandbox/mod.ts";
import { openSandboxRig, probeBoth, type SandboxRig } from "../support/sandbox_rig.ts";

const probed = Deno.build.os === "linux" ? (await probeBoth()).bubblewrap : null;

/** With a bubblewrap that belongs to whoever runs the tests, as the system's belongs to root. */
const test = (name: string, body: (rig: SandboxRig, program: string) => Promise<void>): void =>
  Deno.test({
    name: `a bubblewrap of one's own: ${name}${probed?.reason ?? ""}`,
    ignore: probed === null || probed.ignore,
    fn: async () => {
      if (probed?.backend.kind !== "bubblewrap") assert.fail();
      const folder = await Deno.realPath(await Deno.makeTempDir());
      try {
        const program = join(folder, "bwrap");
        await Deno.copyFile(probed.backend.program, program);
        await Deno.chmod(program, 0o755);
        const backend: SandboxBackend = { ...probed.backend, program };
        await using rig = await openSandboxRig(backend);
        await body(rig, program);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });

test("its mode and times are not for commands to change", async (rig, program) => {
  const factsOf = () => {
    const { mode, mtime } = Deno.statSync(program);
    return { mode: (mode ?? 0) % 0o1000, mtime: mtime?.getTime() };
  };
  const before = factsOf();
  await rig.run([
    "/bin/sh",
    "-c",
    'for exe in /proc/[0-9]*/exe; do chmod 711 "$exe"; touch -d @1 "$exe"; done',
  ]);
  assert.deepEqual(factsOf(), before);
  // The same without a sandbox.
  await Deno.chmod(program, 0o711);
  await Deno.utime(program, 1, 1);
  assert.notDeepEqual(factsOf(), before);
});

test("no process in the namespace leads to the host's files", async (rig) => {
  const { stdout } = await rig.run([
    "/bin/sh",
    "-c",
    'for way in /proc/[0-9]*/exe /proc/[0-9]*/cwd; do echo x 2>/dev/null >"$way/planted"; readlink "$way"; done | sort -u',
  ]);
  assert.doesNotMatch(stdout, /bwrap/);
});

test("commands end with their own exit codes, and say nothing else", async (rig) => {
  for (
    const [argv, expected] of [
      [["/bin/sh", "-c", "exit 7"], { code: 7, stdout: "", stderr: "" }],
      [["/bin/sh", "-c", "kill -SEGV $$"], { code: 139, stdout: "", stderr: "" }],
      [["/bin/sh", "-c", "kill -TERM $$"], { code: 143, stdout: "", stderr: "" }],
      [["/bin/sh", "-c", "echo out; echo err >&2"], { code: 0, stdout: "out\n", stderr: "err\n" }],
    ] as const
  ) assert.deepEqual(await rig.run(argv), expected);
});

test("a program that has the name of a shell's builtin is that program", async (rig) => {
  const bin = join(rig.base, "bin");
  await Deno.mkdir(bin);
  for (const name of ["echo", "cd", "exit"]) {
    await Deno.writeTextFile(join(bin, name), '#!/bin/sh\nprintf "%s." "$0" "$@"\n', {
      mode: 0o755,
    });
    const result = await rig.run([name, "", "-n"], { env: { PATH: `${bin}:/usr/bin:/bin` } });
    assert.deepEqual(result, { code: 0, stdout: `${join(bin, name)}..-n.`, stderr: "" });
  }
});

test("what is orphaned inside is collected, and holds nothing up", async (rig) => {
  const script = `for i in 1 2 3 4; do ( : & ) ; done
dead() { grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null; }
looks=0
while [ -n "$(dead)" ] && [ "$looks" -lt 1000 ]; do looks=$((looks+1)); done
dead
sleep 300 >/dev/null 2>&1 &
ls /proc/self/fd | tr '\\n' ' '`;
  assert.deepEqual(await rig.run(["/bin/sh", "-c", script]), {
    code: 0,
    stdout: "0 1 2 3 ",
    stderr: "",
  });
});
