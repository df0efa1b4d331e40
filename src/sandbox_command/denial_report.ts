import { type Denial, denialStreamArgv, parseDenial } from "../sandbox/mod.ts";
import { descendants, readProcessTree, signalProcess } from "./process_tree.ts";

/** How often the command's processes are looked up: one that lives shorter than this is missed. Milliseconds. */
const LOOK_EVERY_MS = 50;
/** How long the log may still have something to say after the command. Milliseconds. */
const SETTLE_MS = 500;
/** How long to wait for the log to say that it is there. Milliseconds. */
const START_MS = 2_000;

/** Collects what the macOS sandbox refuses. Disposing prints the list. */
export interface DenialWatch extends AsyncDisposable {
  /** Entries of this process and of all that it starts count. */
  follow(pid: number): void;
}

/** Starts to read the log of the system. To be called before the command starts. `argv` prints it as it grows. */
export async function watchDenials(
  out: { write(text: string): Promise<boolean> },
  argv: readonly string[] = denialStreamArgv(),
): Promise<DenialWatch> {
  const [program = "", ...args] = argv;
  const log = new Deno.Command(program, { args, stdin: "null", stdout: "piped", stderr: "null" })
    .spawn();
  const seen: Denial[] = [];
  const ready = Promise.withResolvers<void>();
  const reading = readDenials(log.stdout, seen, ready.resolve);
  const pids = new Set<number>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let looking: Promise<void> = Promise.resolve();
  // Its first line is a heading, and what comes after is complete.
  const patience = setTimeout(ready.resolve, START_MS);
  await Promise.race([ready.promise, reading]);
  clearTimeout(patience);
  return {
    follow(pid) {
      pids.add(pid);
      const look = async () => {
        for (const each of descendants(await readProcessTree(), pid)) pids.add(each);
      };
      looking = look();
      timer = setInterval(() => looking = looking.then(look), LOOK_EVERY_MS);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await looking;
      await pause(SETTLE_MS);
      signalProcess(log.pid, "SIGTERM");
      await reading;
      const { code, signal } = await log.status;
      if (code !== 0 && signal === null) {
        await out.write(
          `codex: ${program} failed with exit code ${code}, so refusals may be missing\n`,
        );
      }
      await out.write(denialReport(seen, pids));
    },
  };
}

/** The list for a person: one line for each program and what it was refused, in the order of the first refusal. */
export function denialReport(seen: readonly Denial[], pids: ReadonlySet<number>): string {
  const lines = seen
    .filter(({ pid }) => pids.has(pid))
    .map(({ name, capability }) => `(${name}) ${capability}`);
  const unique = [...new Set(lines)];
  return `\n=== Sandbox denials ===\n${unique.length === 0 ? "None found." : unique.join("\n")}\n`;
}

async function readDenials(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  seen: Denial[],
  started: () => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    started();
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    seen.push(...lines.map(parseDenial).filter((denial) => denial !== null));
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
