import assert from "node:assert/strict";
import { join } from "node:path";
import { RulesError } from "./error.ts";
import { loadRules, loadStrictRules } from "./load_rules.ts";
import { requiredRules } from "./required_rules.ts";

async function inFolders(
  files: Readonly<Record<string, string>>,
  work: (root: string) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(join(root, path, ".."), { recursive: true });
      await Deno.writeTextFile(join(root, path), text);
    }
    await work(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const rule = (...words: string[]) => `prefix_rule(${JSON.stringify(words)})\n`;

Deno.test("rules come from files that end in .rules, directly in the folders, by name", async () => {
  await inFolders({
    "system/b.rules": rule("x", "3"),
    "system/a.rules": rule("x", "2"),
    "system/B.rules": rule("x", "1"),
    "user/default.rules": rule("x", "4"),
    "user/notes.txt": "not rules at all (",
    "user/old.rules.bak": "(",
    "user/.rules": "(",
    "user/below/c.rules": "(",
    "elsewhere/linked.rules": "(",
  }, async (root) => {
    await Deno.mkdir(join(root, "user/folder.rules"));
    if (Deno.build.os !== "windows") {
      await Deno.symlink(join(root, "elsewhere/linked.rules"), join(root, "user/linked.rules"));
    }
    const rules = await loadRules({
      folders: [join(root, "system"), join(root, "missing"), join(root, "user")],
    });
    assert.deepEqual(rules.allowedPrefixes(), [["x", "1"], ["x", "2"], ["x", "3"], ["x", "4"]]);
  });
});

Deno.test("rules of folders do not replace each other; those of an administrator come last", async () => {
  await inFolders({ "a/a.rules": rule("rm"), "b/b.rules": rule("rm", "x") }, async (root) => {
    const required = requiredRules({
      prefix_rules: [{
        pattern: [{ token: "rm" }, { any_of: ["x", "y"] }],
        decision: "forbidden",
        justification: "not here",
      }],
    }, "requirements.toml");
    const rules = await loadRules({ folders: [join(root, "a"), join(root, "b")], required });
    assert.deepEqual(
      rules.match(["rm", "x"]).map(({ decision, matchedPrefix }) => [decision, ...matchedPrefix]),
      [["allow", "rm"], ["allow", "rm", "x"], ["forbidden", "rm", "x"]],
    );
    assert.deepEqual(rules.match(["rm", "z"]).length, 1);
  });
});

Deno.test("one file that is wrong spoils all, and is named with its place", async () => {
  await inFolders({ "a/a.rules": rule("a"), "a/b.rules": "\n\n  # x\nfoo(\n" }, async (root) => {
    await assert.rejects(loadRules({ folders: [join(root, "a")] }), (error: unknown) => {
      assert(error instanceof RulesError);
      assert.deepEqual([error.code, error.file], ["syntax", join(root, "a/b.rules")]);
      assert.deepEqual([error.line, error.column], [5, 1]);
      return true;
    });
  });
});

Deno.test("bytes that are no text, a file in place of the folder, a huge file: errors", async () => {
  await inFolders({ "file": "", "big/a.rules": "#".repeat(4_000_001) }, async (root) => {
    await Deno.mkdir(join(root, "bytes"));
    await Deno.writeFile(join(root, "bytes/a.rules"), new Uint8Array([0xff, 0xfe]));
    for (
      const [folder, code] of [
        ["file", "unreadable"],
        ["bytes", "unreadable"],
        ["big", "too_costly"],
      ]
    ) {
      await assert.rejects(
        loadRules({ folders: [join(root, folder!)] }),
        (error: unknown) => error instanceof RulesError && error.code === code,
      );
    }
  });
});

const WRONG_REQUIREMENTS: Readonly<Record<string, unknown>> = {
  "no table": [],
  "no rules": {},
  "an empty list": { prefix_rules: [] },
  "allow": { prefix_rules: [{ pattern: [{ token: "a" }], decision: "allow" }] },
  "no decision": { prefix_rules: [{ pattern: [{ token: "a" }] }] },
  "no pattern": { prefix_rules: [{ decision: "prompt" }] },
  "an empty pattern": { prefix_rules: [{ pattern: [], decision: "prompt" }] },
  "both token and any_of": {
    prefix_rules: [{ pattern: [{ token: "a", any_of: ["b"] }], decision: "prompt" }],
  },
  "neither": { prefix_rules: [{ pattern: [{}], decision: "prompt" }] },
  "a blank token": { prefix_rules: [{ pattern: [{ token: " " }], decision: "prompt" }] },
  "no alternatives": { prefix_rules: [{ pattern: [{ any_of: [] }], decision: "prompt" }] },
  "a blank alternative": {
    prefix_rules: [{ pattern: [{ any_of: ["a", ""] }], decision: "prompt" }],
  },
  "a number": { prefix_rules: [{ pattern: [{ token: 1 }], decision: "prompt" }] },
  "a blank justification": {
    prefix_rules: [{ pattern: [{ token: "a" }], decision: "prompt", justification: " " }],
  },
};

for (const [name, table] of Object.entries(WRONG_REQUIREMENTS)) {
  Deno.test(`required rules with ${name} are an error`, () => {
    assert.throws(
      () => requiredRules(table, "/etc/codex/requirements.toml"),
      (error: unknown) =>
        error instanceof RulesError && error.file === "/etc/codex/requirements.toml",
    );
  });
}

Deno.test("of strict folders only such rules count that forbid or ask; the files of the others are named", async () => {
  await inFolders({
    "a/free.rules": 'prefix_rule(["x"])\nprefix_rule(["y"], "prompt")\n',
    "b/strict.rules": 'prefix_rule(["z"], "forbidden")\n',
  }, async (root) => {
    const folders = ["a", "b", "missing"].map((name) => join(root, name));
    const { rules, allowing } = await loadStrictRules(folders);
    assert.deepEqual(
      rules.map(({ program, decision }) => [program, decision]),
      [["y", "prompt"], ["z", "forbidden"]],
    );
    assert.deepEqual(allowing, [join(root, "a/free.rules")]);
  });
});
