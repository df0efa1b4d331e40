import assert from "node:assert/strict";
import { join } from "node:path";
import { textReply } from "../../src/scripted/mod.ts";
import { canRun } from "../support/can_run.ts";
import { assertPlain, LoginStage } from "../support/login_stage.ts";
import { type Program, programUnderTest } from "../support/program.ts";
import { recordText } from "../support/token_authority.ts";

const hasNamespaces = await canRun("bwrap", ["--dev-bind", "/", "/", "true"]);

const needsBwrap = hasNamespaces ? "" : " (ignored: needs bwrap)";

/** The program, seeing the file system that these arguments of `bwrap` make. */
function seeing(...args: readonly string[]): { readonly program: Program } {
  const { argv, env } = programUnderTest();
  return { program: { argv: ["bwrap", "--dev-bind", "/", "/", ...args, "--", ...argv], env } };
}

Deno.test({
  name:
    "exec: a renewed login that cannot be stored waits in the journal, and the next run stores it" +
    needsBwrap,
  ignore: !hasNamespaces,
  fn: async () => {
    await using login = await LoginStage.open();
    const issued = login.authority.issue("acct", { refused: true });
    const elsewhere = join(login.stage.root, "elsewhere");
    await Deno.mkdir(elsewhere);
    await Deno.writeTextFile(join(elsewhere, "login.json"), recordText(issued), { mode: 0o600 });
    await Deno.symlink(join(elsewhere, "login.json"), login.file);
    const args = ["exec", ...login.withoutRetries, "hello"];
    const run = await login.run(args, {}, seeing("--ro-bind", elsewhere, elsewhere));
    assertPlain(login, run);
    assert.match(run.stderr, /could not be stored.*auth\.json\.pending.*next attempt/);
    assert.equal(login.authority.refreshes, 1);
    const next = await login.run(["exec", "hello"]);
    assert.equal(next.code, 0, next.stderr);
    assert.equal(login.authority.refreshes, 1, "taken from the journal");
    assert.equal(login.authority.reuses, 0);
    assert.ok(await login.isAlive());
    assert.ok((await Deno.lstat(login.file)).isSymlink);
  },
});

Deno.test({
  name: "exec: a login in a mounted file is renewed within the file" +
    needsBwrap,
  ignore: !hasNamespaces,
  fn: async () => {
    await using login = await LoginStage.open();
    await login.logIn();
    // As a container has it: the file of the host, which a name cannot be put over.
    const shared = join(login.stage.root, "shared.json");
    await Deno.copyFile(login.file, shared);
    await Deno.chmod(shared, 0o600);
    const before = await Deno.stat(shared);
    const run = await login.run(["exec", "hello"], {}, seeing("--bind", shared, login.file));
    assert.equal(run.code, 0, run.stderr);
    assert.equal(login.authority.refreshes, 1);
    const { tokens } = JSON.parse(await Deno.readTextFile(shared));
    assert.ok(login.authority.isLive(tokens.refresh_token));
    const after = await Deno.stat(shared);
    assert.deepEqual([after.ino, after.mode], [before.ino, before.mode]);
    const left = [...Deno.readDirSync(login.stage.codexHome)].map(({ name }) => name);
    assert.ok(!left.includes("auth.json.pending"), left.join());
  },
});

Deno.test({
  name: "exec: two homes that one auth.json is mounted into renew it once" + needsBwrap,
  ignore: !hasNamespaces,
  fn: async () => {
    await using login = await LoginStage.open();
    const issued = login.authority.issue("acct", { refused: true });
    login.authority.latencyMs = 300;
    const shared = join(login.stage.root, "shared.json");
    await Deno.writeTextFile(shared, recordText(issued), { mode: 0o600 });
    const homes = ["one", "two"].map((name) => join(login.stage.root, name));
    const runs = await Promise.all(homes.map(async (home) => {
      await Deno.mkdir(home);
      const file = join(home, "auth.json");
      await Deno.writeTextFile(file, "");
      const args = ["exec", "--ephemeral", ...login.withoutRetries, "hello"];
      return await login.run(args, { CODEX_HOME: home }, seeing("--bind", shared, file));
    }));
    for (const { code, stderr } of runs) assert.equal(code, 0, stderr);
    assert.equal(login.authority.presented.length, 1);
    const { tokens } = JSON.parse(await Deno.readTextFile(shared));
    assert.ok(login.authority.isLive(tokens.refresh_token));
  },
});

