import assert from "node:assert/strict";
import { SELF } from "../../tests/support/sandbox_rig.ts";
import { explainBackend } from "./explain.ts";

const onLinux = Deno.build.os === "linux";

Deno.test({
  name: `explain: without bubblewrap it says so, what is open, and what to do${
    onLinux ? "" : " (ignored: not Linux)"
  }`,
  ignore: !onLinux,
  fn: async () => {
    const { backend, checks, unenforced, advice } = await explainBackend({
      path: "",
      cwd: "/nonexistent",
      self: SELF,
    });
    assert.deepEqual(checks.map((check) => check.name), ["bubblewrap", "landlock", "flock"]);
    assert.equal(checks[0]?.ok, false);
    assert.match(advice ?? "", /bubblewrap/);
    assert.equal(unenforced.length > 0, backend.kind === "landlock");
  },
});

Deno.test("explain: answers on every system", async () => {
  const { backend, checks } = await explainBackend({
    path: "/usr/local/bin:/usr/bin:/bin",
    cwd: "/nonexistent",
    self: SELF,
  });
  assert.notEqual(backend.reason, "");
  assert.equal(checks.length > 0, onLinux);
});
