import assert from "node:assert/strict";
import { hasKeyring, openKeyringSession } from "../support/keyring_session.ts";
import { LoginStage } from "../support/login_stage.ts";

const isReady = await hasKeyring();

Deno.test({
  name: "the keyring of the system: log in, run, renew and log out" +
    (isReady ? "" : " (ignored: needs dbus-run-session and gnome-keyring-daemon)"),
  ignore: !isReady,
  fn: async () => {
    await using login = await LoginStage.open();
    await using keyring = await openKeyringSession(login.stage.home);
    const codex = (store: string, args: readonly string[], stdin?: string) =>
      login.run([...args, "-c", `cli_auth_credentials_store=${store}`], keyring.env, { stdin });
    const says = async (store: string, args: readonly string[], text: string) =>
      assert.equal((await codex(store, args)).stderr, text);
    const hasFile = () => Deno.stat(login.file).then(() => true, () => false);
    const runFour = async (store: string) => {
      const runs = [1, 2, 3, 4].map(() => codex(store, ["exec", "--ephemeral", "hi"]));
      for (const { code, stderr } of await Promise.all(runs)) assert.equal(code, 0, stderr);
      assert.equal(await hasFile(), false);
      assert.equal(login.authority.reuses, 0);
    };
    await says("keyring", ["login", "status"], "Not logged in\n");

    const kept = await codex("keyring", ["login", "--with-api-key"], "sk-proj-1234567890ABCDE\n");
    assert.equal(kept.code, 0, kept.stderr);
    assert.equal(await hasFile(), false);
    const status = "Logged in using an API key - sk-proj-***ABCDE\n";
    await says("keyring", ["login", "status"], status);
    await says("auto", ["login", "status"], status);
    await says("file", ["login", "status"], "Not logged in\n");
    await says("keyring", ["logout"], "Successfully logged out\n");

    // The file that was the login so far moves into the keyring when it is renewed.
    await login.logIn();
    await runFour("auto");
    assert.equal(login.authority.refreshes, 1);
    login.authority.refuseAccess();
    await runFour("keyring");
    assert.equal(login.authority.refreshes, 2);
    await says("keyring", ["login", "status"], "Logged in using ChatGPT\n");
    await says("keyring", ["logout"], "Successfully logged out\n");
    assert.equal(login.authority.revoked.length, 1);
    await says("auto", ["login", "status"], "Not logged in\n");
  },
});

Deno.test({
  name:
    "auto, where there is no keyring: the file is renewed, and logging out removes it (needs Linux)",
  // Elsewhere this would be the keyring of whoever runs the tests.
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using login = await LoginStage.open();
    await login.logIn();
    // Nobody listens there.
    const env = { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent/bus" };
    const codex = (...args: string[]) =>
      login.run([...args, "-c", "cli_auth_credentials_store=auto"], env);
    const run = await codex("exec", "--ephemeral", ...login.withoutRetries, "hi");
    assert.equal(run.code, 0, run.stderr);
    assert.equal(login.authority.refreshes, 1);
    assert.ok(await login.isAlive());
    for (const said of ["Successfully logged out\n", "Not logged in\n"]) {
      const { code, stderr } = await codex("logout");
      assert.deepEqual([code, stderr], [0, said]);
    }
    await assert.rejects(Deno.stat(login.file), Deno.errors.NotFound);
    assert.equal((await codex("login", "status")).stderr, "Not logged in\n");
  },
});
