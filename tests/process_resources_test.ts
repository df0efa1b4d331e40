import assert from "node:assert/strict";
import { measured } from "./support/measured_processes.ts";

Deno.test("30 MB of output stay within memory", async () => {
  const grown = await measured("flood");
  assert.ok(grown < 60e6, `${grown / 1e6} MB`);
});

if (Deno.build.os === "linux") {
  Deno.test("terminals leave no descriptors behind", async () => {
    const left = await measured("terminals");
    assert.equal(left, 0);
  });
}
