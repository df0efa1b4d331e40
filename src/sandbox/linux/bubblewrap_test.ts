import assert from "node:assert/strict";
import { join } from "node:path";
import {
  endsAfterKill,
  finish,
  openSandboxRig,
  probeBoth,
  READ_ONLY,
  type SandboxRig,
  SELF,
  WORKSPACE_ONLY,
} from "../../../tests/support/sandbox_rig.ts";
import { sandboxBackends } from "../mod.ts";

const probed = Deno.build.os === "linux" ? (await probeBoth()).bubblewrap : null;
const reason = probed === null ? " (ignored: not Linux)" : probed.reason;
const ignore = probed === null || probed.ignore;
const isRoot = Deno.build.os === "linux" && Deno.uid() === 0;

function test(name: string, body: (rig: SandboxRig) => Promise<void>): void {
  Deno.test({
    name: `bubblewrap: ${name}${reason}`,
    ignore,
    fn: async () => {
      await using rig = await openSandboxRig(probed?.backend ?? assert.fail());
      await body(rig);
    },
  });
}

test("protected names cannot be changed, their neighbours can", async (rig) => {
  for (const name of [".git", ".codex", ".agents", "nested/.git"]) {
    await Deno.mkdir(join(rig.workspace, name), { recursive: true });
    await Deno.writeTextFile(join(rig.workspace, name, "config"), "mine");
  }
  const answers = await rig.attempts({
    read: 'test "$(cat .git/config)" = mine',
    neighbour: "echo x > .gitignore && mkdir .github",
    nestedRepository: "echo x > nested/.git/config",
    git: "echo x > .git/config",
    codex: "echo x > .codex/new",
    agents: "rm .agents/config",
    rename: "mv .git elsewhere",
    remove: "rm -rf .codex && ! test -e .codex",
  });
  assert.deepEqual(answers, {
    read: true,
    neighbour: true,
    nestedRepository: true,
    git: false,
    codex: false,
    agents: false,
    rename: false,
    remove: false,
  });
  assert.equal(await Deno.readTextFile(join(rig.workspace, ".codex/config")), "mine");
});

test("missing protected names cannot be made, and nothing is left behind", async (rig) => {
  const answers = await rig.attempts({
    git: "mkdir .git || echo x > .git",
    hook: "mkdir -p .git/hooks",
    codex: "rmdir .codex",
    agents: "mv .agents x",
    other: "mkdir .other",
  });
  assert.deepEqual(answers, { git: false, hook: false, codex: false, agents: false, other: true });
  assert.deepEqual(names(rig.workspace), [".other"]);
});

test("each command of a session finds what has changed since the one before", async (rig) => {
  const git = join(rig.workspace, ".git");
  const mayWrite = async (path: string): Promise<boolean> =>
    (await rig.run(["/bin/sh", "-c", `echo x > ${path}`])).code === 0;
  assert.equal(await mayWrite(".git/config"), false);
  await Deno.mkdir(git);
  await Deno.mkdir(join(rig.workspace, "repository"));
  assert.equal(await mayWrite(".git/config"), false);
  assert.equal(await mayWrite("repository/HEAD"), true);
  await Deno.remove(git);
  await Deno.writeTextFile(git, "gitdir: repository\n");
  assert.equal(await mayWrite("repository/HEAD"), false);
  assert.equal(await mayWrite(".git"), false);
  await Deno.remove(git);
  await Deno.symlink("nowhere", git);
  await using confined = await rig.confine(["/bin/sh", "-c", "rm .git && mkdir .git"]);
  assert.ok(confined.unenforced.some(({ code }) => code === "protected_symlink"));
  assert.equal((await finish(confined)).code, 0);
  await confined[Symbol.asyncDispose]();
  assert.equal(await Deno.readLink(git), "nowhere");
  await Deno.remove(git);
  assert.equal(await mayWrite("repository/HEAD"), true);
  assert.equal(await mayWrite(".git/config"), false);
});

test("commands at the same time share the place of a missing name", async (rig) => {
  const first = await rig.confine(["mkdir", ".git/hooks"]);
  const second = await rig.confine(["mkdir", ".git/hooks"]);
  await first[Symbol.asyncDispose]();
  assert.deepEqual(names(rig.workspace), [".agents", ".codex", ".git"]);
  assert.equal((await finish(second)).code, 1);
  await second[Symbol.asyncDispose]();
  assert.deepEqual(names(rig.workspace), []);
});

