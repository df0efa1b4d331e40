import assert from "node:assert/strict";
import { decodeFile, displayText, encodeFile } from "./text_file.ts";

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * text.length + 2));
  [0xfeff, ...text.split("").map((c) => c.charCodeAt(0))]
    .forEach((unit, i) => view.setUint16(i * 2, unit, littleEndian));
  return new Uint8Array(view.buffer);
}

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, i) => i);

Deno.test("every file comes out with the bytes it went in with", () => {
  const files = [
    utf8(""),
    utf8("a\r\nb\n\nc\r\r\n\n"),
    utf8("\ufeffa\n\ufeffb"),
    utf8("\ufeff"),
    EVERY_BYTE,
    new Uint8Array([0xef, 0xbb, 0xbf, 0xff, 0x0a, 0xc3, 0xa9]),
    utf16("a\r\nb\ud800\n", true),
    utf16("a\r\nb\n", false),
    new Uint8Array([0xff, 0xfe, 0x61]),
    new Uint8Array([0xff, 0xfe]),
  ];
  for (const bytes of files) {
    const file = decodeFile(bytes);
    assert.deepEqual(encodeFile(file.encoding, file.raws), bytes);
    assert.equal(file.texts.length, file.raws.length);
  }
});

Deno.test("lines are shown as a person reads them", () => {
  assert.deepEqual(decodeFile(utf8("\ufeffä\r\n\n€")).texts, ["ä", "", "€"]);
  assert.deepEqual(decodeFile(utf16("ä\r\n€\n", true)).texts, ["ä", "€"]);
  assert.deepEqual(decodeFile(utf16("ä\r\n€\n", false)).texts, ["ä", "€"]);
  assert.deepEqual(decodeFile(new Uint8Array([0xe9, 0x0a, 0x93, 0x94])).texts, [
    "é",
    "\u201c\u201d",
  ]);
  // One line in UTF-8, one that is not.
  assert.deepEqual(decodeFile(new Uint8Array([0xc3, 0xa9, 0x0a, 0xe9])).texts, ["é", "é"]);
  assert.equal(displayText(utf16("a\r\nb", true)), "a\r\nb");
});

Deno.test("a new line is written the way the file's other lines are", () => {
  const written = (bytes: Uint8Array, line: string) => {
    const { encoding } = decodeFile(bytes);
    return encoding.toBytes(encoding.toRaw(line));
  };
  assert.deepEqual(written(utf8("ä"), "é"), utf8("é"));
  assert.deepEqual(written(new Uint8Array([0xe4]), "é"), new Uint8Array([0xe9]));
  assert.deepEqual(written(new Uint8Array([0xe4]), "\u201c"), new Uint8Array([0x93]));
  assert.deepEqual(written(new Uint8Array([0xe4]), "日"), utf8("日"));
  assert.deepEqual(written(new Uint8Array([0xe4, 0x0a, 0xc3, 0xa4]), "é"), utf8("é"));
  assert.deepEqual(written(utf16("x", false), "é"), new Uint8Array([0, 0xe9]));
});
