import assert from "node:assert/strict";
import { join } from "node:path";
import { openFileLocks } from "../../platform/mod.ts";
import { gitAccess } from "./git_access.ts";
import { holdPlaceholder } from "./placeholder.ts";

const onLinux = Deno.build.os === "linux";
const reason = onLinux ? "" : " (ignored: not Linux)";

Deno.test({
  name:
    `git access: a name that another command holds a place for is held by the next as well${reason}`,
  ignore: !onLinux,
  fn: async () => {
    const root = await Deno.makeTempDir();
    try {
      const git = join(root, ".git");
      for (const name of ["objects", "refs"]) {
        await Deno.mkdir(join(git, name), { recursive: true });
      }
      for (const name of ["HEAD", "config"]) await Deno.writeTextFile(join(git, name), "");
      const alone = gitAccess(root);
      assert.deepEqual(alone?.held.map(({ path }) => path), [
        join(git, "commondir"),
        join(git, "hooks"),
      ]);
      using locks = openFileLocks();
      await using stack = new AsyncDisposableStack();
      for (const { path, kind } of alone.held) {
        const place = await holdPlaceholder(path, locks, kind);
        stack.use("kind" in place ? assert.fail(`${path}: ${place.kind}`) : place);
      }
      assert.deepEqual(gitAccess(root), alone);
      await stack.disposeAsync();
      await Deno.mkdir(join(git, "hooks"));
      assert.deepEqual(gitAccess(root), {
        writable: [git],
        readOnly: [join(git, "hooks"), join(git, "config")],
        held: [{ path: join(git, "commondir"), kind: "file" }],
      });
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
});
