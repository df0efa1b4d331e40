import assert from "node:assert/strict";
import { readDefinitions } from "./definitions.ts";
import { hookHash, hookKey } from "./trust.ts";

function one(event: string, group: object) {
  const [hook] = readDefinitions({ [event]: [{ hooks: [] }, group] }).definitions;
  assert.ok(hook);
  return hook;
}

Deno.test("trust: the key and the hash of a hook are those of later versions", async () => {
  const plain = one("PreToolUse", { hooks: [{ type: "command", command: "sh a.sh" }] });
  assert.equal(hookKey("/r/.codex/hooks.json", plain), "/r/.codex/hooks.json:pre_tool_use:1:0");
  assert.equal(
    await hookHash(plain),
    "sha256:f06e5b9a5efbd6dec08554df92b235b9c5928075f6e8d811c06cb3a626e30116",
  );
  const full = one("SessionStart", {
    matcher: "startup|resume",
    hooks: [{ type: "command", command: 'echo "é"', timeout: 5, statusMessage: "m" }],
  });
  assert.equal(hookKey("f", full), "f:session_start:1:0");
  assert.equal(
    await hookHash(full),
    "sha256:0ec1db4a3c807b23c5b806f0a7d034b52adbe3b5ca35003cee10ea2765ab534c",
  );
});

Deno.test("trust: whatever changes when or what is run changes the hash", async () => {
  const hook = { type: "command", command: "a" };
  const hashes = await Promise.all([
    one("Stop", { hooks: [hook] }),
    one("UserPromptSubmit", { hooks: [hook] }),
    one("Stop", { matcher: "x", hooks: [hook] }),
    one("Stop", { hooks: [{ ...hook, command: "a " }] }),
    one("Stop", { hooks: [{ ...hook, timeout: 601 }] }),
  ].map(hookHash));
  assert.equal(new Set(hashes).size, hashes.length);
});
