import assert from "node:assert/strict";
import { Machine } from "./machine_rig.ts";

Deno.test("a wrong value is shown in its line, whatever the line ends, marks and tabs", async () => {
  await using machine = await Machine.create();
  await machine.user('\ufeff# first\r\n[tui]\r\n\tanimations = "日本" # why\r\n');
  const error = await machine.fails();
  assert.equal(
    error.message.replaceAll(machine.root, ""),
    [
      '/home/.codex/config.toml:3:15: `tui.animations`: must be true or false, not the string "日本"',
      "  |",
      '3 | \tanimations = "日本" # why',
      "  | \t             ^^^^^^",
    ].join("\n"),
  );
});

Deno.test("broken TOML is shown where reading stops", async () => {
  await using machine = await Machine.create();
  await machine.user("\ufeff[tui]\r\nanimations = \r\n");
  const error = await machine.fails();
  assert.equal(error.code, "invalid_toml");
  assert.deepEqual([error.line, error.located], [2, true]);
  assert.match(
    error.message,
    /config\.toml:2:\d+: invalid TOML: .*\n {2}\|\n2 \| animations = \n {2}\| +\^$/,
  );
});

Deno.test("a document that is nested without end is refused where it gets too deep", async () => {
  await using machine = await Machine.create();
  for (const depth of [150, 5_000, 100_000]) {
    await machine.user(`model = "m"\n${"a.".repeat(depth)}a = 1\n`);
    const { code, line, column, message } = await machine.fails();
    assert.deepEqual([code, line, column], ["invalid_toml", 2, 1]);
    assert.match(message, /nested more than 100 levels/);
  }
  await machine.user(`a = ${"[".repeat(100)}${"]".repeat(100)}\n${"b.".repeat(99)}b = 1\n`);
  assert.equal((await machine.load()).model, null);
});

Deno.test("a day that its month does not have is refused, and not moved into the next month", async () => {
  await using machine = await Machine.create();
  for (
    const [text, line, column] of [
      ["model = 1979-02-30\n", 1, 9],
      ["# 1979-02-30\nx = [1, { a = 2023-02-29T07:00:00Z }]\n", 2, 15],
      ["[x.y]\nz = 1900-02-29 07:00:00\n", 2, 5],
    ] as const
  ) {
    await machine.user(text);
    const error = await machine.fails();
    assert.deepEqual([error.code, error.line, error.column], ["invalid_toml", line, column], text);
    assert.match(error.message, /there is no such day/);
  }
  await machine.user("model = 2024-02-29\nx = [2000-02-29, 1979-12-31T23:59:59-08:00]\n");
  assert.equal((await machine.load()).model, "2024-02-29");
  // Of the command line it is no TOML, and so a text.
  assert.equal((await machine.load({ c: ["model=1979-02-30"] })).model, "1979-02-30");
});

Deno.test("a second byte order mark is refused", async () => {
  await using machine = await Machine.create();
  await machine.user('\ufeff\ufeffmodel = "m"\n');
  const error = await machine.fails();
  assert.deepEqual([error.code, error.line, error.column], ["invalid_toml", 1, 1]);
});

Deno.test("a missing key points at the header of its table", async () => {
  await using machine = await Machine.create();
  await machine.user('model = "m"\n\n[model_providers.mine]\nbase_url = "u"\n');
  const error = await machine.fails();
  assert.equal(error.code, "missing_value");
  assert.deepEqual([error.line, error.column], [3, 1]);
  assert.match(error.message, /\n {2}\| \^{22}$/);
});

Deno.test("a wrong value of the command line is shown as it was typed, and ends with its key", async () => {
  await using machine = await Machine.create();
  const said = async (...c: string[]) => (await machine.fails({ c })).message;
  assert.equal(
    await said("model=5"),
    "-c model=5: must be a string, not the whole number 5 (for text, quote it: " +
      `-c 'model="5"') in \`model\``,
  );
  assert.match(
    await said("sandbox_mode=loose"),
    /^-c sandbox_mode=loose: must be one of .* in `sandbox_mode`$/,
  );
  assert.match(
    await said("tui={animations=3}", "model=x"),
    /^-c tui=\{animations=3\}: must be true or false.* in `tui\.animations`$/,
  );
  assert.match(
    await said("model_providers.x.base_url=u", "model_providers.x.env_key=K"),
    /^-c model_providers\.x\.env_key=K: .*`name`.* in `model_providers\.x`$/,
  );
  const long = await said(`notify=[${'"x",'.repeat(1_000)}5]`);
  assert.match(long, /^-c notify=\["x",[^]*…: must be a string.* in `notify\.1000`$/);
  assert.ok(long.length < 400, long);
  assert.equal((await machine.load({ c: ['model="5"'] })).model, "5");
  // A date where text is wanted is its text.
  assert.equal((await machine.load({ c: ["model=1979-05-27"] })).model, "1979-05-27");
});

Deno.test("the layer whose value won is blamed", async () => {
  await using machine = await Machine.create();
  await machine.write("etc/config.toml", "hide_agent_reasoning = 1\n");
  await machine.user("# mine\nhide_agent_reasoning = 2\n");
  const error = await machine.fails();
  assert.deepEqual([error.file, error.line], [machine.path("home/.codex/config.toml"), 2]);
  await machine.load({ c: ["hide_agent_reasoning=true"] });
});
