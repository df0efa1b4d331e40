import assert from "node:assert/strict";
import { ConfigError } from "../error.ts";
import type { TomlValue } from "../toml.ts";
import type { ConfigEdit } from "./change.ts";
import { editText } from "./edit_text.ts";

const FILE = "/home/u/.codex/config.toml";

interface Case {
  readonly name: string;
  readonly before: string;
  readonly edits: readonly ConfigEdit[];
  readonly after: string;
}

const set = (path: string, value: TomlValue): ConfigEdit => ({
  type: "set",
  path: path.split("/"),
  value,
});
const remove = (path: string): ConfigEdit => ({ type: "remove", path: path.split("/") });

const CASES: readonly Case[] = [
  {
    name: "a new value keeps the comments and the spacing of the old one",
    before: `# my model\nmodel   =  "old"   # chosen in May\n\n# the rest\n[tui]\n`,
    edits: [set("model", "new")],
    after: `# my model\nmodel   =  "new"   # chosen in May\n\n# the rest\n[tui]\n`,
  },
  {
    name: "a new key goes to the end of its table, before the blank line and the next header",
    before: `[features]\nundo = true # one\n\n# about the tui\n[tui]\nx = 1\n`,
    edits: [set("features/apps", true)],
    after: `[features]\nundo = true # one\napps = true\n\n# about the tui\n[tui]\nx = 1\n`,
  },
  {
    name: "a new key at the top goes before the first header",
    before: `# head\nmodel = "m"\n\n[tui]\nx = 1\n`,
    edits: [set("personality", "pragmatic")],
    after: `# head\nmodel = "m"\npersonality = "pragmatic"\n\n[tui]\nx = 1\n`,
  },
  {
    name: "a new table goes to the end of the file",
    before: `model = "m"\n\n[tui]\nx = 1\n# the last word\n`,
    edits: [set("features/apps", true)],
    after: `model = "m"\n\n[tui]\nx = 1\n# the last word\n\n[features]\napps = true\n`,
  },
  {
    name: "the first table of an empty file",
    before: "",
    edits: [set("features/apps", true)],
    after: `[features]\napps = true\n`,
  },
  {
    name: "a file without a final line end",
    before: `model = "m"`,
    edits: [set("features/apps", true)],
    after: `model = "m"\n\n[features]\napps = true\n`,
  },
  {
    name: "line ends of Windows stay, also for what is new",
    before: `model = "m" # c\r\n\r\n[tui]\r\nx = 1\r\n`,
    edits: [set("tui/y", 2n), set("features/apps", true)],
    after: `model = "m" # c\r\n\r\n[tui]\r\nx = 1\r\ny = 2\r\n\r\n[features]\r\napps = true\r\n`,
  },
  {
    name: "a trust entry has a header of its own, beside inline ones that stay what they say",
    before: `projects = { "/a" = { trust_level = "trusted" } } # mine\n`,
    edits: [set("projects", { "/a": { trust_level: "trusted" } }), {
      type: "set",
      path: ["projects", "/w.x/y z", "trust_level"],
      value: "untrusted",
    }],
    after: `# mine\n[projects."/a"]\ntrust_level = "trusted"\n\n` +
      `[projects."/w.x/y z"]\ntrust_level = "untrusted"\n`,
  },
  {
    name: "an inline table may stay one",
    before: `[mcp_servers]\na = { command = "x" } # first\nb = { command = "y" }\n`,
    edits: [{
      type: "set",
      path: ["mcp_servers", "a"],
      value: { command: "x", args: ["1"] },
      inlineTables: "keep",
    }],
    after: `[mcp_servers]\na = { command = "x", args = ["1"] } # first\nb = { command = "y" }\n`,
  },
  {
    name: "dotted keys",
    before: `tui.x = 1 # one\ntui.y = 2\nmodel = "m"\n`,
    edits: [set("tui/x", 3n), remove("tui/y")],
    after: `tui.x = 3 # one\nmodel = "m"\n`,
  },
  {
    name: "quoted keys are the same as bare ones",
    before: `"features" . 'undo' = true\n`,
    edits: [set("features/undo", false)],
    after: `"features" . 'undo' = false\n`,
  },
  {
    name: "an array of several lines, with comments in it, goes as a whole",
    before: `notify = [ # start\n  "a", # one\n  "b",\n] # end\nmodel = "m"\n`,
    edits: [set("notify", ["c"])],
    after: `notify = ["c"] # end\nmodel = "m"\n`,
  },
  {
    name: "a scalar in the way becomes a table",
    before: `tui = 5\nmodel = "m"\n`,
    edits: [set("tui/x", 1n)],
    after: `model = "m"\n\n[tui]\nx = 1\n`,
  },
  {
    name: "what is removed takes the comments right above with it, and no others",
    before:
      `# about the file\n\n# about the model\n# two lines\nmodel = "m" # c\n# about x\nx = 1\n`,
    edits: [remove("model")],
    after: `# about the file\n\n# about x\nx = 1\n`,
  },
  {
    name: "text that looks like TOML within a string is text",
    before:
      `a = """\n[features]\nundo = true\n"""\nb = '''# no comment\n[x]'''\n[features]\nc = 1\n`,
    edits: [set("features/undo", false)],
    after:
      `a = """\n[features]\nundo = true\n"""\nb = '''# no comment\n[x]'''\n[features]\nc = 1\n` +
      `undo = false\n`,
  },
  {
    name: "a table that only its children name gets a header above them",
    before: `[mcp_servers.a.env]\nX = "1"\n`,
    edits: [set("mcp_servers/a/command", "run")],
    after: `[mcp_servers.a]\ncommand = "run"\n\n[mcp_servers.a.env]\nX = "1"\n`,
  },
  {
    name: "an element of an array of tables: added, changed, removed",
    before:
      `[[skills.config]]\npath = "/a" # a\nenabled = true\n\n[[skills.config]]\npath = "/b"\n`,
    edits: [
      { type: "append_element", path: ["skills", "config"], value: { path: "/c", enabled: false } },
      { type: "update_element", path: ["skills", "config"], index: 0, value: { enabled: false } },
      { type: "remove_element", path: ["skills", "config"], index: 1 },
    ],
    after: `[[skills.config]]\npath = "/a" # a\nenabled = false\n\n` +
      `[[skills.config]]\npath = "/c"\nenabled = false\n`,
  },
  {
    name: "keys with names of JavaScript",
    before: `[projects.__proto__]\ntrust_level = "trusted"\n`,
    edits: [
      set("projects/constructor/trust_level", "trusted"),
      set("projects/__proto__/x", 1n),
    ],
    after: `[projects.__proto__]\ntrust_level = "trusted"\nx = 1\n\n` +
      `[projects.constructor]\ntrust_level = "trusted"\n`,
  },
  {
    name: "quotes, backslashes, control characters and emoji in values and keys",
    before: "",
    edits: [{ type: "set", path: ["a.b", 'q"\\'], value: 'x"\\\n\u0001\u{1f600}' }],
    after: `["a.b"]\n"q\\"\\\\" = "x\\"\\\\\\n\\u0001\u{1f600}"\n`,
  },
];

