import assert from "node:assert/strict";
import { join } from "node:path";
import { allowLine, appendAllowRule } from "./amend.ts";
import { RulesError } from "./error.ts";
import { LiveRules } from "./live_rules.ts";
import { loadRules, readRuleFiles } from "./load_rules.ts";
import { Rules } from "./rules.ts";

async function inFolder(work: (file: string, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(join(folder, "rules", "default.rules"), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("an amendment is one line, in a folder that is made for it", async () => {
  await inFolder(async (file) => {
    await appendAllowRule(file, ["echo", "Hello, world!"]);
    assert.equal(
      await Deno.readTextFile(file),
      'prefix_rule(pattern=["echo", "Hello, world!"], decision="allow")\n',
    );
  });
});

Deno.test("an amendment that is there already changes nothing; another is added behind it", async () => {
  await inFolder(async (file) => {
    for (const word of ["a", "b", "a"]) await appendAllowRule(file, [word]);
    assert.equal(await Deno.readTextFile(file), `${allowLine(["a"])}\n${allowLine(["b"])}\n`);
  });
});

for (
  const { name, before, after } of [
    { name: "without a newline at its end", before: "# mine", after: "# mine\n" },
    { name: "with a newline at its end", before: "# mine\n", after: "# mine\n" },
    { name: "with line ends of Windows", before: "# mine\r\n", after: "# mine\r\n" },
    { name: "that is empty", before: "", after: "" },
  ]
) {
  Deno.test(`an amendment is added to a file ${name}`, async () => {
    await inFolder(async (file, folder) => {
      await Deno.mkdir(join(folder, "rules"));
      await Deno.writeTextFile(file, before);
      await appendAllowRule(file, ["x"]);
      assert.equal(await Deno.readTextFile(file), `${after}${allowLine(["x"])}\n`);
    });
  });
}

for (
  const word of [
    '"',
    "\\",
    "a\nb",
    "\t",
    "\u0000",
    "\u2028",
    "é✓😀",
    "]) # ",
    "{x}",
    "%s",
    "'",
    "",
  ]
) {
  Deno.test(`what is written down reads back as it was: ${JSON.stringify(word)}`, async () => {
    await inFolder(async (file) => {
      await appendAllowRule(file, ["run", word]);
      const rules = await readRuleFiles([file]);
      assert.deepEqual(rules.allowedPrefixes(), [["run", word]]);
      assert.equal((await Deno.readTextFile(file)).trimEnd().split("\n").length, 1);
    });
  });
}

for (
  const prefix of [[], ["bash"], ["bash", "-lc"], ["python3", "-c"], ["sudo"], ["git"], [
    "a",
    "\ud800",
  ]]
) {
  Deno.test(`${JSON.stringify(prefix)} is not written down`, async () => {
    await inFolder(async (file) => {
      await assert.rejects(
        appendAllowRule(file, prefix),
        (error: unknown) => error instanceof RulesError && error.code === "amendment",
      );
      await assert.rejects(Deno.stat(file), Deno.errors.NotFound);
    });
  });
}

Deno.test("a folder that cannot be made is a failure that names the file", async () => {
  await inFolder(async (file, folder) => {
    await Deno.writeTextFile(join(folder, "rules"), "a file in the way");
    await assert.rejects(
      appendAllowRule(file, ["a"]),
      (error: unknown) => error instanceof RulesError && error.file === file,
    );
  });
});

Deno.test("many processes lose no line and write none twice", async () => {
  await inFolder(async (file) => {
    const script = `
      const { appendAllowRule } = await import(${
      JSON.stringify(new URL("./amend.ts", import.meta.url).href)
    });
      const own = Deno.args[0];
      await Promise.all(Array.from({ length: 25 }, async (_, index) => {
        await appendAllowRule(${JSON.stringify(file)}, ["shared", String(index)]);
        await appendAllowRule(${JSON.stringify(file)}, ["own", own, String(index)]);
      }));`;
    const runs = await Promise.all(
      ["0", "1", "2", "3"].map((own) =>
        new Deno.Command(Deno.execPath(), {
          args: ["eval", "--no-check", script, own],
          stderr: "piped",
        }).output()
      ),
    );
    for (const { success, stderr } of runs) assert(success, new TextDecoder().decode(stderr));
    const lines = (await Deno.readTextFile(file)).split("\n");
    assert.equal(lines.pop(), "");
    assert.equal(lines.length, 25 + 4 * 25);
    assert.equal(new Set(lines).size, lines.length);
    assert.equal((await readRuleFiles([file])).size, lines.length);
  });
});

Deno.test("what is allowed counts at once, for those who ask from then on", async () => {
  await inFolder(async (file) => {
    const live = new LiveRules(new Rules([]), file);
    const before = live.current;
    await live.allow(["make", "test"]);
    await live.allow(["make", "test"]);
    assert.deepEqual(before.match(["make", "test"]), []);
    assert.deepEqual(live.current.match(["make", "test", "-j"]), [
      { matchedPrefix: ["make", "test"], decision: "allow", justification: null },
    ]);
    const folder = file.slice(0, -"/default.rules".length);
    assert.equal((await loadRules({ folders: [folder] })).size, 1);
  });
});

Deno.test("what could not be written down is not allowed either", async () => {
  await inFolder(async (file) => {
    const live = new LiveRules(new Rules([]), file);
    await assert.rejects(live.allow(["bash"]), RulesError);
    assert.deepEqual(live.current.match(["bash"]), []);
  });
});
