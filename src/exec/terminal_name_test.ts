import assert from "node:assert/strict";
import { terminalName } from "./terminal_name.ts";

const CASES: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
  [{ TERM_PROGRAM: "vscode", TERM_PROGRAM_VERSION: "1.9", TERM: "xterm" }, "vscode/1.9"],
  [{ TERM_PROGRAM: " ", WEZTERM_VERSION: "2024", TERM: "xterm" }, "WezTerm/2024"],
  [{ KITTY_WINDOW_ID: "1", TERM: "xterm-kitty" }, "kitty"],
  [{ TERM: "xterm-256color" }, "xterm-256color"],
  [{ TERM_PROGRAM: "my term\r\n" }, "my_term__"],
  [{}, "unknown"],
];

for (const [env, name] of CASES) {
  Deno.test(`terminalName ${name}`, () => assert.equal(terminalName(env), name));
}
