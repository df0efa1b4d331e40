import assert from "node:assert/strict";
import { parseGitConfig } from "./config_text.ts";

const TEXT = String.raw`; comment
[core]
	bare = false # why not
	flag
[Remote "or\"igin"] url = a # b
	URL = "kept # and ; " tail  ; gone
	long = one \
two
[branch.old]
	merge = "tab\there"
no section fits [ here
`;

Deno.test("sections, quotes, escapes, comments and joined lines", () => {
  assert.deepEqual(
    parseGitConfig(TEXT).map((
      { section, subsection, key, value },
    ) => [section, subsection, key, value]),
    [
      ["core", null, "bare", "false"],
      ["core", null, "flag", "true"],
      ["remote", 'or"igin', "url", "a"],
      ["remote", 'or"igin', "url", "kept # and ;  tail"],
      ["remote", 'or"igin', "long", "one two"],
      ["branch.old", null, "merge", "tab\there"],
    ],
  );
});

Deno.test("nothing before a section counts, and nothing breaks it", () => {
  assert.deepEqual(parseGitConfig("key = value\n"), []);
  assert.deepEqual(parseGitConfig("[a\nb\n]]\n\u0000"), []);
});
