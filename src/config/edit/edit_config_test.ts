import assert from "node:assert/strict";
import { join } from "node:path";
import { ConfigError } from "../error.ts";
import type { ConfigEdit } from "./change.ts";
import { editConfig } from "./edit_config.ts";
import { migratePersonality } from "./personality_migration.ts";
import { setFeature, setModel, setTrust } from "./settings.ts";
import { setSkillEnabled } from "./skills.ts";

const onUnix = Deno.build.os !== "windows";
const unixOnly = onUnix ? "" : " (ignored: modes and links of Unix)";

/** A `CODEX_HOME`, not made yet, in a folder that is removed afterwards. */
function test(name: string, body: (codexHome: string, root: string) => Promise<void>): void {
  Deno.test(`config file: ${name}`, async () => {
    const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "config-edit-" }));
    try {
      await body(join(root, "home"), root);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  });
}

function unixTest(name: string, body: (codexHome: string, root: string) => Promise<void>): void {
  if (onUnix) return test(name, body);
  Deno.test({ name: `config file: ${name}${unixOnly}`, ignore: true, fn: () => {} });
}

async function withFile(codexHome: string, text: string, mode = 0o600): Promise<string> {
  await Deno.mkdir(codexHome);
  const file = join(codexHome, "config.toml");
  await Deno.writeTextFile(file, text);
  if (onUnix) await Deno.chmod(file, mode);
  return file;
}

const mode = async (path: string) => ((await Deno.lstat(path)).mode ?? 0) & 0o777;
const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

unixTest("a file that is missing is made with its folders, for its owner alone", async (home) => {
  const codexHome = join(home, "below");
  const outcome = await setFeature({ codexHome }, "apps", true);
  assert.equal(outcome.kind, "written");
  assert.equal(await Deno.readTextFile(outcome.file), "[features]\napps = true\n");
  assert.equal(await mode(outcome.file), 0o600);
  assert.equal(await mode(codexHome), 0o700);
});

test("what changes nothing makes neither file nor folder, and touches no file", async (codexHome) => {
  const nothing: ConfigEdit[] = [{ type: "remove", path: ["features", "apps"] }];
  assert.equal((await editConfig({ codexHome, edits: nothing })).kind, "unchanged");
  await assert.rejects(Deno.stat(codexHome), Deno.errors.NotFound);
  const file = await withFile(codexHome, "[features]\napps=true  # mine");
  await Deno.utime(file, 1, 1);
  const same = await setFeature({ codexHome }, "apps", true);
  assert.equal(same.kind, "unchanged");
  assert.equal((await Deno.stat(file)).mtime?.getTime(), 1000);
  assert.equal(await Deno.readTextFile(file), "[features]\napps=true  # mine");
});

unixTest("the mode stays, and no temporary file does", async (codexHome) => {
  const file = await withFile(codexHome, "a = 1\n", 0o640);
  await setFeature({ codexHome }, "apps", true);
  assert.equal(await mode(file), 0o640);
  assert.deepEqual(names(codexHome), [".config.toml.lock", "config.toml"]);
});

unixTest(
  "links are followed and stay; a circle of links is replaced by a file",
  async (codexHome, root) => {
    await Deno.mkdir(codexHome);
    const file = join(codexHome, "config.toml");
    const dotfiles = join(root, "dotfiles.toml");
    await Deno.writeTextFile(dotfiles, '# in git\nmodel = "m"\n');
    await Deno.chmod(dotfiles, 0o644);
    await Deno.symlink("../dotfiles.toml", join(codexHome, "first"));
    await Deno.symlink("first", file);
    await setFeature({ codexHome }, "apps", true);
    assert.equal(await Deno.readLink(file), "first");
    assert.equal(
      await Deno.readTextFile(dotfiles),
      '# in git\nmodel = "m"\n\n[features]\napps = true\n',
    );
    assert.equal(await mode(dotfiles), 0o644);

    await Deno.remove(file);
    await Deno.symlink("other", file);
    await Deno.symlink("config.toml", join(codexHome, "other"));
    await setFeature({ codexHome }, "apps", true);
    assert.ok((await Deno.lstat(file)).isFile);
    assert.equal(await Deno.readTextFile(file), "[features]\napps = true\n");
  },
);

unixTest("a link to a file that is not there yet makes that file", async (codexHome, root) => {
  await Deno.mkdir(codexHome);
  await Deno.symlink(join(root, "later.toml"), join(codexHome, "config.toml"));
  await setFeature({ codexHome }, "apps", true);
  assert.ok((await Deno.lstat(join(codexHome, "config.toml"))).isSymlink);
  assert.equal(await Deno.readTextFile(join(root, "later.toml")), "[features]\napps = true\n");
});

test("a byte order mark stays where it is", async (codexHome) => {
  const file = await withFile(codexHome, '\uFEFFmodel = "m"\n');
  await setFeature({ codexHome }, "apps", true);
  const bytes = await Deno.readFile(file);
  assert.deepEqual([...bytes.slice(0, 3)], [0xef, 0xbb, 0xbf]);
  assert.equal(
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.slice(3)),
    'model = "m"\n\n[features]\napps = true\n',
  );
});

test("what cannot be read is not written: the place is told, the bytes stay", async (codexHome) => {
  const file = await withFile(codexHome, 'model = "m"\nb = = 1\n');
  await assert.rejects(setFeature({ codexHome }, "apps", true), (error) => {
    assert.ok(error instanceof ConfigError);
    assert.ok(error.message.startsWith(`${file}:2:5: `), error.message);
    return true;
  });
  assert.equal(await Deno.readTextFile(file), 'model = "m"\nb = = 1\n');
  const latin = new Uint8Array([0x61, 0x3d, 0x22, 0xe9, 0x22]);
  await Deno.writeFile(file, latin);
  await assert.rejects(setFeature({ codexHome }, "apps", true), { code: "invalid_toml" });
  assert.deepEqual(await Deno.readFile(file), latin);
});

