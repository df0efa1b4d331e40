import assert from "node:assert/strict";
import { join } from "node:path";
import { loadDotEnv, parseDotEnv } from "./dotenv.ts";

Deno.test("assignments, comments, quotes and bad lines", () => {
  const text = [
    "# comment",
    "PLAIN=value",
    "export EXPORTED = word  ",
    "SINGLE='a # b \\n $PLAIN'  # comment",
    'DOUBLE="line\\n\\"two\\" \\$PLAIN"',
    "EMPTY=",
    "COMMENT= # nothing",
    "HASH=a#b # c",
    "not an assignment",
    "1BAD=x",
    "TWO=words here",
    'BEHIND="a" b',
    'ESCAPE="\\x"',
    "COLON : x",
    "MIXED=a\"b c\"'d'\\ e",
    'MULTI="one',
    'two"',
    "UNENDED='x",
    "AFTER=ok\r",
  ].join("\n");
  assert.deepEqual({ ...parseDotEnv(text, {}) }, {
    PLAIN: "value",
    EXPORTED: "word",
    SINGLE: "a # b \\n $PLAIN",
    DOUBLE: 'line\n"two" $PLAIN',
    EMPTY: "",
    COMMENT: "",
    HASH: "a#b",
    MIXED: "ab cd e",
    MULTI: "one\ntwo",
    AFTER: "ok",
  });
});

Deno.test("variables: of the environment first, then of the lines above", () => {
  const text = 'A=file\nB=file\nC=${A}/$B/$NONE.\nD="$A ${B}"\nE=$$A\n';
  assert.deepEqual({ ...parseDotEnv(text, { A: "env" }) }, {
    A: "file",
    B: "file",
    C: "env/file/.",
    D: "env file",
    E: "$env",
  });
});

Deno.test("the file never sets a name of the program itself, and may be missing", async () => {
  const home = await Deno.makeTempDir();
  try {
    assert.deepEqual(await loadDotEnv(home), {});
    await Deno.writeTextFile(
      join(home, ".env"),
      "CODEX_HOME=/x\ncodex_api_key=k\nCodex_y=1\nOPENAI_BASE_URL=http://h\n",
    );
    assert.deepEqual(await loadDotEnv(home), { OPENAI_BASE_URL: "http://h" });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
