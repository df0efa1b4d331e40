import { join } from "node:path";
import { replaceFile } from "../../files/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import { SandboxError } from "../error.ts";
import { type NetworkFilter, seccompFilter } from "./seccomp.ts";
import { thisMachine } from "./syscalls.ts";

/** Filters as files, for bubblewrap to read. Each is written once by each process, readable by its user alone. */
export interface FilterFiles {
  path(network: NetworkFilter): Promise<AbsolutePath>;
}

export function createFilterFiles(stateDir: AbsolutePath): FilterFiles {
  const written = new Map<NetworkFilter, Promise<AbsolutePath>>();
  return {
    path(network) {
      let path = written.get(network);
      if (path === undefined) {
        path = writeFilter(stateDir, network);
        written.set(network, path);
        // A failure is not kept: the next command tries again.
        path.catch(() => written.delete(network));
      }
      return path;
    },
  };
}

async function writeFilter(stateDir: AbsolutePath, network: NetworkFilter): Promise<AbsolutePath> {
  const machine = thisMachine();
  if (machine === null) {
    throw new SandboxError("unavailable", `no system call filter for ${Deno.build.arch}`);
  }
  const path = join(stateDir, `seccomp-${network}.bpf`);
  try {
    await Deno.mkdir(stateDir, { recursive: true, mode: 0o700 });
    await replaceFile(path, seccompFilter(machine, network, Deno.uid() === 0), { mode: 0o600 });
  } catch (cause) {
    throw new SandboxError("setup_failed", `cannot write the system call filter ${path}`, {
      cause,
    });
  }
  return path;
}
