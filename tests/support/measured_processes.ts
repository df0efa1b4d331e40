/**
 * Test program: runs commands alone in a process and prints what that cost. Tests that run beside others
 * share a process with them, so neither its memory nor its descriptors tell anything there.
 *
 * @module
 */
import { linuxTerminals } from "../../src/process/linux_terminal.ts";
import { ProcessTable } from "../../src/process/process_table.ts";
import { script } from "../../src/process/testing.ts";

function descriptors(): number {
  return Array.from(Deno.readDirSync("/proc/self/fd")).length;
}

/** Descriptors that forty terminals at once leave behind. */
async function terminals(): Promise<number> {
  // The runtime opens two for signals some time after its start, unless somebody listens to one before.
  Deno.addSignalListener("SIGUSR2", () => {});
  await atOnce(1);
  const before = descriptors();
  await atOnce(40);
  return descriptors() - before;
}

async function atOnce(count: number): Promise<void> {
  const provider = linuxTerminals();
  const run = async (): Promise<void> => {
    const started = await provider.start(script("seq 3000"));
    if (!started?.ok) throw new Error("the terminal did not start");
    await started.child.run(() => {});
  };
  await Promise.all(Array.from({ length: count }, run));
  await provider.close();
}

/** Bytes of memory that 30 MB of output add. */
async function flood(): Promise<number> {
  await using table = new ProcessTable();
  const open = (source: string) =>
    table.open("c", {
      command: script(source),
      tty: false,
      yieldMs: 60_000,
      signal: new AbortController().signal,
      onStart: () => {},
      onChunk: () => {},
      onExit: () => {},
    });
  await open("head -c 1000000 /dev/zero");
  const before = Deno.memoryUsage().rss;
  await open("head -c 30000000 /dev/zero");
  return Deno.memoryUsage().rss - before;
}

if (import.meta.main) {
  console.log(Deno.args[0] === "terminals" ? await terminals() : await flood());
}

/** Runs one of the measures in a process of its own. */
export async function measured(what: "terminals" | "flood"): Promise<number> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL(import.meta.url).pathname, what],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`measuring ${what} failed`);
  return Number(new TextDecoder().decode(stdout));
}
