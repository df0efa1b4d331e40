import assert from "node:assert/strict";
import { canRun } from "../support/can_run.ts";
import { AuthRig } from "../support/auth_rig.ts";
import { recordText } from "../support/token_authority.ts";

const canLimit = Deno.build.os === "linux" && await canRun("prlimit", ["--version"]);

const needs = canLimit ? "" : " (ignored: needs prlimit)";

/** Writing beyond the limit fails, as on a full disk, instead of ending the process. */
const FAILING = ["sh", "-c", 'trap "" XFSZ; exec "$0" "$@"'];

async function limitFiles(pid: number, bytes: number): Promise<void> {
  const { success } = await new Deno.Command("prlimit", {
    args: ["--pid", String(pid), `--fsize=${bytes}`],
  }).output();
  assert.ok(success);
}

Deno.test({
  name: `a disk that fails after the answer leaves the old record whole${needs}`,
  ignore: !canLimit,
  fn: async () => {
    await using rig = await AuthRig.open();
    await rig.logIn();
    const before = await Deno.readTextFile(rig.file);
    const instance = rig.start({ stopAt: "after_answer" }, FAILING);
    await instance.stopped();
    await limitFiles(instance.pid, 100);
    await instance.goOn();
    const { error } = await instance.result();
    assert.equal(error?.code, "store_not_writable");
    assert.match(error?.message ?? "", /is lost.*codex login/);
    assert.equal(await Deno.readTextFile(rig.file), before);
    assert.ok(!(await rig.files()).includes("auth.json.pending"));
  },
});

Deno.test({
  name: `no room for a record as long as the present one: no token is spent${needs}`,
  ignore: !canLimit,
  fn: async () => {
    await using rig = await AuthRig.open();
    const login = rig.authority.issue("acct", { refused: true });
    await Deno.writeTextFile(rig.file, recordText(login, { later: "x".repeat(40_000) }));
    const instance = rig.start({ stopAt: "locked" }, FAILING);
    await instance.stopped();
    await limitFiles(instance.pid, 32_000);
    await instance.goOn();
    const { error } = await instance.result();
    assert.equal(error?.code, "store_not_writable");
    assert.equal(rig.authority.presented.length, 0);
    assert.ok(!(await rig.files()).includes("auth.json.pending"));
    assert.ok(await rig.isAlive());
  },
});
