import assert from "node:assert/strict";
import { uuidV7 } from "./uuid.ts";

Deno.test("a version 7 UUID starts with the time and differs each time", () => {
  const id = uuidV7(() => 0x0123456789ab);
  assert.match(id, /^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(uuidV7(() => 0), uuidV7(() => 0));
});
