import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runStandalone } from "./standalone.ts";

const FIXTURES = fileURLToPath(new URL("./fixtures/", import.meta.url));

/** Every file below a folder, by its path in it. A folder that is not there holds none. */
async function readTree(root: string, inner = ""): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  try {
    for await (const entry of Deno.readDir(join(root, inner))) {
      const path = inner === "" ? entry.name : `${inner}/${entry.name}`;
      if (entry.isDirectory) Object.assign(tree, await readTree(root, path));
      else tree[path] = (await Deno.readFile(join(root, path))).toBase64();
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return tree;
}

const names = [...Deno.readDirSync(FIXTURES)]
  .filter((entry) => entry.isDirectory)
  .map((entry) => entry.name)
  .sort();

Deno.test("there are fixtures", () => {
  assert.ok(names.length > 30);
});

for (const name of names) {
  Deno.test(`fixture ${name}`, async () => {
    const cwd = await Deno.makeTempDir();
    try {
      const before = await readTree(join(FIXTURES, name, "before"));
      for (const [path, content] of Object.entries(before)) {
        await Deno.mkdir(dirname(join(cwd, path)), { recursive: true });
        await Deno.writeFile(join(cwd, path), Uint8Array.fromBase64(content));
      }
      const patch = await Deno.readTextFile(join(FIXTURES, name, "patch.txt"));
      const readStdin = () => Promise.reject(new Error("stdin is not wanted"));
      const result = await runStandalone({ args: [patch], readStdin, cwd });
      assert.deepEqual(await readTree(cwd), await readTree(join(FIXTURES, name, "after")));
      assert.equal(result.exitCode, name.startsWith("refused_") ? 1 : 0, result.stderr);
    } finally {
      await Deno.remove(cwd, { recursive: true });
    }
  });
}
