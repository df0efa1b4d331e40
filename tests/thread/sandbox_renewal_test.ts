import assert from "node:assert/strict";
import { join } from "node:path";
import {
  completed,
  created,
  customToolCall,
  functionCall,
  reply,
  type ScriptStep,
  type SseEvent,
  textReply,
} from "../../src/scripted/mod.ts";
import { openThreadRig, type ThreadRig } from "../support/thread_rig.ts";
import { works } from "../support/works.ts";
import { writeProgram } from "../support/write_program.ts";

const onLinux = Deno.build.os === "linux";
const REAL = onLinux
  ? await new Deno.Command("sh", { args: ["-c", "command -v bwrap"] }).output()
    .then(({ stdout }) => new TextDecoder().decode(stdout).trim())
  : "";
const able = onLinux && await works([REAL, "--unshare-user", "--ro-bind", "/", "/", "true"]);
const remark = able ? "" : " (ignored: needs bubblewrap)";

/** What a bubblewrap that gives up says, and the exit code it gives. */
const GIVES_UP = 'echo "bwrap: No permissions to create new namespace" >&2; exit 1';

/** A machine whose bubblewrap stops working when `break()` is called. */
class Machine implements AsyncDisposable {
  readonly #broken = Promise.withResolvers<void>();

  private constructor(readonly folder: string) {}

  /** @param condition shell code that is true when it gives up; the file `$broken` exists after `break()` */
  static async open(condition = '[ -e "$broken" ]'): Promise<Machine> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "bwrap-" }));
    const script = `#!/bin/sh\nbroken='${folder}/broken'\nif ${condition}; then ${GIVES_UP}; fi\n` +
      `exec '${REAL}' "$@"\n`;
    await writeProgram(join(folder, "bwrap"), script);
    return new Machine(folder);
  }

  get env(): Record<string, string> {
    return { PATH: `${this.folder}:${Deno.env.get("PATH")}` };
  }

  async break(): Promise<void> {
    await Deno.writeTextFile(join(this.folder, "broken"), "");
    this.#broken.resolve();
  }

  /** An answer that the model gives after that. */
  afterwards(answer: ScriptStep): ScriptStep {
    return { ...answer, until: this.#broken.promise };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

const shell = (id: string, script: string) =>
  functionCall(id, "shell", { command: ["sh", "-c", script] });
const step = (...events: SseEvent[]) => reply(created(), ...events, completed());

function output(rig: ThreadRig, callId: string): string {
  const items = rig.server.requests.at(-1)!.body.input;
  const found = items.find((item) => item.type.endsWith("_output") && item["call_id"] === callId);
  return String(found?.["output"]);
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name}${remark}`, ignore: !able, fn });
}

const config = ["sandbox_mode=workspace-write", "model=gpt-5"];

test("a bubblewrap that stops working: the command runs once, in the other sandbox, and the person is told once", async () => {
  await using machine = await Machine.open();
  await using rig = await openThreadRig([
    step(shell("a", "echo a >> log")),
    machine.afterwards(
      step(shell("b", "echo b >> log; echo done"), shell("c", "echo c >> log; touch /etc/x-codex")),
    ),
    step(
      customToolCall("p", "apply_patch", "*** Begin Patch\n*** Add File: new\n+x\n*** End Patch"),
    ),
    textReply("done"),
  ], { config, env: machine.env });
  await rig.say("go");
  await rig.until("item_completed", ({ item }) => item.type === "command_execution");
  await machine.break();
  await rig.until("turn_completed");
  assert.match(output(rig, "b"), /done/);
  assert.doesNotMatch(output(rig, "b"), /bwrap/);
  assert.match(output(rig, "c"), /[Pp]ermission denied/, "still confined");
  assert.equal(await Deno.readTextFile(join(rig.workspace, "new")), "x\n");
  const lines = (await Deno.readTextFile(join(rig.workspace, "log"))).trim().split("\n");
  assert.deepEqual(lines.sort(), ["a", "b", "c"]);
  const warnings = rig.seen.flatMap(({ msg }) => msg.type === "warning" ? [msg.message] : []);
  assert.equal(warnings.length, 2, warnings.join("\n"));
  assert.match(warnings[0]!, /does not work any more; now: .*No permissions.*Landlock/);
  assert.match(warnings[1]!, /weaker of two sandboxes.*not enforced: /);
  await assert.rejects(Deno.stat(join(rig.codexHome, "tmp", "sandbox_probe.json")));
});

test("a patch alone finds the other sandbox, too", async () => {
  await using machine = await Machine.open();
  await using rig = await openThreadRig([
    step(shell("a", "true")),
    machine.afterwards(step(
      customToolCall("p", "apply_patch", "*** Begin Patch\n*** Add File: new\n+x\n*** End Patch"),
    )),
    textReply("done"),
  ], { config, env: machine.env });
  await rig.say("go");
  await rig.until("item_completed", ({ item }) => item.type === "command_execution");
  await machine.break();
  await rig.until("turn_completed");
  assert.match(output(rig, "p"), /Success/);
  assert.equal(await Deno.readTextFile(join(rig.workspace, "new")), "x\n");
});

test("an open command finds the other sandbox, too", async () => {
  await using machine = await Machine.open();
  await using rig = await openThreadRig([
    step(functionCall("a", "exec_command", { cmd: "true", login: false })),
    machine.afterwards(
      step(functionCall("b", "exec_command", { cmd: "echo once >> log; echo fine", login: false })),
    ),
    textReply("done"),
  ], { config: [...config, "features.unified_exec=true"], env: machine.env });
  await rig.say("go");
  await rig.until("item_completed", ({ item }) => item.type === "command_execution");
  await machine.break();
  await rig.until("turn_completed");
  assert.match(output(rig, "b"), /exited with code 0[^]*fine/);
  assert.equal(await Deno.readTextFile(join(rig.workspace, "log")), "once\n");
});

test("a sandbox that cannot be set up for this command: nothing is run, and one line says so", async () => {
  // The one try of the probe is without a filter.
  await using machine = await Machine.open('case "$*" in *--seccomp*) true;; *) false;; esac');
  await using rig = await openThreadRig([
    step(shell("a", "echo a >> log")),
    textReply("done"),
  ], { config, env: machine.env });
  await rig.say("go");
  await rig.until("turn_completed");
  assert.match(
    output(rig, "a"),
    /the command was not run, because its sandbox could not be set up: bwrap: No permissions/,
  );
  await assert.rejects(Deno.stat(join(rig.workspace, "log")));
});

test("a command that fails like bubblewrap is taken for what it is", async () => {
  await using machine = await Machine.open();
  await using rig = await openThreadRig([
    step(shell("a", `echo x >> log; ${GIVES_UP}`)),
    textReply("done"),
  ], { config, env: machine.env });
  await rig.say("go");
  await rig.until("turn_completed");
  assert.match(output(rig, "a"), /bwrap: No permissions/);
  assert.equal(await Deno.readTextFile(join(rig.workspace, "log")), "x\n");
  assert.deepEqual(rig.seen.filter(({ msg }) => msg.type === "warning"), []);
});
