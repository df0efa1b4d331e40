import assert from "node:assert/strict";
import { join } from "node:path";
import { readWhole, readWholeText, refuseUnreadPipe, replaceFile } from "./mod.ts";

const windows = Deno.build.os === "windows";
const note = "(not on Windows, which has no such files)";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "codex-read-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function makePipe(path: string): Promise<string> {
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assert.ok(success, "mkfifo failed");
  return path;
}

const REFUSED = { name: "NotSupported", message: /named pipe, which is not waited for/ };

Deno.test("readWhole gives the bytes of a file, and says what the system says", () =>
  inFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "\ufeffwörds");
    assert.equal(await readWholeText(file), "wörds");
    await Deno.writeTextFile(file, "");
    assert.deepEqual(await readWhole(file), new Uint8Array());
    await assert.rejects(readWhole(join(folder, "none")), Deno.errors.NotFound);
    await assert.rejects(readWhole(folder));
  }));

Deno.test("readWhole reads nothing of what is far too large", () =>
  inFolder(async (folder) => {
    const path = join(folder, "large");
    {
      using file = await Deno.create(path);
      await file.truncate(64 * 1024 * 1024 + 1);
    }
    await assert.rejects(readWhole(path), /it is larger than 64 MiB$/);
  }));

Deno.test({
  name:
    `a named pipe is neither read nor written, also behind a link; a device is not read ${note}`,
  ignore: windows,
  fn: () =>
    inFolder(async (folder) => {
      const pipe = await makePipe(join(folder, "pipe"));
      const link = join(folder, "link");
      await Deno.symlink(pipe, link);
      for (const path of [pipe, link]) {
        await assert.rejects(readWhole(path), REFUSED);
        await assert.rejects(refuseUnreadPipe(path), REFUSED);
        await assert.rejects(replaceFile(path, "words"), {
          name: "FilesError",
          message: REFUSED.message,
        });
      }
      await assert.rejects(readWhole("/dev/zero"), /it is not a regular file$/);
      await refuseUnreadPipe("/dev/null");
      await refuseUnreadPipe(join(folder, "not there yet"));
    }),
});

Deno.test({
  name: "what the kernel makes up while it is read is read (Linux only)",
  ignore: Deno.build.os !== "linux",
  async fn() {
    assert.equal((await Deno.stat("/proc/self/status")).size, 0);
    assert.match(await readWholeText("/proc/self/status"), /^Name:/);
  },
});

/** What a program says that reads what its stdin is, by name. */
async function readStdinByName(shell: string, folder: string): Promise<string> {
  const room = new URL("./mod.ts", import.meta.url).href;
  const program = join(folder, "program.ts");
  await Deno.writeTextFile(
    program,
    `import { readWhole } from ${JSON.stringify(room)};
const said = await readWhole("/dev/stdin").then((bytes) => bytes.length, (error) => error.message);
console.log(String(said));
Deno.exit(0);
`,
  );
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", shell, Deno.execPath(), "run", "-A", "-q", "--no-config", program],
    cwd: folder,
    stderr: "inherit",
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test({
  name: `a pipe that is open already is read to its end, and an endless one is given up ${note}`,
  ignore: windows,
  fn: () =>
    inFolder(async (folder) => {
      const long = "head -c 300000 /dev/zero";
      assert.equal(await readStdinByName(`${long} | "$0" "$@"`, folder), "300000");
      for (const endless of ['cat /dev/zero | "$0" "$@"', '"$0" "$@" </dev/zero']) {
        assert.equal(await readStdinByName(endless, folder), "it is larger than 64 MiB");
      }
    }),
});

Deno.test({
  name: "a named pipe that is open already could still be waited for (Linux only)",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (folder) => {
      await makePipe(join(folder, "pipe"));
      // The writer has gone by the time that the program starts.
      const shell = 'exec 3<>pipe; echo words >&3; exec 4<pipe; exec 3>&-; "$0" "$@" <&4';
      assert.match(await readStdinByName(shell, folder), REFUSED.message);
    }),
});
