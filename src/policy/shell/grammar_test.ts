import assert from "node:assert/strict";
import { BashGrammar } from "./grammar.ts";

Deno.test("grammar: loading it asks for nothing of Node, and leaves the global as it was", async () => {
  const own = Object.getOwnPropertyDescriptor(globalThis, "process") ?? assert.fail();
  let asked = 0;
  const watched: PropertyDescriptor = {
    get: () => {
      asked++;
      return own.get?.call(globalThis) ?? own.value;
    },
    configurable: true,
    enumerable: true,
  };
  Object.defineProperty(globalThis, "process", watched);
  try {
    const grammar = await BashGrammar.load();
    assert.equal(grammar.parse("ls -l | wc")?.broken, false);
    assert.equal(grammar.parse("ls (")?.broken, true);
    assert.equal(asked, 0);
    assert.equal(Object.getOwnPropertyDescriptor(globalThis, "process")?.get, watched.get);
  } finally {
    Object.defineProperty(globalThis, "process", own);
  }
});
