import assert from "node:assert/strict";
import { join } from "node:path";
import { openAppendLog } from "./append_log.ts";
import { FilesError } from "./error.ts";

async function inTempDir(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("appends keep the order of the calls, without waiting for each other", () =>
  inTempDir(async (dir) => {
    const path = join(dir, "log");
    const log = await openAppendLog(path, { mode: 0o600 });
    const lines = Array.from({ length: 200 }, (_, i) => `${i} ${"x".repeat(i * 37)}`);
    const appended = lines.map((line) => log.append(line));
    await log.close();
    await Promise.all(appended);
    assert.equal(await Deno.readTextFile(path), lines.map((line) => `${line}\n`).join(""));
    if (Deno.build.os !== "windows") {
      assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    }
  }));

Deno.test("a torn last line stays and the next line does not join it", () =>
  inTempDir(async (dir) => {
    const path = join(dir, "log");
    await Deno.writeTextFile(path, '{"a":1}\n{"torn');
    {
      await using log = await openAppendLog(path, { mode: 0o600 });
      await log.append("next");
      await log.append("last");
      await log.sync();
    }
    {
      await using log = await openAppendLog(path, { mode: 0o600 });
      await log.append("more");
    }
    assert.equal(await Deno.readTextFile(path), '{"a":1}\n{"torn\nnext\nlast\nmore\n');
  }));

Deno.test("two writers of one file interleave by whole lines", () =>
  inTempDir(async (dir) => {
    const path = join(dir, "log");
    await using one = await openAppendLog(path, { mode: 0o600 });
    await using two = await openAppendLog(path, { mode: 0o600 });
    const long = "y".repeat(100_000);
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => [one.append(`a${i}${long}`), two.append(`b${i}${long}`)])
        .flat(),
    );
    const lines = (await Deno.readTextFile(path)).split("\n").slice(0, -1);
    assert.equal(lines.length, 40);
    assert.ok(lines.every((line) => /^[ab]\d+y{100000}$/.test(line)));
  }));

Deno.test("a closed log refuses, a missing folder is reported", () =>
  inTempDir(async (dir) => {
    const log = await openAppendLog(join(dir, "log"), { mode: 0o600 });
    await log.close();
    await log.close();
    await assert.rejects(
      log.append("late"),
      (error) => error instanceof FilesError && error.code === "closed",
    );
    await assert.rejects(
      openAppendLog(join(dir, "none/log"), { mode: 0o600 }),
      (error) => error instanceof FilesError && error.code === "not_found",
    );
  }));

Deno.test({
  name: "a failed write is reported to its caller and the next line starts anew (needs /dev/full)",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const log = await openAppendLog("/dev/full", { mode: 0o600 });
    await assert.rejects(
      log.append("x"),
      (error) => error instanceof FilesError && error.code === "no_space",
    );
    await log.close();
  },
});
