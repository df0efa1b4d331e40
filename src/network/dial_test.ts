import assert from "node:assert/strict";
import { dialUnix } from "./dial.ts";
import { Session } from "./session.ts";

Deno.test({
  name: "dial: what takes the place of a Unix socket meanwhile is not connected to",
  // Elsewhere a file cannot be held.
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const folder = await Deno.realPath(await Deno.makeTempDir());
    const path = `${folder}/a.sock`;
    const listener = Deno.listen({ transport: "unix", path });
    using session = new Session();
    const options = { session, limits: { connectMs: 10_000, headBytes: 1024 } };
    assert.notEqual(await dialUnix(path, options), null);
    await Deno.symlink(path, `${folder}/link.sock`);
    assert.equal(await dialUnix(`${folder}/link.sock`, options), null);
    assert.equal(await dialUnix(`${folder}/none.sock`, options), null);
    listener.close();
    await Deno.remove(folder, { recursive: true });
  },
});
