import type { Confined } from "../sandbox/mod.ts";
import { ABANDON_MS, DRAIN_LIMITS, type StreamName, untilQuiet } from "./drain.ts";
import { FdPoller, type Watched } from "./fd_poller.ts";
import {
  cBytes,
  type Libc,
  openLibc,
  P_PID,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  SYS_PIDFD_OPEN,
  WEXITED,
  WNOHANG,
  WNOWAIT,
} from "./libc.ts";
import { openTerminal, spawnOnTerminal, type TerminalPair } from "./linux_spawn.ts";
import { killSession, signalGroup } from "./process_group.ts";
import { ENDED_BY_FILTER, type RunningChild, type StartedChild } from "./running_child.ts";
import { explainErrno, prepare } from "./spawn.ts";
import type { TerminalProvider } from "./terminal_provider.ts";

const READ_BYTES = 64 * 1024;
/** One terminal must not keep the others waiting: so many reads in a row. */
const READS_A_TURN = 32;
/** For kernels without pidfd. */
const EXIT_CHECK_MS = 20;
/** Offset of the process id in `siginfo_t`. */
const SIGINFO_PID_AT = 16;
const SIGSYS = 31;
/** Between the hang-up, which lets a shell tell its jobs, and the kill. */
const HANGUP_GRACE_MS = 100;

/** Terminals through the C library. Throws when the library cannot be called here. */
export function linuxTerminals(): TerminalProvider {
  const library = openLibc();
  const poller = new FdPoller(library.libc);
  return {
    start: (command) => startOnTerminal(library.libc, poller, command),
    close: async () => {
      await poller.idle();
      library.close();
    },
  };
}

async function startOnTerminal(
  libc: Libc,
  poller: FdPoller,
  command: Confined,
): Promise<StartedChild | null> {
  const prepared = await prepare(command);
  if (!prepared.ok) return prepared;
  const pair = openTerminal(libc);
  if (pair === null) return null;
  const spawned = spawnOnTerminal(libc, pair, prepared.program, command);
  if (!spawned.ok) {
    libc.close(pair.slave);
    libc.close(pair.master);
    return { ok: false, error: explainErrno(command, spawned.errno) };
  }
  return { ok: true, child: new LinuxTerminalChild(libc, poller, pair, spawned.pid) };
}

class LinuxTerminalChild implements RunningChild {
  readonly pid: number;
  readonly tty = true;
  readonly #libc: Libc;
  readonly #poller: FdPoller;
  readonly #pair: TerminalPair;
  readonly #closed = Promise.withResolvers<void>();
  readonly #exited = Promise.withResolvers<void>();
  readonly #buffer = cBytes(READ_BYTES);
  #unsent: Uint8Array = new Uint8Array(0);
  #reads = 0;
  #ended = false;
  #killTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(libc: Libc, poller: FdPoller, pair: TerminalPair, pid: number) {
    this.#libc = libc;
    this.#poller = poller;
    this.#pair = pair;
    this.pid = pid;
  }

  async run(sink: (stream: StreamName, bytes: Uint8Array) => void): Promise<number> {
    const { master, slave } = this.#pair;
    let failure: { readonly cause: unknown } | null = null;
    const output = this.#watchMaster((bytes) => {
      try {
        if (failure === null) sink("stdout", bytes);
      } catch (cause) {
        failure = { cause };
      }
    });
    const watching = this.#poller.add(output);
    try {
      if (!watching) this.kill();
      await this.#untilExited();
      // Ours was the last end but those of children that it left behind; now the master can come to its end.
      this.#libc.close(slave);
      if (watching) await untilQuiet(this.#closed.promise, () => this.#reads, DRAIN_LIMITS);
    } finally {
      this.#poller.remove(output);
    }
    // Not reaped yet: until then the number of the session is nobody else's.
    clearTimeout(this.#killTimer);
    killSession(this.pid);
    this.#ended = true;
    const code = this.#reap();
    this.#libc.close(master);
    if (failure !== null) throw (failure as { readonly cause: unknown }).cause;
    return code;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#ended) return false;
    const all = new Uint8Array(this.#unsent.length + bytes.length);
    all.set(this.#unsent);
    all.set(bytes, this.#unsent.length);
    this.#unsent = all;
    this.#send();
    this.#poller.wake();
    return true;
  }

  kill(): void {
    if (this.#ended || this.#killTimer !== undefined) return;
    signalGroup(this.pid, "SIGHUP");
    this.#killTimer = setTimeout(() => {
      killSession(this.pid);
      this.#killTimer = setTimeout(this.#exited.resolve, ABANDON_MS);
    }, HANGUP_GRACE_MS);
  }

  #watchMaster(sink: (bytes: Uint8Array) => void): Watched {
    let open = true;
    const unsent = (): boolean => this.#unsent.length > 0;
    return {
      fd: this.#pair.master,
      get events() {
        if (!open) return 0;
        return unsent() ? POLLIN | POLLOUT : POLLIN;
      },
      ready: (revents) => {
        if ((revents & POLLOUT) !== 0) this.#send();
        const drained = this.#read(sink);
        if (drained && (revents & (POLLHUP | POLLERR)) !== 0) {
          open = false;
          this.#closed.resolve();
        }
      },
    };
  }

  /** True = there is nothing more to read now. */
  #read(sink: (bytes: Uint8Array) => void): boolean {
    for (let turn = 0; turn < READS_A_TURN; turn++) {
      const size = Number(this.#libc.read(this.#pair.master, this.#buffer, BigInt(READ_BYTES)));
      if (size <= 0) return true;
      this.#reads++;
      sink(this.#buffer.subarray(0, size));
    }
    return false;
  }

  #send(): void {
    if (this.#unsent.length === 0) return;
    const bytes = cBytes(this.#unsent.length);
    bytes.set(this.#unsent);
    const size = Number(this.#libc.write(this.#pair.master, bytes, BigInt(bytes.length)));
    if (size > 0) this.#unsent = this.#unsent.slice(size);
  }

  async #untilExited(): Promise<void> {
    const check = (): void => {
      if (this.#hasExited()) this.#exited.resolve();
    };
    const fd = Number(this.#libc.syscall(BigInt(SYS_PIDFD_OPEN), BigInt(this.pid), 0n));
    const watched: Watched = { fd, events: POLLIN, ready: check };
    if (fd >= 0 && this.#poller.add(watched)) {
      await this.#exited.promise;
      this.#poller.remove(watched);
    } else {
      const timer = setInterval(check, EXIT_CHECK_MS);
      await this.#exited.promise;
      clearInterval(timer);
    }
    if (fd >= 0) this.#libc.close(fd);
  }

  /** Leaves the child to be reaped. */
  #hasExited(): boolean {
    const info = cBytes(128);
    this.#libc.waitid(P_PID, this.pid, info, WEXITED | WNOHANG | WNOWAIT);
    // The process id of `siginfo_t` stays 0 as long as nothing has happened.
    return new DataView(info.buffer).getInt32(SIGINFO_PID_AT, true) !== 0;
  }

  /** Exit code of the child; 1 for a death by any signal but SIGSYS; −1 = unknown. */
  #reap(): number {
    const status = cBytes(4);
    if (this.#libc.waitpid(this.pid, status, WNOHANG) !== this.pid) return -1;
    const word = new DataView(status.buffer).getInt32(0, true);
    const signal = word & 0x7f;
    if (signal === SIGSYS) return ENDED_BY_FILTER;
    return signal === 0 ? (word >> 8) & 0xff : 1;
  }
}