for (const { name, before, edits, after } of CASES) {
  Deno.test(`config edit: ${name}`, async () => {
    const edited = await editText(before, FILE, () => edits);
    assert.equal(edited.text, after);
    assert.ok(edited.isChanged);
    const again = await editText(edited.text, FILE, () => edits.filter(isLasting));
    assert.equal(again.text, edited.text, "the same edits once more change nothing");
    assert.ok(!again.isChanged);
  });
}

/** Elements are added and removed anew each time. */
function isLasting({ type }: ConfigEdit): boolean {
  return type === "set" || type === "remove";
}

Deno.test("config edit: what cannot be done is refused, and says why", async () => {
  const lines = `[[tui]]\nx = 1\n`;
  const inArray = editText(lines, FILE, () => [set("tui/y", 1n)]);
  await assert.rejects(inArray, (error) => {
    assert.ok(error instanceof ConfigError && error.code === "edit_refused");
    assert.match(error.message, /`tui` is an array of tables.*nothing was written/);
    return true;
  });
  const halfPair = editText("", FILE, () => [set("a", "\ud800")]);
  await assert.rejects(halfPair, { code: "edit_refused" });
  const broken = editText(`a = 1\nb = = 2\n`, FILE, () => [set("a", 2n)]);
  await assert.rejects(broken, (error) => {
    assert.ok(error instanceof ConfigError && error.code === "invalid_toml");
    assert.match(error.message, /config\.toml:2:5: /);
    return true;
  });
});

Deno.test("config edit: of a long file, only what is meant changes", async () => {
  const sections = Array.from(
    { length: 5000 },
    (_, index) =>
      `# project ${index}\n[projects."/w/${index}"]\ntrust_level = "trusted" # ${index}\n`,
  );
  const edited = await editText(sections.join("\n"), FILE, () => [
    { type: "set", path: ["projects", "/w/2500", "trust_level"], value: "untrusted" },
  ]);
  const wanted = sections.with(2500, sections[2500]!.replace('"trusted"', '"untrusted"'));
  assert.ok(edited.text === wanted.join("\n"));
});
