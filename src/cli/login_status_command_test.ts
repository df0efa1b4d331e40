import assert from "node:assert/strict";
import { masked } from "./login_status_command.ts";

Deno.test("a key is shown by its ends, and not at all when it is short", () => {
  assert.equal(masked("sk-proj-1234567890ABCDE"), "sk-proj-***ABCDE");
  assert.equal(masked("12345678901234"), "12345678***01234");
  assert.equal(masked("1234567890123"), "***");
  assert.equal(masked(""), "***");
});
