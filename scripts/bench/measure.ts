/**
 * Runs a program and says what it cost: wall time, CPU time and peak memory, as the kernel counted them.
 *
 * Deno tells none of this about a child, and a bare machine has no tool that does, so this asks libc: `posix_spawn`,
 * then `wait4`. On Windows only the wall time is known.
 *
 * @module
 */
import { MemoryWatch } from "./memory.ts";

export interface RunSpec {
  /** The program first; looked up in PATH unless it holds a slash. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** File that stdout and stderr are written to. */
  readonly outputPath: string;
  readonly timeoutMs: number;
}

export interface Cost {
  readonly wallMs: number;
  /** User and system time of the program and of all children it waited for; null where it cannot be told. */
  readonly cpuMs: number | null;
  /** Of the largest process in the tree; null where it cannot be told. */
  readonly peakBytes: number | null;
  /** -1 if a signal ended it. */
  readonly exitCode: number;
}

const LIBC = {
  posix_spawnp: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  posix_spawn_file_actions_init: { parameters: ["buffer"], result: "i32" },
  posix_spawn_file_actions_addopen: {
    parameters: ["buffer", "i32", "buffer", "i32", "u32"],
    result: "i32",
  },
  posix_spawn_file_actions_adddup2: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  posix_spawnattr_init: { parameters: ["buffer"], result: "i32" },
  posix_spawnattr_setflags: { parameters: ["buffer", "i16"], result: "i32" },
  posix_spawnattr_setsigdefault: { parameters: ["buffer", "buffer"], result: "i32" },
  sigemptyset: { parameters: ["buffer"], result: "i32" },
  sigaddset: { parameters: ["buffer", "i32"], result: "i32" },
  wait4: { parameters: ["i32", "buffer", "i32", "buffer"], result: "i32", nonblocking: true },
} as const;

type Libc = Deno.DynamicLibrary<typeof LIBC>;

/** POSIX_SPAWN_SETSIGDEF on Linux and macOS. */
const SET_DEFAULT_SIGNALS = 4;
const SIGPIPE = 13;
/** More than any libc's opaque spawn structs need. */
const OPAQUE_BYTES = 512;

function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

/** A null-terminated array of C strings, with the strings it points to: the caller keeps both alive. */
function cStrings(
  texts: readonly string[],
): { pointers: BigUint64Array<ArrayBuffer>; keep: unknown } {
  const buffers = texts.map(cString);
  const pointers = new BigUint64Array(buffers.length + 1);
  buffers.forEach((buffer, index) => {
    pointers[index] = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(buffer)));
  });
  return { pointers, keep: buffers };
}

function openFlags(): { write: number; read: number } {
  const darwin = Deno.build.os === "darwin";
  // O_WRONLY | O_CREAT | O_TRUNC
  return { read: 0, write: darwin ? 0x0601 : 0o1101 };
}

function check(code: number, what: string): void {
  if (code !== 0) throw new Error(`${what} failed with error ${code}`);
}

function spawn(libc: Libc, spec: RunSpec): number {
  const { symbols } = libc;
  const actions = new Uint8Array(OPAQUE_BYTES);
  const flags = openFlags();
  check(symbols.posix_spawn_file_actions_init(actions), "posix_spawn_file_actions_init");
  const nothing = cString("/dev/null");
  const output = cString(spec.outputPath);
  symbols.posix_spawn_file_actions_addopen(actions, 0, nothing, flags.read, 0);
  symbols.posix_spawn_file_actions_addopen(actions, 1, output, flags.write, 0o600);
  symbols.posix_spawn_file_actions_adddup2(actions, 1, 2);

  // Deno ignores SIGPIPE, and a child would inherit that: every `yes | head` below it would misbehave.
  const attributes = new Uint8Array(OPAQUE_BYTES);
  const signals = new Uint8Array(OPAQUE_BYTES);
  check(symbols.posix_spawnattr_init(attributes), "posix_spawnattr_init");
  symbols.sigemptyset(signals);
  symbols.sigaddset(signals, SIGPIPE);
  symbols.posix_spawnattr_setsigdefault(attributes, signals);
  symbols.posix_spawnattr_setflags(attributes, SET_DEFAULT_SIGNALS);

  const argv = cStrings(spec.argv);
  const env = cStrings(Object.entries(spec.env).map(([name, value]) => `${name}=${value}`));
  const pid = new Int32Array(1);
  const program = cString(spec.argv[0] ?? "");
  // posix_spawn has no portable way to set the directory; benches run one at a time.
  const before = Deno.cwd();
  Deno.chdir(spec.cwd);
  try {
    const code = symbols.posix_spawnp(
      pid,
      program,
      actions,
      attributes,
      argv.pointers,
      env.pointers,
    );
    check(code, `starting ${spec.argv[0]}`);
  } finally {
    Deno.chdir(before);
  }
  return pid[0] ?? -1;
}

/** CPU time of the tree; peak memory in bytes, on macOS only. */
function readUsage(usage: Uint8Array): { cpuMs: number; peakBytes: number } {
  const view = new DataView(usage.buffer);
  const seconds = (at: number) =>
    Number(view.getBigInt64(at, true)) * 1000 + view.getInt32(at + 8, true) / 1000;
  return { cpuMs: seconds(0) + seconds(16), peakBytes: Number(view.getBigInt64(32, true)) };
}

async function measureUnix(spec: RunSpec): Promise<Cost> {
  const name = Deno.build.os === "darwin" ? "libSystem.B.dylib" : "libc.so.6";
  const libc = Deno.dlopen(name, LIBC);
  try {
    const status = new Int32Array(1);
    const usage = new Uint8Array(256);
    const start = performance.now();
    const pid = spawn(libc, spec);
    const timer = setTimeout(() => Deno.kill(pid, "SIGKILL"), spec.timeoutMs);
    using memory = Deno.build.os === "linux" ? new MemoryWatch(pid) : null;
    await libc.symbols.wait4(pid, status, 0, usage);
    const wallMs = performance.now() - start;
    clearTimeout(timer);
    const word = status[0] ?? 0;
    const exitCode = (word & 0x7f) === 0 ? (word >> 8) & 0xff : -1;
    const { cpuMs, peakBytes } = readUsage(usage);
    return { wallMs, exitCode, cpuMs, peakBytes: memory?.peakBytes ?? peakBytes };
  } finally {
    libc.close();
  }
}

async function measureElsewhere(spec: RunSpec): Promise<Cost> {
  const [program = "", ...args] = spec.argv;
  const start = performance.now();
  const command = new Deno.Command(program, {
    args,
    cwd: spec.cwd,
    env: { ...spec.env },
    clearEnv: true,
    stdin: "null",
    signal: AbortSignal.timeout(spec.timeoutMs),
  });
  const { code, stdout, stderr } = await command.output();
  const wallMs = performance.now() - start;
  await Deno.writeFile(spec.outputPath, new Uint8Array([...stdout, ...stderr]));
  return { wallMs, cpuMs: null, peakBytes: null, exitCode: code };
}

export function measure(spec: RunSpec): Promise<Cost> {
  return Deno.build.os === "windows" ? measureElsewhere(spec) : measureUnix(spec);
}