test("many commands at once leave nothing behind", async (rig) => {
  const codes = await Promise.all(
    Array.from({ length: 12 }, async () => (await rig.run(["mkdir", ".codex/x"])).code),
  );
  assert.deepEqual(codes, Array(12).fill(1));
  assert.deepEqual(names(rig.workspace), []);
});

test("what a killed process left is removed, a person's empty folder is not", async (rig) => {
  await Deno.mkdir(join(rig.workspace, ".agents"));
  await Deno.mkdir(join(rig.workspace, ".codex"));
  await Deno.chmod(join(rig.workspace, ".codex"), 0o1755);
  assert.equal((await rig.run(["true"])).code, 0);
  assert.deepEqual(names(rig.workspace), [".agents"]);
});

test("what a person puts into the place of a missing name stays", async (rig) => {
  await using confined = await rig.confine(["true"]);
  await Deno.writeTextFile(join(rig.workspace, ".git/config"), "mine");
  await confined[Symbol.asyncDispose]();
  assert.deepEqual(names(rig.workspace), [".git"]);
});

test("read-only makes no places for missing names", async (rig) => {
  await using _confined = await rig.confine(["true"], { policy: READ_ONLY });
  assert.deepEqual(names(rig.workspace), []);
});

test("the folder that a .git file points to is protected, with the way to it", async (rig) => {
  const repository = join(rig.workspace, "main/repo.git/worktrees/tree");
  const tree = join(rig.workspace, "tree");
  await Deno.mkdir(repository, { recursive: true });
  await Deno.mkdir(tree);
  await Deno.writeTextFile(join(tree, ".git"), "gitdir: ../main/repo.git/worktrees/tree\n");
  const answers = await rig.attempts({
    pointer: "echo x > tree/.git",
    target: "echo x > main/repo.git/worktrees/tree/HEAD",
    moveWay: "mv main elsewhere",
    beside: "echo x > main/repo.git/config",
  }, { policy: { ...WORKSPACE_ONLY, writableRoots: [tree] } });
  assert.deepEqual(answers, { pointer: false, target: false, moveWay: false, beside: true });
});

test("so is the repository that such a folder belongs to", async (rig) => {
  const repository = join(rig.workspace, "main/.git");
  const tree = join(rig.workspace, "tree");
  await Deno.mkdir(join(repository, "worktrees/tree"), { recursive: true });
  await Deno.writeTextFile(join(repository, "worktrees/tree/commondir"), "../..\n");
  await Deno.mkdir(tree);
  await Deno.writeTextFile(join(tree, ".git"), "gitdir: ../main/.git/worktrees/tree\n");
  const answers = await rig.attempts({
    hook: "mkdir main/.git/hooks",
    config: "echo x > main/.git/config",
    moveWay: "mv main elsewhere",
    beside: "echo x > main/file",
  }, { policy: { ...WORKSPACE_ONLY, writableRoots: [tree] } });
  assert.deepEqual(answers, { hook: false, config: false, moveWay: false, beside: true });
});

test("a protected name is protected in every spelling that the disk takes for it", async (rig) => {
  const [pointer, capitals] = [".git", ".GIT"].map((name) => join(rig.workspace, name));
  await Deno.writeTextFile(`${pointer}`, "gitdir: nowhere\n");
  // As a disk that ignores case shows it to a kernel that does not know.
  await Deno.link(`${pointer}`, `${capitals}`);
  await Deno.writeTextFile(join(rig.workspace, ".CODEX"), "");
  const answers = await rig.attempts({
    name: "echo x > .git",
    capitals: "echo x > .GIT",
    replaced: "mv .CODEX .GIT",
    another: "echo x > .CODEX",
  });
  assert.deepEqual(answers, { name: false, capitals: false, replaced: false, another: true });
});

test("a root that is made in another one meanwhile is written to without a mount of its own", async (rig) => {
  const root = join(rig.workspace, "cache");
  const policy = { ...WORKSPACE_ONLY, writableRoots: [root] };
  assert.equal((await rig.run(["mkdir", "cache"], { policy })).code, 0);
  await using confined = await rig.confine(["touch", "cache/file"], { policy });
  assert.ok(!confined.argv.includes(root));
  assert.ok(confined.unenforced.some(({ code }) => code === "late_root"));
  assert.equal((await finish(confined)).code, 0);
  assert.deepEqual(names(root), ["file"]);
});

