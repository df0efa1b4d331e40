import type { SandboxBackendKind } from "../sandbox/mod.ts";
import { isForeground } from "../platform/mod.ts";
import { descendants, isFirstOfNamespace, readProcessTree, signalProcess } from "./process_tree.ts";

/** How long a command has to end after SIGTERM or SIGHUP. Milliseconds. */
const GRACE_MS = 5_000;

const FORWARDED: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP"];

const FROM_KEYS: readonly Deno.Signal[] = ["SIGINT", "SIGQUIT"];
const ENDING: readonly Deno.Signal[] = ["SIGTERM", "SIGHUP"];

/** Where signals go to. */
export interface SignalTarget {
  /** The process that was started: the command itself, or bubblewrap around it. */
  readonly pid: number;
  readonly kind: SandboxBackendKind;
}

/** Signals that this process gets, on their way to the command. Ends by delivering what is on its way. */
export interface SignalRelay extends AsyncDisposable {
  /** What arrived before is delivered now. */
  connect(target: SignalTarget): void;
}

/**
 * Catches the signals that end programs and hands them to the command. A key that the terminal also sends to the
 * command is not sent twice. A command that goes on after SIGTERM or SIGHUP is killed after a while. Take it up
 * before the command is started, so that no signal finds this process unprepared, and only where the process ends
 * soon after the command.
 */
export function relaySignals(): SignalRelay {
  const early: Deno.Signal[] = [];
  let deliver = (signal: Deno.Signal): void => void early.push(signal);
  let isConnected = false;
  let delivered: Promise<void> = Promise.resolve();
  let killer: ReturnType<typeof setTimeout> | undefined;
  for (const signal of FORWARDED) {
    // Stays for good. The runtime learns of signals on a thread of its own, which may get its turn only after the
    // command has ended: without a listener it would then end this process, with another exit code than the command's.
    Deno.addSignalListener(signal, () => {
      if (isConnected && FROM_KEYS.includes(signal) && sentByKeys()) return;
      deliver(signal);
    });
  }
  return {
    connect(target) {
      isConnected = true;
      deliver = (signal) => {
        delivered = delivered.then(() => send(target, signal));
        if (ENDING.includes(signal)) {
          killer ??= setTimeout(() => signalProcess(target.pid, "SIGKILL"), GRACE_MS);
        }
      };
      for (const signal of early.splice(0)) deliver(signal);
    },
    async [Symbol.asyncDispose]() {
      deliver = () => {};
      clearTimeout(killer);
      await delivered;
    },
  };
}

/** On Windows there is no other way to get one. */
function sentByKeys(): boolean {
  return Deno.build.os === "windows" || isForeground();
}

async function send({ pid, kind }: SignalTarget, signal: Deno.Signal): Promise<void> {
  if (kind !== "bubblewrap") return signalProcess(pid, signal);
  // Around the command stand processes that would end it at once, the last one being the first of its namespace.
  const tree = await readProcessTree();
  const first = descendants(tree, pid).find(isFirstOfNamespace);
  const command = first === undefined ? undefined : tree.get(first)?.[0];
  signalProcess(command ?? pid, signal);
}

/** Ends what a command left behind; there may be something where no namespace holds it. */
export async function endOrphans(): Promise<void> {
  if (Deno.build.os !== "linux") return;
  // What is dead forks no more, and what was being forked is found in the next round.
  for (;;) {
    const left = descendants(await readProcessTree(), Deno.pid);
    if (left.length === 0) return;
    for (const pid of left) signalProcess(pid, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
