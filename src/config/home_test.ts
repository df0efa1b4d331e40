import assert from "node:assert/strict";
import { join } from "node:path";
import { ConfigError } from "./error.ts";
import { findCodexHome } from "./home.ts";

Deno.test("CODEX_HOME: unset, empty, a link, missing, a file", async () => {
  const dir = await Deno.realPath(await Deno.makeTempDir());
  try {
    const home = "/home/nobody";
    const find = (CODEX_HOME?: string) =>
      findCodexHome({ home, env: CODEX_HOME === undefined ? {} : { CODEX_HOME } });
    assert.equal(await find(), "/home/nobody/.codex");
    assert.equal(await find(""), "/home/nobody/.codex");
    await Deno.mkdir(join(dir, "real"));
    await Deno.symlink(join(dir, "real"), join(dir, "link"));
    assert.equal(await find(join(dir, "link")), join(dir, "real"));
    await Deno.writeTextFile(join(dir, "file"), "");
    for (
      const [path, text] of [
        ["none", "but that path does not exist"],
        ["file", "but that path is not a directory"],
        ["file/below", "but that path does not exist"],
      ] as const
    ) {
      await assert.rejects(find(join(dir, path)), (error) => {
        assert.ok(error instanceof ConfigError && error.code === "codex_home");
        // Clients know this text.
        assert.equal(error.message, `CODEX_HOME points to "${join(dir, path)}", ${text}`);
        return true;
      });
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
