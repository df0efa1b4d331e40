import assert from "node:assert/strict";
import { createSandbox } from "./create_sandbox.ts";
import { SandboxError } from "./error.ts";
import type { ConfineRequest, SandboxBackend } from "./types.ts";

const none: SandboxBackend = { kind: "unavailable", reason: "nothing works here" };
const landlock: SandboxBackend = { kind: "landlock", abi: 7, reason: "" };

function sandbox(backend: SandboxBackend) {
  // Where nothing can be made: none of these gets as far as that.
  return createSandbox({ backend, self: { argv: ["self"], env: {} }, stateDir: "/proc/none" });
}

function request(change: Partial<ConfineRequest>): ConfineRequest {
  return {
    argv: ["program", "-x"],
    cwd: "/somewhere",
    env: { A: "1" },
    policy: { type: "danger-full-access" },
    policyCwd: "/somewhere",
    tmpdir: null,
    tty: false,
    ...change,
  };
}

const readOnly = { type: "read-only", access: { type: "full-access" } } as const;

Deno.test("sandbox: full access and an outer sandbox change nothing about the command", async () => {
  for (const backend of [none, landlock]) {
    await using danger = await sandbox(backend).confine(request({}));
    assert.deepEqual(
      [danger.kind, danger.argv, danger.cwd, danger.env],
      ["none", ["program", "-x"], "/somewhere", { A: "1" }],
    );
    await using external = await sandbox(backend).confine(
      request({ policy: { type: "external-sandbox", networkAccess: "restricted" } }),
    );
    assert.deepEqual(
      [external.kind, external.argv, external.env],
      ["none", ["program", "-x"], { A: "1", CODEX_SANDBOX_NETWORK_DISABLED: "1" }],
    );
  }
});

Deno.test("sandbox: a policy that needs one is not served without, and the reason is said", async () => {
  await assert.rejects(sandbox(none).confine(request({ policy: readOnly })), (error) => {
    assert.ok(error instanceof SandboxError);
    assert.equal(error.code, "unavailable");
    assert.ok(error.message.includes(none.reason));
    return true;
  });
});

Deno.test("sandbox: refuses what it cannot do instead of doing less", async () => {
  const refused = async (change: Partial<ConfineRequest>): Promise<unknown> => {
    const error = await sandbox(landlock).confine(request(change)).catch((thrown) => thrown);
    return error instanceof SandboxError ? error.code : error;
  };
  const hidden = {
    type: "restricted",
    includePlatformDefaults: true,
    readableRoots: ["/a"],
  } as const;
  // Its own folder is not among those it may see.
  assert.equal(
    await refused({ cwd: "/", policy: { type: "read-only", access: hidden } }),
    "folder_not_readable",
  );
  assert.equal(await refused({ policy: readOnly, argv: [] }), "empty_command");
});
