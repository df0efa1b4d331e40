import { openLibc } from "./libc.ts";

const PR_SET_PDEATHSIG = 1;
const SIGTERM = 15;

/**
 * From now on this process gets SIGTERM when its parent `parent` ends, however that ends, and now if it has ended
 * already. Does nothing when another process is the parent: something stands between the two that looks after us itself.
 * Linux only; elsewhere, and without a C library that can be asked, nothing happens.
 *
 * @param parent its process id
 */
export function endWith(parent: number): void {
  if (Deno.build.os !== "linux") return;
  try {
    using libc = openLibc();
    if (libc.parentId() === parent) libc.prctl(PR_SET_PDEATHSIG, SIGTERM);
    // It may have ended before we asked, or while we did.
    if (libc.parentId() !== parent && !libc.processExists(parent)) Deno.kill(Deno.pid, "SIGTERM");
  } catch {
    // Then it outlives a parent that is killed, as any program does.
  }
}
