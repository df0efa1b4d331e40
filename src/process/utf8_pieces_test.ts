import assert from "node:assert/strict";
import { CharacterCarry, incompleteTail, plainPieces, validPieces } from "./utf8_pieces.ts";

const encoder = new TextEncoder();

Deno.test("the beginning of a character at the end is found, garbage is not one", () => {
  assert.equal(incompleteTail(encoder.encode("a€")), 0);
  assert.equal(incompleteTail(encoder.encode("a€").subarray(0, 3)), 2);
  assert.equal(incompleteTail(encoder.encode("😀").subarray(0, 3)), 3);
  assert.equal(incompleteTail(Uint8Array.of(0x61, 0xc3)), 1);
  assert.equal(incompleteTail(Uint8Array.of(0xff)), 0);
  assert.equal(incompleteTail(Uint8Array.of(0x80, 0x80, 0x80)), 0);
  assert.equal(incompleteTail(new Uint8Array(0)), 0);
});

Deno.test("a character read in two parts is handed on whole", () => {
  const bytes = encoder.encode("aé€😀z");
  for (let cut = 0; cut <= bytes.length; cut++) {
    const carry = new CharacterCarry();
    const first = carry.take(bytes.slice(0, cut)).slice();
    const second = carry.take(bytes.slice(cut)).slice();
    const strict = new TextDecoder("utf-8", { fatal: true });
    assert.equal(strict.decode(first) + strict.decode(second), "aé€😀z", String(cut));
    assert.equal(carry.rest().length, 0);
  }
});

Deno.test("pieces join to the whole, are small, and cut no character", () => {
  const text = "x" + "é€😀".repeat(5000);
  for (const pieces of [plainPieces, validPieces]) {
    const strict = new TextDecoder("utf-8", { fatal: true });
    const cut = [...pieces(encoder.encode(text))];
    assert.ok(cut.every((piece) => piece.length <= 8192 && piece.length > 0));
    assert.equal(cut.map((piece) => strict.decode(piece)).join(""), text);
  }
});

Deno.test("what is not UTF-8 is a piece of one byte, or stays among the others", () => {
  // A stray byte, an overlong form, a surrogate, something past U+10FFFF.
  const bytes = [0x61, 0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0xf4, 0x90, 0x80, 0x80, 0x62, 0x63];
  const alone = [...validPieces(Uint8Array.from(bytes))].map((piece) => [...piece]);
  assert.deepEqual(alone, [...bytes.slice(0, 11).map((byte) => [byte]), [0x62, 0x63]]);
  const together = [...plainPieces(Uint8Array.from(bytes))].map((piece) => [...piece]);
  assert.deepEqual(together, [bytes]);
});
