/** What most systems give to a process that has not asked for more. */
const USUAL_DESCRIPTOR_LIMIT = 1024;

/**
 * The soft limit of open descriptors that this program was started under. The runtime raises its own to the hard
 * limit, and children would inherit that; the process that started us still has the original. Linux only.
 */
export function startingDescriptorLimit(): number {
  try {
    const limits = Deno.readTextFileSync(`/proc/${Deno.ppid}/limits`);
    const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? USUAL_DESCRIPTOR_LIMIT : Number(soft);
  } catch {
    return USUAL_DESCRIPTOR_LIMIT;
  }
}

/**
 * The last `count` arguments of this process as the exact bytes it was started with; the runtime's own list
 * replaces what is not UTF-8. Linux only.
 */
export function lastArgumentBytes(count: number): Uint8Array[] {
  const line = Deno.readFileSync("/proc/self/cmdline");
  const args: Uint8Array[] = [];
  let start = 0;
  for (let end = line.indexOf(0); end >= 0; end = line.indexOf(0, start)) {
    args.push(line.subarray(start, end));
    start = end + 1;
  }
  return count === 0 ? [] : args.slice(-count);
}