Deno.test({
  name: `bubblewrap: root does not get the host's /dev/null as a stream${reason}${
    isRoot ? "" : " (ignored: only root can change it)"
  }`,
  ignore: ignore || !isRoot,
  fn: async () => {
    await using rig = await openSandboxRig(probed?.backend ?? assert.fail());
    const mode = (): number => (Deno.statSync("/dev/null").mode ?? 0) & 0o7777;
    const before = mode();
    const script = "for fd in 0 1 2; do chmod 1666 /proc/self/fd/$fd; echo x >&$fd; done; exit 5";
    await using confined = await rig.confine(["/bin/sh", "-c", script]);
    const output = await new Deno.Command("/bin/sh", {
      args: ["-c", 'exec "$@" <>/dev/null >/dev/null 2>/dev/null', "sh", ...confined.argv],
      cwd: confined.cwd,
      env: { ...confined.env },
    }).output();
    const after = mode();
    if (after !== before) await Deno.chmod("/dev/null", before);
    assert.equal(after, before);
    assert.equal(output.code, 5);
  },
});

test("a protected symlink: the target is read-only, the link is put back", async (rig) => {
  await Deno.mkdir(join(rig.workspace, "real"));
  await Deno.symlink("real", join(rig.workspace, ".codex"));
  await using confined = await rig.confine([
    "/bin/sh",
    "-c",
    "echo x > .codex/new; rm .codex && mkdir .codex && echo x > .codex/config; echo y > fine",
  ]);
  const told = confined.unenforced.filter((limit) => limit.onlyIfAsked !== true);
  assert.deepEqual(told.map((limit) => limit.code), ["protected_symlink"]);
  await finish(confined);
  await confined[Symbol.asyncDispose]();
  assert.equal(await Deno.readLink(join(rig.workspace, ".codex")), "real");
  assert.deepEqual(names(join(rig.workspace, "real")), []);
  const left = names(rig.workspace);
  assert.equal(left.filter((name) => name.startsWith(".codex.replaced-")).length, 1);
  assert.ok(left.includes("fine"));
});

test("what is this program's own is out of reach, even inside a root", async (rig) => {
  const state = join(rig.base, "state");
  const answers = await rig.attempts({
    root: `echo x > ${rig.base}/file`,
    overwrite: `echo x > ${state}/seccomp-private.bpf`,
    replace: `mv ${state} ${rig.base}/moved`,
    settings: `echo x > ${rig.base}/home/config.toml`,
    moveHome: `mv ${rig.base}/home ${rig.base}/moved`,
  }, { policy: { ...WORKSPACE_ONLY, writableRoots: [rig.base] } });
  const refused = { overwrite: false, replace: false, settings: false, moveHome: false };
  assert.deepEqual(answers, { root: true, ...refused });
  const info = await Deno.stat(join(state, "seccomp-private.bpf"));
  assert.equal((info.mode ?? 0) & 0o777, 0o600);
});

test("this program's home is protected where it is missing, a link, or made of links", async (rig) => {
  const { workspace, sandbox: { backend } } = rig;
  const settings = join(workspace, "dotfiles/config.toml");
  await Deno.mkdir(join(workspace, "dotfiles"));
  await Deno.writeTextFile(settings, "fine");
  const make: Record<string, (home: string) => Promise<void>> = {
    missing: () => Promise.resolve(),
    link: async (home) => {
      await Deno.mkdir(join(rig.outside, "home"));
      await Deno.symlink(join(rig.outside, "home"), home);
    },
    linked: async (home) => {
      await Deno.mkdir(home);
      await Deno.symlink(settings, join(home, "config.toml"));
      await Deno.symlink(join(workspace, "later"), join(home, "auth.json"));
    },
  };
  const { createSandbox } = await sandboxBackends();
  for (const [name, prepare] of Object.entries(make)) {
    const homeDir = join(workspace, name);
    await prepare(homeDir);
    using sandbox = createSandbox({ backend, self: SELF, stateDir: join(rig.base, name), homeDir });
    const script = `rm -f ${name}; mkdir -p ${name}; echo evil >${name}/config.toml
echo evil >dotfiles/config.toml; echo evil >later; echo fine >beside-${name}`;
    await using confined = await sandbox.confine(rig.request(["/bin/sh", "-c", script]));
    await finish(confined);
    await confined[Symbol.asyncDispose]();
    const found = await Deno.readTextFile(join(homeDir, "config.toml")).catch(() => "none");
    assert.deepEqual([name, found], [name, name === "linked" ? "fine" : "none"]);
    assert.equal(await Deno.readTextFile(join(workspace, `beside-${name}`)), "fine\n");
    if (name === "linked") assert.ok(!names(workspace).includes("later"));
    else await Deno.remove(join(workspace, "later"));
    await Deno.writeTextFile(settings, "fine");
  }
});

