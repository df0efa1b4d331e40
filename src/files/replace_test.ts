import assert from "node:assert/strict";
import { join } from "node:path";
import { FilesError } from "./error.ts";
import { replaceFile } from "./replace.ts";

const windows = Deno.build.os === "windows";

async function inTempDir(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.realPath(await Deno.makeTempDir());
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function names(dir: string): string[] {
  return [...Deno.readDirSync(dir)].map((entry) => entry.name).sort();
}

async function modeOf(path: string): Promise<number> {
  return ((await Deno.stat(path)).mode ?? 0) & 0o7777;
}

function hasCode(code: FilesError["code"]) {
  return (error: unknown) => error instanceof FilesError && error.code === code;
}

Deno.test("replaceFile writes text and bytes and leaves nothing else behind", () =>
  inTempDir(async (dir) => {
    const path = join(dir, "f");
    await replaceFile(path, "größer");
    assert.equal(await Deno.readTextFile(path), "größer");
    await replaceFile(path, new Uint8Array([0, 255, 10]), { fsync: true });
    assert.deepEqual(await Deno.readFile(path), new Uint8Array([0, 255, 10]));
    assert.deepEqual(names(dir), ["f"]);
  }));

Deno.test({
  name: "replaceFile keeps the mode, or sets the one asked for (needs POSIX modes)",
  ignore: windows,
  fn: () =>
    inTempDir(async (dir) => {
      const path = join(dir, "f");
      await Deno.writeTextFile(path, "old");
      await Deno.chmod(path, 0o4751);
      await replaceFile(path, "new");
      assert.equal(await modeOf(path), 0o4751);
      await replaceFile(path, "secret", { mode: 0o600 });
      assert.equal(await modeOf(path), 0o600);
      await replaceFile(join(dir, "g"), "wide", { mode: 0o666 });
      assert.equal(await modeOf(join(dir, "g")), 0o666);
    }),
});

Deno.test({
  name: "replaceFile gives a new inode to the file behind a link; the link stays (needs symlinks)",
  ignore: windows,
  fn: () =>
    inTempDir(async (dir) => {
      await Deno.mkdir(join(dir, "a"));
      await Deno.writeTextFile(join(dir, "a/f"), "old");
      await Deno.symlink("a/f", join(dir, "link"));
      const before = (await Deno.stat(join(dir, "a/f"))).ino;
      await replaceFile(join(dir, "link"), "new");
      assert.equal(await Deno.readTextFile(join(dir, "a/f")), "new");
      assert.notEqual((await Deno.stat(join(dir, "a/f"))).ino, before);
      assert.ok((await Deno.lstat(join(dir, "link"))).isSymlink);

      await Deno.symlink("a/fresh", join(dir, "dangling"));
      await replaceFile(join(dir, "dangling"), "made");
      assert.equal(await Deno.readTextFile(join(dir, "a/fresh")), "made");
      assert.deepEqual(names(join(dir, "a")), ["f", "fresh"]);
    }),
});

Deno.test("replaceFile that fails keeps the old state and no temporary file", () =>
  inTempDir(async (dir) => {
    await Deno.mkdir(join(dir, "folder"));
    await assert.rejects(replaceFile(join(dir, "folder"), "x"), hasCode("is_directory"));
    await assert.rejects(replaceFile(join(dir, "none/f"), "x"), hasCode("not_found"));
    await assert.rejects(replaceFile("relative", "x"), hasCode("not_absolute"));
    await Deno.writeTextFile(join(dir, "f"), "old");
    const stop = new AbortController();
    const running = replaceFile(join(dir, "f"), "new", { signal: stop.signal });
    stop.abort(new RangeError("stop"));
    await assert.rejects(running, RangeError);
    assert.equal(await Deno.readTextFile(join(dir, "f")), "old");
    assert.deepEqual(names(dir), ["f", "folder"]);
    assert.deepEqual(names(join(dir, "folder")), []);
  }));

Deno.test({
  name: "replaceFile writes to a device instead of replacing it (needs /dev/null)",
  ignore: windows,
  async fn() {
    await replaceFile("/dev/null", "gone");
    assert.ok((await Deno.stat("/dev/null")).isCharDevice);
  },
});

const mayMount = Deno.build.os === "linux" &&
  (() => {
    try {
      return new Deno.Command("unshare", {
        args: ["--user", "--map-root-user", "--mount", "true"],
        stderr: "null",
      }).outputSync().success;
    } catch {
      return false;
    }
  })();

Deno.test({
  name: "replaceFile writes into a file whose folder is read-only, if asked (needs unshare)",
  ignore: !mayMount,
  fn: () =>
    inTempDir(async (dir) => {
      const code = `
        import { replaceFile } from ${JSON.stringify(import.meta.resolve("./replace.ts"))};
        const path = Deno.args[0];
        const refused = await replaceFile(path, "x").then(() => "none", (e) => e.code);
        await replaceFile(path, "shorter", { inPlaceIfRefused: true });
        const absent = await replaceFile(path + "2", "x", { inPlaceIfRefused: true })
          .then(() => "none", (e) => e.code);
        console.log(refused, absent);`;
      await Deno.mkdir(join(dir, "ro"));
      await Deno.writeTextFile(join(dir, "ro/f"), "a longer text");
      await Deno.writeTextFile(join(dir, "main.ts"), code);
      const script = `mount --bind "$1/ro" "$1/ro" && mount --bind "$1/ro/f" "$1/ro/f" &&
        mount -o remount,bind,ro "$1/ro" && exec "$2" run -A --no-check "$1/main.ts" "$1/ro/f"`;
      const { stdout, stderr } = await new Deno.Command("unshare", {
        args: ["-Urm", "sh", "-c", script, "sh", dir, Deno.execPath()],
      }).output();
      assert.equal(
        new TextDecoder().decode(stdout).trim(),
        "read_only read_only",
        new TextDecoder().decode(stderr),
      );
      assert.equal(await Deno.readTextFile(join(dir, "ro/f")), "shorter");
      assert.deepEqual(names(join(dir, "ro")), ["f"]);
    }),
});

Deno.test({
  name: "replaceFile on a full disk keeps the old file and clears up (needs unshare)",
  ignore: !mayMount,
  fn: () =>
    inTempDir(async (dir) => {
      const code = `
        import { replaceFile } from ${JSON.stringify(import.meta.resolve("./replace.ts"))};
        const folder = Deno.args[0];
        await Deno.writeTextFile(folder + "/f", "old");
        const data = "x".repeat(1_000_000);
        const failed = await replaceFile(folder + "/f", data, { inPlaceIfRefused: true })
          .then(() => "none", (e) => e.code);
        const names = [...Deno.readDirSync(folder)].map((entry) => entry.name);
        console.log(failed, names.join(), Deno.readTextFileSync(folder + "/f"));`;
      await Deno.mkdir(join(dir, "small"));
      await Deno.writeTextFile(join(dir, "main.ts"), code);
      const script = `mount -t tmpfs -o size=64k tmpfs "$1/small" &&
        exec "$2" run -A --no-check "$1/main.ts" "$1/small"`;
      const { stdout, stderr } = await new Deno.Command("unshare", {
        args: ["-Urm", "sh", "-c", script, "sh", dir, Deno.execPath()],
      }).output();
      assert.equal(
        new TextDecoder().decode(stdout).trim(),
        "no_space f old",
        new TextDecoder().decode(stderr),
      );
    }),
});

Deno.test({
  name: "replaceFile leaves a file to an owner that cannot be named here (needs root and unshare)",
  ignore: !mayMount || Deno.uid() !== 0,
  fn: () =>
    inTempDir(async (dir) => {
      const code = `
        import { replaceFile } from ${JSON.stringify(import.meta.resolve("./replace.ts"))};
        await replaceFile(Deno.args[0], "new", { inPlaceIfRefused: true });`;
      const path = join(dir, "f");
      await Deno.writeTextFile(path, "old content");
      await Deno.chown(path, 4321, 4321);
      await Deno.chmod(path, 0o666);
      await Deno.writeTextFile(join(dir, "main.ts"), code);
      const { stderr } = await new Deno.Command("unshare", {
        args: ["-Urm", Deno.execPath(), "run", "-A", "--no-check", join(dir, "main.ts"), path],
      }).output();
      assert.equal(await Deno.readTextFile(path), "new", new TextDecoder().decode(stderr));
      assert.equal((await Deno.stat(path)).uid, 4321);
      assert.deepEqual(names(dir), ["f", "main.ts"]);
    }),
});
