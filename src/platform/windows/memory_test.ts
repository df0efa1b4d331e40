import assert from "node:assert/strict";
import { addressOf, addressSlot, bytesAt, environmentBlock, wideString } from "./memory.ts";

const units = (bytes: Uint8Array<ArrayBuffer>) => [...new Uint16Array(bytes.buffer)];

Deno.test("memory of Windows: text is UTF-16 with a NUL", () => {
  assert.deepEqual(units(wideString("aé😀")), [0x61, 0xe9, 0xd83d, 0xde00, 0]);
});

Deno.test("memory of Windows: variables are sorted without regard to case, with two NULs at the end", () => {
  const text = String.fromCharCode(...units(environmentBlock({ b: "2", PATH: "", A: "1" })));
  assert.equal(text, "A=1\0b=2\0PATH=\0\0");
  assert.deepEqual(units(environmentBlock({})), [0, 0]);
});

Deno.test("memory of Windows: bytes are found again where they lie", () => {
  const bytes = new Uint8Array(new ArrayBuffer(256)).fill(7);
  assert.deepEqual(bytesAt(addressOf(bytes), 3), new Uint8Array([7, 7, 7]));
  assert.throws(() => bytesAt(0n, 1), RangeError);
  const slot = addressSlot();
  slot.bytes[1] = 1;
  assert.equal(slot.read(), 256n);
});
