import { openLibc } from "./libc.ts";

const PR_SET_PDEATHSIG = 1;
/** The same number on all machines that Deno runs on. */
const SIGUSR2 = 12;

/**
 * From now on this process gets SIGUSR2 when its parent `parent` ends, however that ends, and SIGTERM now if it has
 * ended already. The kernel sends one for each of the parent's threads that ends: further ones mean nothing. Does
 * nothing when another process is the parent, for that looks after us itself. Linux only; elsewhere, and without a C
 * library that can be asked, nothing happens.
 *
 * @param parent its process id
 */
export function endWith(parent: number): void {
  if (Deno.build.os !== "linux") return;
  try {
    using libc = openLibc();
    if (libc.parentId() === parent) libc.prctl(PR_SET_PDEATHSIG, SIGUSR2);
    // It may have ended before we asked, or while we did.
    if (libc.parentId() !== parent && !libc.processExists(parent)) Deno.kill(Deno.pid, "SIGTERM");
  } catch {
    // Then it outlives a parent that is killed, as any program does.
  }
}