test("without network, servers and clients inside reach each other", async (rig) => {
  const code = `
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const client = await Deno.connect({ port: listener.addr.port });
    const server = await listener.accept();
    await client.write(new Uint8Array([7]));
    const byte = new Uint8Array(1);
    await server.read(byte);
    console.log(byte[0]);
    for (const open of [client, server, listener]) open.close();`;
  const result = await rig.run([Deno.execPath(), "eval", "--no-config", code]);
  assert.equal(result.stdout, "7\n", result.stderr);
});

test("sees its own processes only, and no sockets of daemons", async (rig) => {
  const { stdout } = await rig.run(["/bin/sh", "-c", "ls /proc | grep -c '^[0-9]'; ls /run"]);
  const [processes, ...run] = stdout.trim().split("\n");
  assert.ok(Number(processes) < 8, `${processes} processes`);
  assert.ok(!run.some((name) => /sock|dbus/.test(name)));
});

test("with the network on, what sockets of the host can be reached is named", async (rig) => {
  const path = join(rig.outside, "daemon.sock");
  using daemon = Deno.listen({ transport: "unix", path });
  const code = `
    Deno.connect({ transport: "unix", path: ${JSON.stringify(path)} })
      .then((socket) => { socket.close(); Deno.exit(0); }, () => Deno.exit(1));`;
  const argv = [Deno.execPath(), "eval", code];
  for (const networkAccess of [true, false]) {
    const policy = { ...WORKSPACE_ONLY, networkAccess };
    await using confined = await rig.confine(argv, { policy });
    const named = confined.unenforced.some((limit) => limit.code === "host_sockets");
    assert.deepEqual([networkAccess, named, (await finish(confined)).code], [
      networkAccess,
      networkAccess,
      networkAccess ? 0 : 1,
    ]);
  }
  void daemon;
});

test("a command with a whole disk to write still has no capabilities", async (rig) => {
  const answers = await rig.attempts({
    anywhere: `echo x > ${rig.outside}/file`,
    hostname: "cat /proc/sys/kernel/hostname > /proc/sys/kernel/hostname",
    shm: "echo x > /dev/shm/file",
  }, { policy: { ...WORKSPACE_ONLY, writableRoots: ["/"] } });
  assert.deepEqual(answers, { anywhere: true, hostname: false, shm: true });
});

Deno.test({
  name: `bubblewrap: root can work in a folder of another user${reason}${
    isRoot ? "" : " (ignored: not root)"
  }`,
  ignore: ignore || !isRoot,
  fn: async () => {
    await using rig = await openSandboxRig(probed?.backend ?? assert.fail());
    await Deno.chown(rig.workspace, 65534, 65534);
    const answers = await rig.attempts({
      inside: "echo x > file",
      outside: `echo x > ${rig.outside}/file`,
      remount: "mount -o remount,rw /",
      device: "mknod disk b 8 0",
    });
    assert.deepEqual(answers, { inside: true, outside: false, remount: false, device: false });
  },
});

const LINGERS = ["/bin/sh", "-c", "setsid sleep 60 & echo ready; wait"];

test("nothing is left running after SIGKILL of the sandbox", async (rig) => {
  await using confined = await rig.confine(LINGERS);
  await endsAfterKill(confined.argv, confined.env);
});

test("nothing is left running after SIGKILL of the program that asked", async (rig) => {
  const held = JSON.stringify({
    backend: rig.sandbox.backend,
    self: SELF,
    stateDir: join(rig.base, "state"),
    request: rig.request(LINGERS),
  });
  await endsAfterKill([...SELF.argv, "hold", held], SELF.env);
});

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
}
