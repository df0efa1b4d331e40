import assert from "node:assert/strict";
import { join } from "node:path";
import { loadDotEnv, parseDotEnv } from "./dotenv.ts";

Deno.test("assignments, comments, quotes and bad lines", () => {
  const text = [
    "# comment",
    "PLAIN=value",
    "export EXPORTED = spaced value  ",
    "SINGLE='a # b \\n'  # comment",
    'DOUBLE="line\\n\\"two\\""',
    "EMPTY=",
    "HASH=a#b # c",
    "not an assignment",
    "1BAD=x",
    'MULTI="one',
    'two"',
    "AFTER=ok\r",
  ].join("\n");
  assert.deepEqual({ ...parseDotEnv(text) }, {
    PLAIN: "value",
    EXPORTED: "spaced value",
    SINGLE: "a # b \\n",
    DOUBLE: 'line\n"two"',
    EMPTY: "",
    HASH: "a#b",
    MULTI: "one\ntwo",
    AFTER: "ok",
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
