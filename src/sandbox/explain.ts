import type { AbsolutePath } from "../protocol/mod.ts";
import { findBubblewrap, tryBubblewrap } from "./linux/bubblewrap_probe.ts";
import { canMarkCommands } from "./linux/command_mark.ts";
import { landlockLimits } from "./linux/landlock_backend.ts";
import { landlockVersion } from "./linux/landlock_version.ts";
import { findSystemProgram } from "./linux/system_program.ts";
import { probeSandbox } from "./probe.ts";
import type { Limit, SandboxBackend, SelfCommand } from "./types.ts";

/** One thing that was looked at. */
export interface BackendCheck {
  /** Stable: `bubblewrap`, `landlock`, `flock`. */
  readonly name: string;
  readonly ok: boolean;
  /** One line for a person. */
  readonly detail: string;
}

/** Why commands are confined the way they are here, for `codex sandbox linux --explain`. */
export interface BackendExplanation {
  /** What commands get. Its `reason` is the short answer. */
  readonly backend: SandboxBackend;
  readonly checks: readonly BackendCheck[];
  /** What this backend does not stop under `workspace-write` without a network. */
  readonly unenforced: readonly Limit[];
  /** What a person can do to get a better one; `null` = nothing is missing. */
  readonly advice: string | null;
}

/** Looks at everything anew, past the cache. Linux; elsewhere there is nothing to choose. */
export async function explainBackend(
  options: { readonly path: string; readonly cwd: AbsolutePath; readonly self: SelfCommand },
): Promise<BackendExplanation> {
  const backend = await probeSandbox({ ...options, cacheDir: null });
  if (Deno.build.os !== "linux") return { backend, checks: [], unenforced: [], advice: null };
  const program = await findBubblewrap(options.path, [options.cwd]);
  const trial = program === null ? null : await tryBubblewrap(program, { cacheDir: null });
  const abi = landlockVersion();
  const flock = findSystemProgram("flock");
  return {
    backend,
    checks: [
      {
        name: "bubblewrap",
        ok: trial?.works ?? false,
        detail: program === null
          ? "there is no bwrap on the search path, outside of the working directory"
          : trial?.works
          ? `${program} makes its namespaces`
          : `${program}: ${trial?.reason}`,
      },
      {
        name: "landlock",
        ok: abi > 0,
        detail: abi > 0 ? `version ${abi} of the kernel's interface` : "the kernel has none",
      },
      {
        name: "flock",
        ok: flock !== null,
        detail: flock ??
          "not found: folders that hold a place are removed by the next command after a kill",
      },
    ],
    unenforced: backend.kind === "landlock"
      ? landlockLimits(backend.abi, {
        network: false,
        writes: true,
        watched: canMarkCommands(),
      })
      : [],
    advice: adviceFor(backend, program),
  };
}

function adviceFor(backend: SandboxBackend, program: AbsolutePath | null): string | null {
  if (backend.kind !== "landlock" && backend.kind !== "unavailable") return null;
  if (program === null) return "Install bubblewrap (the package is called bubblewrap everywhere).";
  return `Let ${program} make user namespaces: sysctl user.max_user_namespaces above 0, kernel.apparmor_restrict_unprivileged_userns 0 or a profile for bwrap, and in a container a seccomp profile that allows unshare.`;
}
