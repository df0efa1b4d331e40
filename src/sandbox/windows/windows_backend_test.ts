import assert from "node:assert/strict";
import { join } from "node:path";
import { READ_ONLY, SELF, WORKSPACE_ONLY } from "../../../tests/support/sandbox_rig.ts";
import { createSandbox } from "../create_sandbox.ts";
import { probeWindows, windowsLimits, windowsPlan } from "./windows_backend.ts";
import { runWindowsHelper } from "./windows_helper.ts";
import { parseWindowsPlan, WINDOWS_HELPER_FLAG } from "./windows_plan.ts";

async function folders() {
  const base = await Deno.realPath(await Deno.makeTempDir({ prefix: "windows-sandbox-test-" }));
  const [workspace, outside, stateDir] = ["workspace", "outside", "state"]
    .map((name) => join(base, name)) as [string, string, string];
  for (const path of [workspace, outside]) await Deno.mkdir(path);
  return {
    workspace,
    outside,
    stateDir,
    [Symbol.asyncDispose]: () => Deno.remove(base, { recursive: true }),
  };
}

Deno.test("windows: the plan of a policy, as the helper reads it", async () => {
  await using at = await folders();
  const request = {
    argv: ["cmd"],
    cwd: at.workspace,
    env: { TEMP: at.outside },
    policy: { ...WORKSPACE_ONLY, excludeTmpdirEnvVar: false },
    policyCwd: at.workspace,
    tmpdir: null,
  };
  const options = { self: { argv: ["codex"], env: { DENO_DIR: "x" } }, stateDir: at.stateDir };
  const { plan, limits } = windowsPlan(request, { ...options, mode: "app_container" });
  assert.deepEqual(parseWindowsPlan(JSON.stringify(plan)), plan);
  const names = [".git", ".agents", ".codex"].map((name) => join(at.workspace, name));
  assert.deepEqual(plan.writable, [
    { root: at.workspace, readOnly: names },
    // Nothing is made in a folder that all share.
    { root: at.outside, readOnly: [] },
  ]);
  assert.deepEqual(plan.readable, [at.workspace]);
  assert.deepEqual(plan.unset, ["DENO_DIR"]);
  assert.deepEqual(limits.map(({ code }) => code), ["granted_to_all_containers"]);
  const weaker = windowsPlan(
    { ...request, policy: READ_ONLY },
    { ...options, mode: "restricted_token" },
  );
  assert.deepEqual([weaker.plan.writable, weaker.plan.readable], [[], []]);
});

Deno.test("windows: without a container the network is open, and that is said", () => {
  const codes = (network: boolean) =>
    windowsLimits("restricted_token", network).map(({ code }) => code);
  assert.ok(codes(false).includes("network"));
  assert.ok(!codes(true).includes("network"));
});

Deno.test("windows: a required proxy takes the network away, whatever the policy allows", async () => {
  await using at = await folders();
  const proxy = { socketPath: null, httpPort: 3128, socksPort: null };
  const confine = async (
    mode: "app_container" | "restricted_token",
    bridge: typeof proxy | "closed",
  ) => {
    const sandbox = createSandbox({
      backend: { kind: "windows", mode, reason: "" },
      self: SELF,
      stateDir: at.stateDir,
    });
    const { argv, env, unenforced } = await sandbox.confine({
      argv: ["cmd"],
      cwd: at.workspace,
      env: { HTTP_PROXY: "http://127.0.0.1:3128" },
      policy: { ...WORKSPACE_ONLY, networkAccess: true },
      policyCwd: at.workspace,
      tmpdir: null,
      tty: false,
      bridge,
    });
    const plan = argv[argv.indexOf(WINDOWS_HELPER_FLAG) + 1] ?? "";
    return {
      network: parseWindowsPlan(plan)?.network,
      proxy: env["HTTP_PROXY"],
      codes: unenforced.map(({ code }) => code).filter((code) => code.startsWith("network")),
    };
  };
  const led = "http://127.0.0.1:3128";
  assert.deepEqual(await confine("app_container", proxy), {
    network: false,
    proxy: led,
    codes: ["network_proxy"],
  });
  assert.deepEqual(await confine("app_container", "closed"), {
    network: false,
    proxy: led,
    codes: [],
  });
  assert.deepEqual(await confine("restricted_token", proxy), {
    network: false,
    proxy: led,
    codes: ["network"],
  });
  assert.deepEqual(await confine("restricted_token", "closed"), {
    network: false,
    proxy: "http://127.0.0.1:9",
    codes: ["network"],
  });
});

