/**
 * Mounts something in a folder that a running command must not write to, and prints what came of it. To be started in
 * a mount namespace of its own, as somebody who may mount there.
 */
import { join } from "node:path";
import { openSandboxRig, probeBoth } from "./sandbox_rig.ts";

export interface LateMountResult {
  readonly mounted: boolean;
  readonly planted: boolean;
  readonly limits: readonly string[];
}

async function perform(): Promise<LateMountResult> {
  await using rig = await openSandboxRig((await probeBoth()).bubblewrap.backend);
  const script = 'echo ready; read -r line; : >"$0/planted"';
  await using confined = await rig.confine(["/bin/sh", "-c", script, rig.outside]);
  const [program = "", ...args] = confined.argv;
  const child = new Deno.Command(program, {
    args,
    cwd: confined.cwd,
    env: { ...confined.env },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const mount = new Deno.Command("mount", { args: ["-t", "tmpfs", "none", rig.outside] });
  const mounted = mount.outputSync().success;
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("go\n"));
  await writer.close();
  await child.status;
  await reader.cancel();
  const planted = await Deno.lstat(join(rig.outside, "planted")).then(() => true, () => false);
  if (mounted) new Deno.Command("umount", { args: [rig.outside] }).outputSync();
  return { mounted, planted, limits: confined.unenforced.map(({ code }) => code) };
}

console.log(JSON.stringify(await perform()));
