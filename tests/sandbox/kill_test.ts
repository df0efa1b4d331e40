import assert from "node:assert/strict";
import { join } from "node:path";
import { runToEnd } from "../../src/process/mod.ts";
import type { SandboxPolicy } from "../../src/protocol/mod.ts";
import {
  openSandboxRig,
  probeBoth,
  READ_ONLY,
  type SandboxRig,
  SELF,
  WORKSPACE_ONLY,
} from "../support/sandbox_rig.ts";

const backends = Deno.build.os === "linux" ? await probeBoth() : null;
/** Shorter than what is started here lasts. */
const DEADLINE_MS = 45_000;

/** At which moment SIGKILL comes: ms after the start of the program, before, while and after a command starts. */
const MOMENTS = [0, 30, 45, 50, 55, 60, 65, 70, 80, 100];

for (const [kind, { backend, ignore, reason }] of Object.entries(backends ?? {})) {
  Deno.test({
    name: `${kind}: SIGKILL of the program at any moment leaves no process and no folder${reason}`,
    ignore,
    fn: async () => {
      await using rig = await openSandboxRig(backend);
      // Once unhurried, so that what is compiled on first use is there.
      await killAfter(rig, "ready");
      for (const moment of MOMENTS) {
        await killAfter(rig, moment);
        await killAfter(rig, moment, READ_ONLY);
      }
      // What cleans up removes its own folder last.
      const state = join(rig.base, "state");
      await untilEmpty(() => namesIn(state).filter((name) => name.startsWith("watch-")));
    },
  });
}

for (const [kind, { backend, ignore, reason }] of Object.entries(backends ?? {})) {
  Deno.test({
    name: `${kind}: what a command leaves behind ends with it, also when its time is up${reason}`,
    ignore,
    fn: async () => {
      await using rig = await openSandboxRig(backend);
      for (const [timeoutMs, last] of [[null, "exit 3"], [300, "sleep 60"]] as const) {
        const mark = `${crypto.getRandomValues(new Uint32Array(1))[0]}`;
        const away = "</dev/null >/dev/null 2>&1 &";
        const script = `setsid sleep 60 ${mark} ${away} (env -i setsid sleep 60 ${mark} ${away})
${last}`;
        {
          await using command = await rig.confine(["/bin/sh", "-c", script]);
          const signal = AbortSignal.timeout(DEADLINE_MS);
          const { outcome } = await runToEnd({ command, timeoutMs, signal });
          assert.equal(outcome.kind, timeoutMs === null ? "exited" : "timed_out");
        }
        await untilGone(rig, mark);
      }
    },
  });
}

/** Starts a command that stays and has a child in a session of its own, and kills the program that asked for it. */
async function killAfter(
  rig: SandboxRig,
  moment: number | "ready",
  policy: SandboxPolicy = WORKSPACE_ONLY,
): Promise<void> {
  const mark = `${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const script = `setsid sleep 60 ${mark} & (env -i setsid sleep 60 ${mark} &)
echo ready; exec sleep 60 ${mark}`;
  const held = JSON.stringify({
    backend: rig.sandbox.backend,
    self: SELF,
    stateDir: join(rig.base, "state"),
    request: rig.request(["/bin/sh", "-c", script, mark], { policy }),
  });
  const [program = "", ...args] = SELF.argv;
  const child = new Deno.Command(program, {
    args: [...args, "hold", held],
    env: { ...SELF.env },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  if (moment === "ready") await reader.read();
  else await new Promise((resolve) => setTimeout(resolve, moment));
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  await untilGone(rig, mark);
}

/** Waits until no process carries the mark and no folder is left. */
async function untilGone(rig: SandboxRig, mark: string): Promise<void> {
  await untilEmpty(() => [...processesWith(mark), ...namesIn(rig.workspace)]);
}

async function untilEmpty(left: () => string[]): Promise<void> {
  const end = Date.now() + DEADLINE_MS;
  while (left().length > 0) {
    assert.ok(Date.now() < end, `left: ${left().join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name);
}

function processesWith(mark: string): string[] {
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const line = Deno.readTextFileSync(`/proc/${name}/cmdline`);
      return line.split("\0").includes(mark) ? [line.replaceAll("\0", " ")] : [];
    } catch {
      return [];
    }
  });
}
