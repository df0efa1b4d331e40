import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { openStateFolder } from "./state_folder.ts";

async function inFolder(body: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await body(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("the state of a sandbox lies where a session keeps it, else out of reach of commands, else in TMPDIR", async () => {
  await inFolder(async (root) => {
    const [home, memory, tmp] = ["home", "memory", "tmp"].map((name) => join(root, name));
    const io = { codexHome: home!, env: { TMPDIR: tmp! } };
    await Deno.mkdir(tmp!);
    const place = async () => {
      await using folder = await openStateFolder(io, memory);
      return folder.isKept ? folder.path : dirname(folder.path);
    };
    if (Deno.build.os !== "windows") assert.equal(await place(), tmp);
    await Deno.mkdir(memory!);
    if (Deno.build.os === "linux") assert.equal(await place(), memory);
    assert.deepEqual([...Deno.readDirSync(memory!), ...Deno.readDirSync(tmp!)], []);
    await Deno.mkdir(join(home!, "tmp"), { recursive: true });
    assert.equal(await place(), join(home!, "tmp"));
  });
});

Deno.test("where no folder can be made for the state of a sandbox, TMPDIR is named", async () => {
  await inFolder(async (root) => {
    const none = join(root, "none");
    const env = { TMPDIR: none, TEMP: none };
    await assert.rejects(
      openStateFolder({ codexHome: join(root, "home"), env }, join(root, "memory")),
      (error) =>
        error instanceof Error && "code" in error && error.code === "setup_failed" &&
        error.message.includes(none),
    );
  });
});
