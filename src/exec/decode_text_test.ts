import assert from "node:assert/strict";
import { decodeText } from "./decode_text.ts";
import { ExecError } from "./errors.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

const GOOD: readonly (readonly [string, Uint8Array, string])[] = [
  ["plain, line end kept", utf8("fix it\n"), "fix it\n"],
  ["UTF-8 with a mark", new Uint8Array([0xef, 0xbb, 0xbf, ...utf8("é")]), "é"],
  ["UTF-16LE", new Uint8Array([0xff, 0xfe, 0x68, 0, 0x69, 0]), "hi"],
  ["UTF-16BE", new Uint8Array([0xfe, 0xff, 0, 0x68, 0, 0x69]), "hi"],
  ["nothing", new Uint8Array(), ""],
];

for (const [name, bytes, text] of GOOD) {
  Deno.test(`decodes ${name}`, () => assert.equal(decodeText(bytes), text));
}

const BAD: readonly (readonly [string, readonly number[], RegExp])[] = [
  ["a stray byte", [0x61, 0x62, 0xff, 0x63], /offset 2\b/],
  ["a cut-off character", [0x61, 0x62, 0xe2, 0x82], /offset 2\b/],
  ["a bad continuation after a mark", [0xef, 0xbb, 0xbf, 0xe2, 0x28], /offset 3\b/],
  ["UTF-32LE", [0xff, 0xfe, 0, 0, 0x61, 0, 0, 0], /UTF-32LE/],
  ["UTF-32BE", [0, 0, 0xfe, 0xff, 0, 0, 0, 0x61], /UTF-32BE/],
  ["half a UTF-16 unit", [0xff, 0xfe, 0x61], /UTF-16LE/],
  ["half a surrogate pair", [0xff, 0xfe, 0x61, 0, 0, 0xd8], /UTF-16LE/],
];

for (const [name, bytes, place] of BAD) {
  Deno.test(`refuses ${name}, and says where`, () => {
    assert.throws(() => decodeText(new Uint8Array(bytes)), (error) => {
      assert.ok(error instanceof ExecError);
      assert.equal(error.code, "bad_encoding");
      assert.match(error.message, place);
      return true;
    });
  });
}

Deno.test("the place of a bad byte is found quickly in a large input", () => {
  const bytes = new Uint8Array(8_000_000).fill(0x61);
  bytes[7_654_321] = 0xff;
  assert.throws(() => decodeText(bytes), /offset 7654321\b/);
});
