import assert from "node:assert/strict";
import { unwritableRemedy } from "./disk.ts";

Deno.test("a folder that cannot be written to: the remedy fits the reason", () => {
  const failed = (code: string) => unwritableRemedy(Object.assign(new Error("x"), { code }));
  assert.match(failed("EROFS"), /mounted read-only/);
  assert.match(failed("ENOSPC"), /^Make room/);
  assert.match(failed("EACCES"), /^Give yourself the right/);
  assert.match(unwritableRemedy(new Error("x")), /^Give yourself the right/);
});