test("an edit that is refused, or a check that throws, leaves all as it was", async (codexHome) => {
  const file = await withFile(codexHome, "[[tui]]\nx = 1\n");
  await assert.rejects(
    editConfig({
      codexHome,
      edits: [
        { type: "set", path: ["model"], value: "m" },
        { type: "set", path: ["tui", "y"], value: 1n },
      ],
    }),
    { code: "edit_refused" },
  );
  const check = () => Promise.reject(new Error("not that"));
  const edits: ConfigEdit[] = [{ type: "set", path: ["model"], value: "m" }];
  await assert.rejects(editConfig({ codexHome, edits, check }), /not that/);
  assert.equal(await Deno.readTextFile(file), "[[tui]]\nx = 1\n");
});

test("what an editor saves between reading and writing is kept", async (codexHome) => {
  const file = await withFile(codexHome, 'model = "m"\n');
  let saved = false;
  const edited = await editConfig({
    codexHome,
    edits: [{ type: "set", path: ["features", "apps"], value: true }],
    check: async () => {
      // An editor knows no lock.
      if (!saved) await Deno.writeTextFile(file, '# by hand\nmodel = "other"\n');
      saved = true;
    },
  });
  assert.equal(edited.kind, "written");
  assert.equal(
    await Deno.readTextFile(file),
    '# by hand\nmodel = "other"\n\n[features]\napps = true\n',
  );
});

test("waiting for another writer can be given up", async (codexHome) => {
  const file = await withFile(codexHome, 'model = "m"\n');
  const aborted = new AbortController();
  const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
  const { promise: release, resolve: goOn } = Promise.withResolvers<void>();
  const holder = editConfig({
    codexHome,
    edits: [{ type: "set", path: ["a"], value: 1n }],
    check: () => (enter(), release),
  });
  await entered;
  const waiting = setFeature({ codexHome, signal: aborted.signal }, "apps", true);
  aborted.abort(new Error("no longer wanted"));
  await assert.rejects(waiting, /no longer wanted/);
  goOn();
  await holder;
  assert.equal(await Deno.readTextFile(file), 'model = "m"\na = 1\n');
});

test("model and effort go into the profile in force; an effort of none takes the key away", async (codexHome) => {
  const file = await withFile(
    codexHome,
    'profile = "work"\nmodel = "top"\n\n[profiles.work]\nmodel_reasoning_effort = "low" # slow\n',
  );
  await setModel({ codexHome }, { profile: null, model: "m1", effort: null });
  assert.equal(
    await Deno.readTextFile(file),
    'profile = "work"\nmodel = "top"\n\n[profiles.work]\nmodel = "m1"\n',
  );
  await setModel({ codexHome }, { profile: "new", model: "m2", effort: "high" });
  assert.match(
    await Deno.readTextFile(file),
    /\n\n\[profiles\.new\]\nmodel = "m2"\nmodel_reasoning_effort = "high"\n$/,
  );
});

test("trust is written under a header of its own, whatever the others look like", async (codexHome) => {
  const file = await withFile(codexHome, 'projects."/a".trust_level = "untrusted"\n# end\n');
  await setTrust({ codexHome }, '/b/c "d"', "trusted");
  assert.equal(
    await Deno.readTextFile(file),
    'projects."/a".trust_level = "untrusted"\n# end\n\n' +
      '[projects."/b/c \\"d\\""]\ntrust_level = "trusted"\n',
  );
});

test(
  "a skill is switched off by an entry, and on by taking all its entries away",
  async (codexHome, root) => {
    const file = await withFile(codexHome, 'model = "m"\n');
    const skill = join(root, "skill", "SKILL.md");
    await Deno.mkdir(join(root, "skill"));
    await Deno.writeTextFile(skill, "");
    const place = { codexHome, home: root };
    await setSkillEnabled(place, skill, false);
    const off = `model = "m"\n\n[[skills.config]]\npath = "${skill}"\nenabled = false\n`;
    assert.equal(await Deno.readTextFile(file), off);
    assert.equal((await setSkillEnabled(place, skill, false)).kind, "unchanged");
    await setSkillEnabled(place, skill, true);
    assert.equal(await Deno.readTextFile(file), 'model = "m"\n');
  },
);

test("the tone that people know is written down once, for those who have sessions", async (codexHome) => {
  const has = () => Promise.resolve(true);
  const hasNot = () => Promise.resolve(false);
  const file = await withFile(codexHome, 'model = "m"\n');
  const marker = join(codexHome, ".personality_migration");
  assert.equal(await migratePersonality({ codexHome }, hasNot), "not_needed");
  assert.equal((await Deno.readTextFile(marker)).trim(), "v1");
  assert.equal(await migratePersonality({ codexHome }, has), "done_before");
  await Deno.remove(marker);
  assert.equal(await migratePersonality({ codexHome }, has), "written");
  assert.equal(await Deno.readTextFile(file), 'model = "m"\npersonality = "pragmatic"\n');
  await Deno.remove(marker);
  await Deno.writeTextFile(file, 'personality = "friendly"\n');
  assert.equal(await migratePersonality({ codexHome }, has), "not_needed");
  assert.equal(await Deno.readTextFile(file), 'personality = "friendly"\n');
});
