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

Deno.test("variables: of the lines above first, then of the environment; names of the program the other way round", () => {
  const text =
    'A=file\nC=${A}/$B/$NONE.\nD="$A ${B}"\nE=$$A\nA=$A+\nCODEX_HOME=x\nF="$CODEX_HOME $A"\n';
  const env = { A: "env", B: "env", CODEX_HOME: "/h" };
  assert.deepEqual({ ...parseDotEnv(text, env) }, {
    A: "file+",
    C: "file/env/.",
    D: "file env",
    E: "$file",
    CODEX_HOME: "x",
    F: "/h file+",
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
