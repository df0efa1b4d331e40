import assert from "node:assert/strict";
import { join } from "node:path";
import { openFileLocks } from "../../platform/mod.ts";
import { startSessionWatch } from "./session_watch.ts";
import { findSystemProgram } from "./system_program.ts";

const onLinux = Deno.build.os === "linux";
const reason = onLinux ? "" : " (ignored: not Linux)";
const OLD_S = 1;

async function inFolder(body: (stateDir: string) => void | Promise<void>): Promise<void> {
  const base = await Deno.makeTempDir({ prefix: "session-watch-" });
  try {
    await body(join(base, "state"));
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

const watch = (stateDir: string) =>
  startSessionWatch({ stateDir, flock: null, grep: null, mark: null });

Deno.test({
  name: `session watch: an end in good order leaves the state folder as it was${reason}`,
  ignore: !onLinux,
  fn: () =>
    inFolder((stateDir) => {
      {
        using session = watch(stateDir);
        session.remember("/a place");
        session.remember("/a place");
        session.remember("/with a\nline break");
        const places = Deno.readTextFileSync(join(session.folder, "places"));
        assert.equal(places, "/a place\n");
      }
      assert.deepEqual([...Deno.readDirSync(stateDir)], []);
    }),
});

Deno.test({
  name: `session watch: a folder that nobody cleans up any more goes, one in use stays${reason}`,
  ignore: !onLinux,
  fn: () =>
    inFolder((stateDir) => {
      using session = watch(stateDir);
      const left = join(stateDir, "watch-left");
      const young = join(stateDir, "watch-young");
      for (const folder of [left, young]) Deno.mkdirSync(folder);
      for (const folder of [left, session.folder]) Deno.utimeSync(folder, OLD_S, OLD_S);
      using second = watch(stateDir);
      const names = [...Deno.readDirSync(stateDir)].map(({ name }) => join(stateDir, name));
      assert.deepEqual(names.sort(), [session.folder, second.folder, young].sort());
    }),
});

/** A program that starts a watch over a place and stays. */
const HOLD = `import { startSessionWatch } from ${
  JSON.stringify(new URL("./session_watch.ts", import.meta.url).href)
};
const [stateDir, flock, place] = Deno.args;
const session = startSessionWatch({ stateDir, flock, grep: null, mark: null });
session.remember(place);
console.log("ready");
setInterval(() => {}, 60_000);`;

const flock = onLinux ? findSystemProgram("flock") : null;

Deno.test({
  name:
    `session watch: a place that is still locked when its program has died goes when the lock does${
      flock === null ? " (ignored: no flock)" : reason
    }`,
  ignore: flock === null,
  fn: () =>
    inFolder(async (stateDir) => {
      using locks = openFileLocks();
      const base = join(stateDir, "..");
      const [place, program] = [join(base, "place"), join(base, "hold.ts")];
      Deno.writeTextFileSync(program, HOLD);
      locks.makeFolder(place, 0o1755);
      const lock = locks.open(place, O_CLOEXEC);
      assert.ok(locks.flock(lock, LOCK_SHARED));
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-lock", "--quiet", program, stateDir, flock ?? "", place],
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const reader = child.stdout.getReader();
      assert.equal((await reader.read()).done, false);
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
      await until(() => waitsFor(place));
      locks.close(lock);
      await until(() => !exists(place));
      await until(() => [...Deno.readDirSync(stateDir)].length === 0);
    }),
});

const LOCK_SHARED = 1;
const O_CLOEXEC = 0o2000000;

async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!isSo()) {
    assert.ok(Date.now() < end, "it does not come");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function exists(path: string): boolean {
  return Deno.statSync(join(path, "..")).isDirectory &&
    [...Deno.readDirSync(join(path, ".."))].some(({ name }) => path.endsWith(`/${name}`));
}

/** Whether a process of this machine has asked for the lock on `path` and does not have it yet. */
function waitsFor(path: string): boolean {
  const { ino } = Deno.statSync(path);
  return Deno.readTextFileSync("/proc/locks").split("\n")
    .some((line) => line.includes("->") && line.includes(`:${ino} `));
}
