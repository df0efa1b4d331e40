import type { Confined } from "../sandbox/mod.ts";
import {
  cBytes,
  cString,
  cVector,
  F_SETFL,
  type Libc,
  O_CLOEXEC,
  O_NOCTTY,
  O_NONBLOCK,
  O_RDWR,
  SPAWN_SETSID,
  SPAWN_SETSIGDEF,
  SPAWN_SETSIGMASK,
  TIOCSWINSZ,
} from "./libc.ts";
import { COLUMNS, ROWS } from "./terminal_size.ts";

/** HUP, INT, QUIT, PIPE, TERM, CHLD, TSTP, TTIN, TTOU: what we or our parent may ignore, a shell needs working. */
const DEFAULT_SIGNALS: readonly number[] = [1, 2, 3, 13, 15, 17, 20, 21, 22];
/** More than `sigset_t`, `posix_spawnattr_t` and `posix_spawn_file_actions_t` of any libc take. */
const STRUCT_BYTES = 1024;

/** Both ends of a new terminal. */
export interface TerminalPair {
  readonly master: number;
  /** Held open so that reading the master meets no end before we close this. */
  readonly slave: number;
  readonly slavePath: string;
}

/** `null` = no terminal can be made. */
export function openTerminal(libc: Libc): TerminalPair | null {
  const master = libc.posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0) return null;
  const name = cBytes(256);
  const named = libc.grantpt(master) === 0 && libc.unlockpt(master) === 0 &&
    libc.ptsname_r(master, name, BigInt(name.length)) === 0;
  const slavePath = new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
  const slave = named ? libc.open(cString(slavePath), O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
  if (slave < 0) {
    libc.close(master);
    return null;
  }
  const size = cBytes(8);
  new Uint16Array(size.buffer, 0, 4).set([ROWS, COLUMNS, 0, 0]);
  libc.ioctl(master, BigInt(TIOCSWINSZ), size);
  libc.fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK);
  return { master, slave, slavePath };
}

/**
 * Starts `program` as leader of a new session whose terminal is `pair`. The first terminal that a session leader opens
 * becomes the one that controls it, and `posix_spawn` makes the session before it opens files.
 */
export function spawnOnTerminal(
  libc: Libc,
  pair: TerminalPair,
  program: string,
  command: Confined,
): { readonly ok: true; readonly pid: number } | { readonly ok: false; readonly errno: number } {
  const actions = cBytes(STRUCT_BYTES);
  const attributes = cBytes(STRUCT_BYTES);
  const cwd = cString(command.cwd);
  const slavePath = cString(pair.slavePath);
  const programPath = cString(program);
  const argv = cVector(command.argv);
  const env = cVector(Object.entries(command.env).map(([name, value]) => `${name}=${value}`));
  const pid = cBytes(4);
  libc.posix_spawn_file_actions_init(actions);
  libc.posix_spawnattr_init(attributes);
  try {
    libc.posix_spawn_file_actions_addopen(actions, 0, slavePath, O_RDWR, 0);
    libc.posix_spawn_file_actions_adddup2(actions, 0, 1);
    libc.posix_spawn_file_actions_adddup2(actions, 0, 2);
    libc.posix_spawn_file_actions_addchdir_np(actions, cwd);
    libc.posix_spawnattr_setflags(
      attributes,
      SPAWN_SETSID | SPAWN_SETSIGDEF | SPAWN_SETSIGMASK,
    );
    libc.posix_spawnattr_setsigmask(attributes, cBytes(STRUCT_BYTES));
    libc.posix_spawnattr_setsigdefault(attributes, signalSet(DEFAULT_SIGNALS));
    const errno = libc.posix_spawn(
      pid,
      programPath,
      actions,
      attributes,
      asBytes(argv.vector),
      asBytes(env.vector),
    );
    if (errno !== 0) return { ok: false, errno };
    // Also keeps what the vectors point at alive until here.
    if (argv.strings.length + env.strings.length === 0) return { ok: false, errno: 0 };
    return { ok: true, pid: new DataView(pid.buffer).getInt32(0, true) };
  } finally {
    libc.posix_spawn_file_actions_destroy(actions);
    libc.posix_spawnattr_destroy(attributes);
  }
}

function signalSet(signals: readonly number[]): Uint8Array<ArrayBuffer> {
  const set = cBytes(STRUCT_BYTES);
  for (const signal of signals) {
    const bit = signal - 1;
    set[bit >> 3] = set[bit >> 3]! | (1 << (bit & 7));
  }
  return set;
}

function asBytes(vector: BigUint64Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(vector.buffer);
}
