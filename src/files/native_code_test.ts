import assert from "node:assert/strict";
import { join } from "node:path";
import { loadNativeCode } from "./native_code.ts";

Deno.test("the executable unpacks native code where nobody else writes, and forgets about it afterwards", async () => {
  // A process of its own: the variables are those of a whole process.
  const root = await Deno.makeTempDir();
  try {
    const folder = join(root, "a", "b");
    const script = join(root, "script.ts");
    const module = new URL("./native_code.ts", import.meta.url).href;
    await Deno.writeTextFile(
      script,
      `import { loadNativeCode } from ${JSON.stringify(module)};
      const shown = () => ["TMPDIR", "TMP", "TEMP"].map((name) => Deno.env.get(name) ?? null);
      const [folder] = Deno.args;
      const load = () => Promise.resolve([shown(), Deno.makeTempDirSync()]);
      const [inside, made] = await loadNativeCode(folder, load, true);
      const source = await loadNativeCode(folder + "/c", load, false);
      await loadNativeCode(folder, () => Promise.reject(new Error("broken")), true).catch(() => {});
      console.log(JSON.stringify({ inside, made, source: source[0], after: shown() }));`,
    );
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", "--quiet", script, folder],
      env: { TMPDIR: root, TMP: "", NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder();
    assert.notEqual(stdout.length, 0, text.decode(stderr));
    const seen = JSON.parse(text.decode(stdout));
    assert.deepEqual(seen.inside, [folder, folder, folder]);
    assert.ok(seen.made.startsWith(folder), seen.made);
    assert.deepEqual(seen.after, [root, "", null]);
    assert.deepEqual(seen.source, seen.after);
    const made = await Deno.stat(folder);
    if (Deno.build.os !== "windows") assert.equal((made.mode ?? 0) & 0o777, 0o700);
    await assert.rejects(Deno.stat(join(folder, "c")));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("what goes wrong with native code is told", async () => {
  await assert.rejects(loadNativeCode("/unused", () => Promise.reject(new Error("broken")), false));
});
