import assert from "node:assert/strict";
import { mismatch, normalise } from "./normalise.ts";

Deno.test("a mismatch is found and named", () => {
  assert.equal(mismatch({ a: [1, "xyz"] }, { a: [1, /y/] }), null);
  assert.match(mismatch({ a: [1, "xyz"] }, { a: [1, /q/] }) ?? "", /^\$\.a\[1\]: "xyz"/);
  assert.match(mismatch({ a: 1, b: 2 }, { a: 1 }) ?? "", /^\$: /);
  assert.match(mismatch([1], [1, 2]) ?? "", /^\$: /);
  assert.match(mismatch(null, {}) ?? "", /^\$: null/);
  assert.match(mismatch("1", 1) ?? "", /instead of 1$/);
});

Deno.test("what differs between machines is taken out", () => {
  const places = { workspace: "/tmp/x/workspace", baseUrl: "http://127.0.0.1:4711/v1" };
  assert.deepEqual(
    normalise({
      thread: "01a20b53-55ab-7970-94e7-a3dc8f5c8b0b",
      items: ["/usr/bin/zsh -lc 'ls /tmp/x/workspace'", 3, null],
      url: "url: http://127.0.0.1:4711/v1/responses",
    }, places),
    {
      thread: "{uuid}",
      items: ["{shell} 'ls {workspace}'", 3, null],
      url: "url: {baseUrl}/responses",
    },
  );
});
