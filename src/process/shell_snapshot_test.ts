import assert from "node:assert/strict";
import { SILENT_LOGGER } from "../telemetry/mod.ts";
import { decodeOutput } from "./decode_output.ts";
import { runToEnd } from "./run_to_end.ts";
import { ShellSnapshot, snapshotText } from "./shell_snapshot.ts";

const WINDOWS = Deno.build.os === "windows";

/** A home whose start-up files do something, and a snapshot of it. */
async function withSnapshot(
  profile: string,
  extra: Record<string, string>,
  use: (s: {
    snapshot: ShellSnapshot;
    path: string;
    run: (script: string, env?: Record<string, string>) => Promise<string>;
  }) => Promise<void>,
): Promise<void> {
  const home = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${home}/.profile`, profile);
    const env = { HOME: home, PATH: "/usr/bin:/bin", ...extra };
    const path = `${home}/snapshots/x.sh`;
    await using snapshot = new ShellSnapshot({
      shell: { type: "bash", path: "/bin/bash" },
      cwd: home,
      env,
      keep: ["FIXED"],
      path,
      logger: SILENT_LOGGER,
      now: Date.now,
    });
    snapshot.start();
    await snapshot.settled();
    await use({
      snapshot,
      path,
      run: async (script, more = {}) => {
        const argv = snapshot.wrap(["/bin/bash", "-lc", script], home);
        assert.equal(argv[1], "-c", "the snapshot was not used");
        const { output } = await runToEnd({
          command: {
            kind: "none",
            argv,
            cwd: home,
            env: { ...env, ...more },
            unenforced: [],
            [Symbol.asyncDispose]: () => Promise.resolve(),
          },
          timeoutMs: 10_000,
          signal: new AbortController().signal,
        });
        return decodeOutput(output.aggregated);
      },
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

const PROFILE = `
echo noise
export ADDED="it's \\"here\\"
second line"
export PATH="/opt/x:$PATH"
export FIXED=from-profile
unset GONE
greet() { echo "hello $1"; }
`;

Deno.test({
  name: "a command sees what the start-up files changed, without running them",
  ignore: WINDOWS,
  fn: () =>
    withSnapshot(PROFILE, { GONE: "1", FIXED: "by-policy", TERM: "xterm" }, async (s) => {
      assert.match(
        await s.run('printf "%s|%s|%s|%s" "$ADDED" "$PATH" "$FIXED" "${GONE-unset}"'),
        /^it's "here"\nsecond line\|\/opt\/x:[^|]*\/bin\|by-policy\|unset$/,
      );
      assert.equal(await s.run("greet you"), "hello you\n");
    }),
});

Deno.test({
  name: "what a command is given of its own stays, and nothing unchanged is written down",
  ignore: WINDOWS,
  fn: () =>
    withSnapshot(PROFILE, { API_SECRET: "do-not-store", TERM: "xterm" }, async (s) => {
      assert.equal(
        await s.run('echo "$TERM $API_SECRET"', { TERM: "dumb" }),
        "dumb do-not-store\n",
      );
      const text = await Deno.readTextFile(s.path);
      assert.ok(!text.includes("do-not-store"));
      assert.equal((await Deno.stat(s.path)).mode! & 0o777, 0o600);
    }),
});

Deno.test({
  name: "the script sees the name, the arguments and the text that it would have seen",
  ignore: WINDOWS,
  fn: () =>
    withSnapshot("", {}, async (s) => {
      assert.equal(await s.run('echo "$0 $#"'), "/bin/bash 0\n");
      assert.match(await s.run("true\nno-such-program"), /line 2: no-such-program/);
      assert.equal(await s.run("# only a comment"), "");
      assert.equal(await s.run("cat <<'X'\n$1 \"a\" 'b'\nX\nexit 3"), "$1 \"a\" 'b'\n");
    }),
});

Deno.test({
  name: "another folder, another shell, another flag: left alone; gone at the end",
  ignore: WINDOWS,
  fn: async () => {
    let path = "";
    await withSnapshot("", {}, async ({ snapshot, path: file }) => {
      path = file;
      await Deno.stat(path);
      const home = file.replace("/snapshots/x.sh", "");
      for (
        const [argv, cwd] of [
          [["/bin/bash", "-lc", "x"], "/"],
          [["/bin/sh", "-lc", "x"], home],
          [["/bin/bash", "-c", "x"], home],
          [["/bin/bash", "-lc", "x", "y"], home],
        ] as const
      ) {
        assert.deepEqual(snapshot.wrap(argv, cwd), argv);
      }
    });
    await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
  },
});

Deno.test({
  name: "start-up files that fail or never end leave a plain login shell",
  ignore: WINDOWS,
  fn: async () => {
    const home = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${home}/.profile`, "exec sleep 1000");
      const snapshot = new ShellSnapshot({
        shell: { type: "bash", path: "/bin/bash" },
        cwd: home,
        env: { HOME: home, PATH: "/usr/bin:/bin" },
        keep: [],
        path: `${home}/s.sh`,
        logger: SILENT_LOGGER,
        now: Date.now,
      });
      snapshot.start();
      const argv = ["/bin/bash", "-lc", "true"];
      assert.deepEqual(snapshot.wrap(argv, home), argv);
      await snapshot[Symbol.asyncDispose]();
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  },
});

Deno.test("an answer in another encoding is not used", () => {
  const before = { env: {}, keep: [] };
  assert.equal(snapshotText(new Uint8Array([0xff, 0xfe]), before), null);
  assert.equal(snapshotText(new TextEncoder().encode("no mark"), before), null);
});