Deno.test("windows: a confined command is this program with a plan", async () => {
  await using at = await folders();
  const backend = { kind: "windows", mode: "restricted_token", reason: "" } as const;
  const sandbox = createSandbox({
    backend,
    self: { argv: ["codex"], env: {} },
    stateDir: at.stateDir,
  });
  await using confined = await sandbox.confine({
    argv: ["cmd", "/c", "ver"],
    cwd: at.workspace,
    env: {},
    policy: READ_ONLY,
    policyCwd: at.workspace,
    tmpdir: null,
    tty: false,
  });
  assert.equal(confined.kind, "windows");
  assert.deepEqual(confined.argv.slice(0, 2), ["codex", WINDOWS_HELPER_FLAG]);
  assert.deepEqual(confined.argv.slice(3), ["--", "cmd", "/c", "ver"]);
  assert.equal(confined.env["HTTPS_PROXY"], "http://127.0.0.1:9");
  assert.equal(confined.env["CODEX_SANDBOX_NETWORK_DISABLED"], "1");
});

Deno.test("windows: plans that are damaged are refused", async () => {
  for (const text of ["", "null", "{}", '{"mode":"none"}', "[]"]) {
    assert.equal(parseWindowsPlan(text), null, text);
  }
  const { exitCode, message } = await runWindowsHelper(["{}", "--", "cmd"], { env: {}, cwd: "/" });
  assert.equal(exitCode, 125);
  assert.ok(message);
});

if (Deno.build.os === "windows") {
  const probed = await probeWindows();
  const modes = probed.kind === "windows" && probed.mode === "app_container"
    ? ["app_container", "restricted_token"] as const
    : ["restricted_token"] as const;
  for (const mode of modes) {
    Deno.test(`windows: the system keeps to the plan, ${mode} (${probed.reason})`, async () => {
      await using at = await folders();
      const sandbox = createSandbox({
        backend: { kind: "windows", mode, reason: "" },
        self: SELF,
        stateDir: at.stateDir,
      });
      const run = async (script: string, policy = WORKSPACE_ONLY) => {
        await using confined = await sandbox.confine({
          argv: ["cmd.exe", "/d", "/c", script],
          cwd: at.workspace,
          env: Deno.env.toObject(),
          policy,
          policyCwd: at.workspace,
          tmpdir: null,
          tty: false,
        });
        const [program = "", ...args] = confined.argv;
        const { code, stdout, stderr } = await new Deno.Command(program, {
          args,
          cwd: confined.cwd,
          env: { ...confined.env },
          clearEnv: true,
        }).output();
        return {
          code,
          stdout: new TextDecoder().decode(stdout),
          stderr: new TextDecoder().decode(stderr),
        };
      };
      const inside = await run("echo x> in.txt && type in.txt && exit 7");
      assert.equal(inside.code, 7, inside.stderr);
      assert.equal(inside.stdout.trim(), "x");
      const outside = await run(`echo x> "${join(at.outside, "out.txt")}"`);
      assert.notEqual(outside.code, 0);
      const hook = await run("mkdir .git\\hooks");
      assert.notEqual(hook.code, 0);
      assert.deepEqual([...Deno.readDirSync(at.outside)], []);
      // Nothing is left of what was granted, refused and made.
      const left = [...Deno.readDirSync(at.workspace)].map(({ name }) => name);
      assert.deepEqual(left, ["in.txt"]);
      const list = await new Deno.Command("icacls", { args: [at.workspace] }).output();
      assert.ok(!/S-1-(15-2|5-21-\d+-\d+-\d+-\d+:)/.test(new TextDecoder().decode(list.stdout)));
      const records = [...Deno.readDirSync(join(at.stateDir, "windows-grants"))]
        .filter(({ name }) => name.endsWith(".json"));
      assert.deepEqual(records, []);
    });
  }
}
