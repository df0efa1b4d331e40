import assert from "node:assert/strict";
import { join } from "node:path";
import { openHelperFolder } from "./helper_folder.ts";
import type { World } from "./world.ts";

interface Bench extends AsyncDisposable {
  readonly home: string;
  readonly root: string;
  /** What was written to stderr. */
  readonly errors: string[];
  open(): ReturnType<typeof openHelperFolder>;
  entries(): string[];
}

async function bench(isCompiled = false): Promise<Bench> {
  const home = await Deno.makeTempDir();
  const root = join(home, "tmp", "arg0");
  const errors: string[] = [];
  const stderr = {
    isTerminal: false,
    write: (text: string) => Promise.resolve(errors.push(text) > 0),
  };
  // Stands in for the program: prints its arguments, one a line.
  const argv = ["/bin/sh", "-c", 'printf "%s\\n" "$GREETING" "$@"', "it's"];
  const self: World["self"] = isCompiled
    ? { argv: ["/bin/sh"], env: {} }
    : { argv, env: { GREETING: "hello 'you'" } };
  return {
    home,
    root,
    errors,
    open: () => openHelperFolder({ codexHome: home, world: { self, isCompiled, stderr } }),
    entries: () => [...Deno.readDirSync(root)].map(({ name }) => name),
    [Symbol.asyncDispose]: () => Deno.remove(home, { recursive: true }),
  };
}

const modeOf = (path: string) => (Deno.statSync(path).mode ?? 0) & 0o777;

Deno.test("the folder is private, in front of the path, and gone at the end", async () => {
  await using rig = await bench();
  {
    await using folder = await rig.open();
    assert.ok(folder !== null);
    const [name = ""] = rig.entries();
    assert.match(name, /^codex-arg0[A-Za-z0-9]{6}$/);
    assert.equal(folder.prependedTo("/bin:/usr/bin"), `${join(rig.root, name)}:/bin:/usr/bin`);
    assert.equal(folder.prependedTo(undefined), join(rig.root, name));
    assert.equal(modeOf(rig.root), 0o700);
    assert.equal(modeOf(join(rig.root, name)), 0o700);
    const entries = [...Deno.readDirSync(join(rig.root, name))].map((entry) => entry.name).sort();
    const sandbox = Deno.build.os === "linux" ? ["codex-linux-sandbox"] : [];
    assert.deepEqual(entries, [".lock", "apply_patch", "applypatch", ...sandbox]);
  }
  assert.deepEqual(rig.entries(), []);
  assert.deepEqual(rig.errors, []);
});

Deno.test("from source the helpers are scripts that start the program with its variables", async () => {
  await using rig = await bench();
  await using folder = await rig.open();
  assert.ok(folder !== null);
  const { stdout } = await new Deno.Command("/bin/sh", {
    args: ["-c", `apply_patch "a b" 'c"d'`],
    env: { PATH: folder.prependedTo("/bin:/usr/bin") },
  }).output();
  assert.equal(
    new TextDecoder().decode(stdout),
    "hello 'you'\n--codex-run-as\napply_patch\na b\nc\"d\n",
  );
});

Deno.test("compiled, the helpers are links to the executable", async () => {
  await using rig = await bench(true);
  await using _folder = await rig.open();
  const [name = ""] = rig.entries();
  for (const helper of ["apply_patch", "applypatch"]) {
    assert.equal(await Deno.readLink(join(rig.root, name, helper)), "/bin/sh");
  }
});

const CAN_TRY = "tryLock" in Deno.FsFile.prototype;

Deno.test({
  name: "folders of the dead are removed; those of the living and strangers stay" +
    (CAN_TRY ? "" : " (needs a runtime that can try a lock)"),
  ignore: !CAN_TRY,
  fn: () => cleanUp(),
});

async function cleanUp(): Promise<void> {
  await using rig = await bench();
  await using living = await rig.open();
  assert.ok(living !== null);
  const [alive = ""] = rig.entries();
  for (const name of ["codex-arg0dead00", "codex-arg0nolock", "stranger"]) {
    await Deno.mkdir(join(rig.root, name));
  }
  await Deno.writeTextFile(join(rig.root, "codex-arg0dead00", ".lock"), "");
  await Deno.writeTextFile(join(rig.root, "codex-arg0dead00", "apply_patch"), "");
  await Deno.writeTextFile(join(rig.root, "file"), "");
  {
    await using second = await rig.open();
    assert.ok(second !== null);
    assert.equal(rig.entries().length, 5);
  }
  assert.deepEqual(rig.entries().sort(), [alive, "codex-arg0nolock", "file", "stranger"].sort());
}

Deno.test("a failure is told once and stops nothing", async () => {
  await using rig = await bench();
  await Deno.writeTextFile(join(rig.home, "tmp"), "in the way");
  assert.equal(await rig.open(), null);
  assert.equal(rig.errors.length, 1);
  assert.ok(
    rig.errors[0]?.startsWith("WARNING: proceeding, even though we could not update PATH: "),
  );
});
