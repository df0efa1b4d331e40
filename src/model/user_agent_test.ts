import assert from "node:assert/strict";
import { userAgent } from "./user_agent.ts";

Deno.test("the user agent names program, system and terminal, in characters a header can hold", () => {
  const parts = {
    originator: "codex_exec",
    version: "1.2.3",
    os: "Debian 12.0.0",
    arch: "x86_64",
    terminal: "iTerm\n–app/3",
  };
  assert.equal(userAgent(parts), "codex_exec/1.2.3 (Debian 12.0.0; x86_64) iTerm__app/3");
});
