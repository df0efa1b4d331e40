import assert from "node:assert/strict";
import { join } from "node:path";
import { startSessionWatch } from "./session_watch.ts";

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
