import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { LateMountResult } from "../support/late_mount_program.ts";
import { probeBoth } from "../support/sandbox_rig.ts";
import { works } from "../support/works.ts";

const PROGRAM = fileURLToPath(new URL("../support/late_mount_program.ts", import.meta.url));
/** A place where everything that is mounted is seen by all that was copied from it, as on most machines. */
const SHARED = ["--mount", "--propagation", "shared"];
const AS_ROOT = Deno.build.os === "linux" && Deno.uid() === 0 ? [] : ["--user", "--map-root-user"];

async function whyNot(): Promise<string | null> {
  if (Deno.build.os !== "linux") return "not Linux";
  const { bubblewrap } = await probeBoth();
  if (bubblewrap.ignore) return bubblewrap.backend.reason;
  const mount = ["sh", "-c", "mount -t tmpfs none /mnt"];
  const mounts = await works(["unshare", ...AS_ROOT, ...SHARED, ...mount]);
  return mounts ? null : "nothing can be mounted here";
}

const reason = await whyNot();
const why = reason === null ? "" : ` (ignored: ${reason})`;

Deno.test({
  name: `bubblewrap: what is mounted while a command runs is not for it to write to${why}`,
  ignore: reason !== null,
  fn: async () => {
    const { stdout, stderr } = await new Deno.Command("unshare", {
      args: [
        ...AS_ROOT,
        ...SHARED,
        ...[Deno.execPath(), "run", "-A", "--no-config", "--no-lock", "--quiet", PROGRAM],
      ],
    }).output();
    const text = new TextDecoder().decode(stdout);
    assert.ok(text.startsWith("{"), text + new TextDecoder().decode(stderr));
    const { mounted, planted, limits } = JSON.parse(text) as LateMountResult;
    assert.equal(mounted, true);
    assert.equal(planted, limits.includes("late_mounts"));
  },
});
