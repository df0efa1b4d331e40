import assert from "node:assert/strict";
import { join } from "node:path";
import { READ_ONLY, WORKSPACE_ONLY } from "../../../tests/support/sandbox_rig.ts";
import { createSandbox } from "../create_sandbox.ts";
import { parseDenial } from "./denials.ts";
import { ignoresCase, spellings } from "../letter_case.ts";
import { probeSeatbelt, seatbeltRules } from "./seatbelt.ts";

async function workspace(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "seatbelt-test-" }));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

const SELF = { argv: ["codex"], env: {} };

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore: Deno.build.os === "windows", fn });

test("seatbelt: protected names count whether they exist or not, links with their targets", async () => {
  await using folder = await workspace();
  const root = folder.path;
  await Deno.mkdir(join(root, "elsewhere"));
  await Deno.symlink(join(root, "elsewhere"), join(root, ".codex"));
  await Deno.symlink("..", join(root, "out"));
  const { rules, limits } = await seatbeltRules({
    policy: { ...WORKSPACE_ONLY, writableRoots: [join(root, "missing"), join(root, "out")] },
    policyCwd: root,
    tmpdir: null,
  }, null);
  const names = [".git", ".agents", ".codex", "elsewhere"].map((name) => join(root, name));
  assert.deepEqual(rules.write, [{ root, readOnly: names }]);
  assert.deepEqual(limits.map(({ code }) => code), ["missing_root", "linked_root"]);
  assert.equal(rules.network, "none");
});

test("seatbelt: where a disk ignores case, a missing name is protected in all its spellings", async () => {
  const names = spellings("/w/.git").map((path) => path.slice("/w/".length));
  assert.deepEqual(names.sort(), [".GIT", ".GIt", ".GiT", ".Git", ".gIT", ".gIt", ".giT"].sort());
  assert.equal(spellings("/w/.codex").length, 31);
  assert.ok(spellings("/w/.agents").includes("/w/.AGENT\u017f"));
  assert.ok(spellings("/w/.agents").every((path) => path !== "/w/.agents"));
  await using folder = await workspace();
  await Deno.mkdir(join(folder.path, ".codex"));
  const insensitive = await Deno.stat(folder.path.toUpperCase()).then(() => true, () => false);
  assert.equal(ignoresCase(folder.path), insensitive);
  assert.equal(ignoresCase("/"), true);
  const { rules } = await seatbeltRules({
    policy: WORKSPACE_ONLY,
    policyCwd: folder.path,
    tmpdir: null,
  }, null);
  // What exists is known to the kernel by its name.
  assert.equal(rules.write[0]?.readOnly.length, insensitive ? 3 + 7 + 95 : 3);
});

test("seatbelt: limited reads include what can be written", async () => {
  await using folder = await workspace();
  const readOnlyAccess = {
    type: "restricted",
    includePlatformDefaults: false,
    readableRoots: [],
  } as const;
  const { rules } = await seatbeltRules({
    policy: { ...WORKSPACE_ONLY, readOnlyAccess, networkAccess: true },
    policyCwd: folder.path,
    tmpdir: null,
  }, null);
  assert.deepEqual(rules.read, { roots: [folder.path], platform: false });
  assert.equal(rules.network, "full");
});

test("seatbelt: what the sandbox adds to the environment, and when it adds nothing", async () => {
  const backend = { kind: "seatbelt", reason: "" } as const;
  const sandbox = createSandbox({ backend, self: SELF, stateDir: "/nonexistent" });
  const request = {
    argv: ["true"],
    cwd: "/",
    env: {},
    policyCwd: "/",
    tmpdir: null,
    tty: false,
  };
  const confined = await sandbox.confine({ ...request, policy: READ_ONLY });
  assert.equal(confined.kind, "seatbelt");
  assert.deepEqual(confined.env, {
    CODEX_SANDBOX: "seatbelt",
    CODEX_SANDBOX_NETWORK_DISABLED: "1",
  });
  for (
    const policy of [
      { type: "danger-full-access" },
      { type: "external-sandbox", networkAccess: "enabled" },
    ] as const
  ) {
    const free = await sandbox.confine({ ...request, policy });
    assert.deepEqual([free.kind, free.argv, free.env], ["none", ["true"], {}]);
  }
});

Deno.test("seatbelt: refusals are read from the log", () => {
  const line = (eventMessage: unknown) => JSON.stringify({ eventMessage, processID: 0 });
  assert.deepEqual(
    parseDenial(line("Sandbox: touch(4711) deny(1) file-write-create /private/etc/x y")),
    { name: "touch", pid: 4711, capability: "file-write-create /private/etc/x y" },
  );
  assert.deepEqual(
    parseDenial(line("Sandbox: Some App (x)(12) deny(1) mach-lookup com.example.a")),
    { name: "Some App (x)", pid: 12, capability: "mach-lookup com.example.a" },
  );
  for (
    const other of [
      line("Sandbox: touch(1) allow file-read"),
      line(3),
      'Filtering the log data using "x"',
      "null",
      "",
    ]
  ) assert.equal(parseDenial(other), null, other);
});

if (Deno.build.os === "darwin") {
  const backend = await probeSeatbelt();
  Deno.test({
    name: `seatbelt: the kernel keeps to the profile${
      backend.kind === "seatbelt" ? "" : ` (ignored: ${backend.reason})`
    }`,
    ignore: backend.kind !== "seatbelt",
    fn: async () => {
      await using folder = await workspace();
      await using outside = await workspace();
      const sandbox = createSandbox({ backend, self: SELF, stateDir: "/nonexistent" });
      await using confined = await sandbox.confine({
        argv: [
          "/bin/sh",
          "-c",
          `echo x > in; echo x > .codex; mkdir .git .GIT .Codex .AGENT\u017f; ` +
          `mkdir x && mv x .cODEX; rmdir x; echo x > ${outside.path}/out; ` +
          "mv . ../moved; cat in; head -c1 /dev/urandom > /dev/null && echo random",
        ],
        cwd: folder.path,
        env: { PATH: "/usr/bin:/bin" },
        policy: WORKSPACE_ONLY,
        policyCwd: folder.path,
        tmpdir: null,
        tty: false,
      });
      const [program = "", ...args] = confined.argv;
      const { stdout } = await new Deno.Command(program, {
        args,
        cwd: confined.cwd,
        env: { ...confined.env },
        clearEnv: true,
      }).output();
      assert.equal(new TextDecoder().decode(stdout), "x\nrandom\n");
      assert.deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["in"]);
      assert.deepEqual([...Deno.readDirSync(outside.path)], []);
    },
  });
}
