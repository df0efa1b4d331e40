import assert from "node:assert/strict";
import { ConfigError } from "./error.ts";
import { overrideFor, overrideTable, parseOverrides } from "./overrides.ts";

async function plain(...overrides: string[]): Promise<unknown> {
  const replacer = (_: string, value: unknown) => typeof value === "bigint" ? Number(value) : value;
  return JSON.parse(JSON.stringify(overrideTable(await parseOverrides(overrides)), replacer));
}

Deno.test("the value is TOML, or else text without its quotes", async () => {
  const cases: [string, unknown][] = [
    ["a=o3", "o3"],
    ['a="o3"', "o3"],
    ["a='o3'", "o3"],
    ["a=5", 5],
    ["a=", ""],
    ["a=x # c", "x # c"],
    ['a="abc', "abc"],
    ["a=b=c", "b=c"],
    ["  a  =  true  ", true],
    ["a=[1,2]", [1, 2]],
    ["a={b=1}", { b: 1 }],
    ["a=http://h/v1?x=y", "http://h/v1?x=y"],
  ];
  for (const [override, value] of cases) {
    assert.deepEqual(await plain(override), { a: value }, override);
  }
});

Deno.test("keys are split at every dot, without quoting", async () => {
  assert.deepEqual(await plain("a.b.c=1"), { a: { b: { c: 1 } } });
  assert.deepEqual(await plain('a."b.c"=1'), { a: { '"b': { 'c"': 1 } } });
  assert.deepEqual(await plain('projects={"/w/x.y"={trust_level="trusted"}}'), {
    projects: { "/w/x.y": { trust_level: "trusted" } },
  });
});

Deno.test("a later override replaces an earlier one, and scalar parents become tables", async () => {
  assert.deepEqual(await plain("a.b=1", "a={c=2}"), { a: { c: 2 } });
  assert.deepEqual(await plain("a={c=2}", "a.b=1"), { a: { c: 2, b: 1 } });
  assert.deepEqual(await plain("a=1", "a.b=2"), { a: { b: 2 } });
  assert.deepEqual(await plain("a=1", "a=2"), { a: 2 });
});

Deno.test("one key has a short form", async () => {
  assert.deepEqual(await plain("use_linux_sandbox_bwrap=true"), {
    features: { use_linux_sandbox_bwrap: true },
  });
});

Deno.test("an override needs a key and an equals sign", async () => {
  for (const override of ["noeq", "=x", "  =x", ""]) {
    await assert.rejects(
      parseOverrides([override]),
      (error) => error instanceof ConfigError && error.code === "invalid_override",
      override,
    );
  }
});

Deno.test("names of Object's own members do no harm", async () => {
  overrideTable(await parseOverrides(["__proto__.polluted=1", "constructor.prototype.polluted=1"]));
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});

Deno.test("what was typed for a value is found again: the last that sets it or what it stands in", async () => {
  const overrides = await parseOverrides(["tui={a=1}", " model = x ", "model=5", "tui.b=2"]);
  const typed = (...path: string[]) => overrideFor(overrides, path)?.text ?? null;
  assert.equal(typed("model"), "model=5");
  assert.equal(typed("tui", "a"), "tui={a=1}");
  assert.equal(typed("tui", "b"), "tui.b=2");
  assert.equal(typed("tui", "b", "c"), "tui.b=2");
  assert.equal(typed("other"), null);
});
