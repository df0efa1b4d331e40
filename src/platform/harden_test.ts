import assert from "node:assert/strict";
import { withoutLoaderVariables } from "./harden.ts";

const onLinux = Deno.build.os === "linux";
const reason = onLinux ? "" : " (ignored: not Linux)";

/** A process of its own: hardening cannot be undone. It prints what became of it, and of a child. */
const PROGRAM = `
  import { hardenProcess } from ${JSON.stringify(import.meta.resolve("./harden.ts"))};
  import { processorTime } from ${
  JSON.stringify(import.meta.resolve("../../tests/support/processor_time.ts"))
};
  const before = processorTime();
  const gaps = hardenProcess();
  const ms = processorTime() - before;
  const limits = Deno.readTextFileSync("/proc/self/limits");
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", "cat <&7 2>/dev/null || echo closed"],
    stdout: "piped",
  }).outputSync();
  console.log(JSON.stringify({
    gaps,
    ms,
    core: /^Max core file size +(\\S+) +(\\S+)/m.exec(limits)?.slice(1),
    owner: Deno.statSync("/proc/self/limits").uid,
    child: new TextDecoder().decode(child.stdout).trim(),
  }));
  await Deno.stdin.read(new Uint8Array(1));
`;

Deno.test({
  name: `harden: no core, no debugger, no foreign descriptors, and it is quick${reason}`,
  ignore: !onLinux,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/secret`, "secret");
      await Deno.writeTextFile(`${folder}/program.ts`, PROGRAM);
      const child = new Deno.Command("/bin/sh", {
        args: [
          "-c",
          'exec 7<"$0"; exec "$@"',
          `${folder}/secret`,
          Deno.execPath(),
          "run",
          "-A",
          "--no-config",
          "--quiet",
          `${folder}/program.ts`,
        ],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      const { value = "" } = await reader.read();
      const { ms, ...rest } = JSON.parse(value);
      assert.deepEqual(rest, { gaps: [], core: ["0", "0"], owner: 0, child: "closed" });
      assert.ok(ms < 10, `usually less than 1 ms of the processor, now ${ms} ms`);
      await child.stdin.close();
      await reader.cancel();
      await child.status;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("harden: the loader's variables go, the others stay", () => {
  assert.deepEqual(
    withoutLoaderVariables({
      LD_PRELOAD: "/x",
      DYLD_INSERT_LIBRARIES: "/y",
      OLD_X: "1",
      LDFLAGS: "-s",
    }),
    { OLD_X: "1", LDFLAGS: "-s" },
  );
});
