import assert from "node:assert/strict";
import { Arguments } from "./arguments.ts";
import { ToolFailure } from "./errors.ts";

const PREFIX = /^failed to parse function arguments: ./;

function refused(read: () => unknown): void {
  assert.throws(read, (error) => error instanceof ToolFailure && PREFIX.test(error.message));
}

Deno.test("what is not an object in JSON is refused with the fixed prefix", () => {
  for (const text of ["", "not json", "[]", "null", "3", '"x"', "{"]) {
    refused(() => Arguments.parse(text));
  }
});

Deno.test("absent, null and present fields", () => {
  const args = Arguments.parse('{"a":"x","n":null,"i":0,"list":["p"],"b":false,"extra":1}');
  assert.equal(args.string("a"), "x");
  assert.equal(args.optionalString("n"), null);
  assert.equal(args.optionalString("missing"), null);
  assert.equal(args.optionalUnsigned("i"), 0);
  assert.equal(args.optionalBoolean("b"), false);
  assert.deepEqual(args.strings("list"), ["p"]);
  refused(() => args.string("missing"));
  refused(() => args.rejectUnknown(["a", "n", "i", "list", "b"]));
});

Deno.test("numbers must be whole and, where asked for, not negative", () => {
  const args = Arguments.parse('{"f":1.5,"neg":-1,"s":"1","big":1e300}');
  for (const key of ["f", "neg", "s", "big"]) refused(() => args.optionalUnsigned(key));
  assert.equal(args.optionalInteger("neg"), -1);
});

Deno.test("lists and choices", () => {
  const args = Arguments.parse('{"l":["a",1],"o":[{"k":"v"}],"bad":[1],"c":"red"}');
  refused(() => args.optionalStrings("l"));
  assert.deepEqual(args.objects("o").map((entry) => entry.string("k")), ["v"]);
  refused(() => args.objects("bad"));
  assert.equal(args.oneOf("c", ["red", "blue"]), "red");
  refused(() => args.oneOf("c", ["green"]));
});