Deno.test({
  name: "exec: a mounted auth.json that the host has replaced is told, and no token is spent" +
    needsBwrap,
  ignore: !hasNamespaces,
  fn: async () => {
    await using owned = new AsyncDisposableStack();
    const login: LoginStage = owned.use(
      await LoginStage.open(() => {
        Deno.renameSync(next, shared);
        return { status: 401, body: "{}" };
      }),
    );
    await login.logIn({});
    const [shared, next] = ["shared.json", "next.json"].map((name) =>
      join(login.stage.root, name)
    ) as [string, string];
    await Deno.copyFile(login.file, shared);
    const past = new Date(Date.now() - 3_600_000);
    await Deno.utime(shared, past, past);
    await Deno.writeTextFile(next, recordText(login.authority.issue("acct")));
    const args = ["exec", ...login.withoutRetries, "hello"];
    const run = await login.run(args, {}, seeing("--bind", shared, login.file));
    assertPlain(login, run);
    assert.match(run.stderr, /auth\.json is a single file that was mounted.*container again/);
    assert.equal(login.authority.presented.length, 0);

    // The same for who asks what is wrong.
    await Deno.copyFile(login.file, shared);
    await Deno.utime(shared, past, past);
    const replacing = ["sh", "-c", 'mv "$0" "$1" && shift && exec "$@"', next, shared];
    const mount = ["bwrap", "--dev-bind", "/", "/", "--bind", shared, login.file, "--"];
    await Deno.copyFile(shared, next);
    const { argv, env } = programUnderTest();
    const program = { argv: [...mount, ...replacing, ...argv], env };
    const report = await login.run(["doctor", "--offline"], {}, { program });
    assert.match(report.stdout, /replaced where it comes from: it is out of date/);
  },
});

/** Puts the login on a disk of 128 KiB, fills what is left, and looks afterwards whether the login is as it was. */
const ON_A_FULL_DISK = `cp "$LOGIN_COPY" "$CODEX_HOME/auth.json"
dd if=/dev/zero of="$CODEX_HOME/fill" bs=1024 2>/dev/null
"$@"; code=$?
cmp "$LOGIN_COPY" "$CODEX_HOME/auth.json" && exit "$code"`;

Deno.test({
  name: `exec: a full disk is told, and no token is spent${needsBwrap}`,
  ignore: !hasNamespaces,
  fn: async () => {
    await using login = await LoginStage.open();
    await login.logIn();
    const { codexHome, root } = login.stage;
    const copy = join(root, "copy.json");
    await Deno.copyFile(login.file, copy);
    const disk = ["--size", "131072", "--tmpfs", codexHome, "--", "sh", "-c", ON_A_FULL_DISK, "sh"];
    const { argv, env } = programUnderTest();
    const program = { argv: ["bwrap", "--dev-bind", "/", "/", ...disk, ...argv], env };
    const args = ["exec", "--ephemeral", ...login.withoutRetries, "hello"];
    const run = await login.run(args, { LOGIN_COPY: copy }, { program });
    assertPlain(login, run);
    assert.match(run.stderr, /nothing can be written beside .*Make room.*then try again/);
    assert.equal(login.authority.presented.length, 0);
  },
});

Deno.test({
  name: `exec: a home that cannot be written is told, and no token is spent${needsBwrap}`,
  ignore: !hasNamespaces,
  fn: async () => {
    await using login = await LoginStage.open();
    await login.logIn();
    const { codexHome } = login.stage;
    const args = ["exec", "--ephemeral", ...login.withoutRetries, "hello"];
    const run = await login.run(args, {}, seeing("--ro-bind", codexHome, codexHome));
    assertPlain(login, run);
    assert.match(run.stderr, /nothing can be written beside .*write permission.*then try again/);
    assert.equal(login.authority.presented.length, 0);
    assert.ok(await login.isAlive());
  },
});

/** How long a program that writes in place may need for the other half. Milliseconds. */
const HALF_WRITTEN_MS = 150;

const asRoot = hasNamespaces && Deno.uid() === 0;

Deno.test({
  name: "an auth.json of another user, as sudo leaves it behind, is replaced by the next login" +
    (asRoot ? "" : " (ignored: needs root and bwrap)"),
  ignore: !asRoot,
  fn: async () => {
    await using login = await LoginStage.open();
    await login.logIn();
    await Deno.chown(login.file, 4321, 4321);
    // Without the rights of root, and with a name for no other user.
    const { program } = seeing("--unshare-user", "--uid", "1000", "--gid", "1000");
    const status = await login.run(["login", "status"], {}, { program });
    assert.match(status.stderr, /cannot be read: Permission denied.*`codex login`/);
    const run = await login.run(["login", "--with-api-key"], {}, { program, stdin: "sk-new\n" });
    assert.equal(run.code, 0, run.stderr);
    assert.match(await Deno.readTextFile(login.file), /sk-new/);
    assert.equal((await Deno.stat(login.file)).uid, 0);
  },
});

Deno.test("exec: an auth.json that somebody is writing is no logout", async () => {
  await using owned = new AsyncDisposableStack();
  const login: LoginStage = owned.use(
    await LoginStage.open(() => {
      if (torn++ > 0) return textReply("done");
      const whole = Deno.readTextFileSync(login.file);
      Deno.writeTextFileSync(login.file, whole.slice(0, whole.length / 2));
      const timer = setTimeout(() => Deno.writeTextFileSync(login.file, whole), HALF_WRITTEN_MS);
      owned.defer(() => clearTimeout(timer));
      return { status: 401, body: "{}" };
    }),
  );
  let torn = 0;
  await login.logIn({});
  const run = await login.run(["exec", ...login.withoutRetries, "hello"]);
  assert.equal(run.code, 0, run.stderr);
  assert.equal(login.authority.refreshes, 1);
  assert.ok(await login.isAlive());
});
