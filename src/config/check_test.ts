import assert from "node:assert/strict";
import { checkValue, Mismatch } from "./check.ts";
import { bool, choice, count, either, integer, list, map, port, seconds, string } from "./shape.ts";
import { type Shape, table } from "./shape.ts";
import { parseToml } from "./toml.ts";

async function read(shape: Shape, text: string): Promise<unknown> {
  return checkValue(shape, (await parseToml(`v = ${text}`, "/f"))["v"] ?? 0n);
}

async function refuses<S extends Shape>(
  shape: S,
  text: string,
  path: string[] = [],
): Promise<void> {
  await assert.rejects(
    read(shape, text),
    (error) => error instanceof Mismatch && assert.deepEqual(error.path, path) === undefined,
    text,
  );
}

Deno.test("scalars", async () => {
  assert.equal(await read(string, '"x"'), "x");
  for (const date of ["2020-01-02", "12:00:00", "2020-01-02T03:04:05.5Z", "2020-01-02T03:04:05"]) {
    assert.equal(await read(string, date), date);
  }
  assert.equal(await read(bool, "true"), true);
  assert.equal(await read(count, "7"), 7);
  assert.equal(await read(integer, "-7"), -7);
  assert.equal(await read(seconds, "7"), 7);
  assert.equal(await read(seconds, "0.5"), 0.5);
  assert.equal(await read(choice("a", "b"), '"b"'), "b");
  for (const text of ["1", "true", "[]", "{}"]) await refuses(string, text);
  for (const text of ["1.0", '"1"', "-1", "2020-01-02"]) await refuses(count, text);
  for (const text of ["-0.1", "nan", "inf", '"1"']) await refuses(seconds, text);
  for (const text of ["2020-01-02", '"c"', '"toString"']) await refuses(choice("a", "b"), text);
  for (const text of ["0", '"true"']) await refuses(bool, text);
  await refuses(port, "65536");
});

Deno.test("a whole number past what a number holds exactly is clamped", async () => {
  assert.equal(await read(count, "9223372036854775807"), Number.MAX_SAFE_INTEGER);
  assert.equal(await read(integer, "-9223372036854775808"), Number.MIN_SAFE_INTEGER);
  // TOML has 64 bits.
  await refuses(count, "9223372036854775808");
  await refuses(integer, "-9223372036854775809");
});

Deno.test("lists and maps name the offending element", async () => {
  assert.deepEqual(await read(list(string), '["a", "b"]'), ["a", "b"]);
  await refuses(list(string), '["a", 1]', ["1"]);
  await refuses(map(bool), '{ a = true, b = "x" }', ["b"]);
  await refuses(map(list(count)), "{ a = [1, -1] }", ["a", "1"]);
});

Deno.test("of several forms the one that fits deepest is reported", async () => {
  const shape = either(bool, list(choice("x", "y")));
  assert.equal(await read(shape, "false"), false);
  assert.deepEqual(await read(shape, '["y"]'), ["y"]);
  await refuses(shape, '["z"]', ["0"]);
  await refuses(shape, "3");
});

const PERSON = {
  ...table({
    name: { shape: string, required: true, doc: "" },
    age: { shape: count, doc: "", aliases: ["years"] },
  }),
  whole: ({ name }: Readonly<Record<string, unknown>>) =>
    name === "nobody" ? { key: "name", wanted: "is taken" } : null,
} as const;

Deno.test("tables: unknown keys are ignored, aliases renamed, required keys wanted", async () => {
  assert.deepEqual(
    { ...await read(PERSON, '{ name = "n", years = 3, other = [] }') as object },
    { name: "n", age: 3 },
  );
  assert.deepEqual({ ...await read(PERSON, '{ years = 3, age = 4, name = "n" }') as object }, {
    name: "n",
    age: 4,
  });
  assert.deepEqual({ ...await read(PERSON, '{ age = 4, years = 3, name = "n" }') as object }, {
    name: "n",
    age: 4,
  });
  await refuses(PERSON, "{ age = 1 }");
  await refuses(PERSON, '{ name = "n", years = "old" }', ["years"]);
  await refuses(PERSON, '{ name = "nobody" }', ["name"]);
});

Deno.test("names of Object's own members are ordinary keys", async () => {
  const value = await read(map(string), '{ constructor = "a", "__proto__" = "b" }');
  assert.deepEqual(Object.entries(value as object), [["constructor", "a"], ["__proto__", "b"]]);
});
