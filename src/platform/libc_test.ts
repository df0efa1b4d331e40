import assert from "node:assert/strict";
import { openLibc } from "./libc.ts";
import { lastArgumentBytes, startingDescriptorLimit } from "./process_facts.ts";

const onLinux = Deno.build.os === "linux";
const reason = onLinux ? "" : " (ignored: not Linux)";
const ENOENT = 2;
const EBADF = 9;

Deno.test({
  name: `libc: results and errors come the kernel's way${reason}`,
  ignore: !onLinux,
  fn: () => {
    using libc = openLibc();
    assert.equal(libc.parentId(), Deno.ppid);
    assert.equal(libc.open("/no/such/file", 0), -ENOENT);
    const descriptor = libc.open("/dev/null", 1);
    assert.ok(descriptor > 2);
    assert.equal(libc.write(descriptor, new Uint8Array([1, 2, 3])), 3);
    libc.close(descriptor);
    assert.equal(libc.write(descriptor, new Uint8Array(1)), -EBADF);
    assert.equal(libc.processExists(Deno.pid), true);
    assert.equal(libc.processExists(0x7ffffffe), false);
  },
});

Deno.test({
  name: `libc: memory handed to a system call is read and written${reason}`,
  ignore: !onLinux,
  fn: () => {
    using libc = openLibc();
    const PR_SET_NAME = 15;
    const PR_GET_NAME = 16;
    const before = new Uint8Array(16);
    const after = new Uint8Array(16);
    assert.equal(libc.prctl(PR_GET_NAME, before), 0);
    try {
      libc.prctl(PR_SET_NAME, new TextEncoder().encode("seen\0"));
      libc.prctl(PR_GET_NAME, after);
      assert.equal(new TextDecoder().decode(after).split("\0")[0], "seen");
    } finally {
      libc.prctl(PR_SET_NAME, before);
    }
  },
});

Deno.test({
  name: `process facts: arguments as bytes, limit of the one who started us${reason}`,
  ignore: !onLinux,
  fn: () => {
    const [last] = lastArgumentBytes(1);
    const line = new TextDecoder().decode(Deno.readFileSync("/proc/self/cmdline"));
    assert.equal(new TextDecoder().decode(last), line.split("\0").at(-2));
    assert.deepEqual(lastArgumentBytes(0), []);
    const limit = startingDescriptorLimit();
    assert.ok(Number.isSafeInteger(limit) && limit > 0);
  },
});
