import assert from "node:assert/strict";
import { HeadTailBuffer } from "./head_tail_buffer.ts";

Deno.test("first and last half are kept whatever the sizes of the pushes", () => {
  for (const capacity of [0, 1, 2, 7, 8, 64]) {
    for (const step of [1, 3, 5, 64, 200]) {
      const buffer = new HeadTailBuffer(capacity);
      const all: number[] = [];
      const half = Math.floor(capacity / 2);
      for (let value = 0; all.length < 300;) {
        const piece = Uint8Array.from({ length: step }, () => value++ & 0xff);
        all.push(...piece);
        buffer.push(piece);
        piece.fill(0); // the caller may reuse its buffer
        const expected = all.length <= 2 * half
          ? all
          : [...all.slice(0, half), ...(half === 0 ? [] : all.slice(-half))];
        assert.deepEqual([...buffer.bytes()], expected, `${capacity} ${step} ${all.length}`);
        assert.equal(buffer.total, all.length);
      }
    }
  }
});

Deno.test("a drain gives all and starts anew", () => {
  const buffer = new HeadTailBuffer(8);
  buffer.push(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
  assert.deepEqual(buffer.drain(), { bytes: Uint8Array.of(1, 2, 3, 4, 6, 7, 8, 9), total: 9 });
  assert.deepEqual(buffer.drain(), { bytes: new Uint8Array(0), total: 0 });
  buffer.push(Uint8Array.of(1));
  assert.deepEqual(buffer.drain(), { bytes: Uint8Array.of(1), total: 1 });
});
