import type { Signal, TextSink, World } from "./world.ts";

/** Set by `scripts/npm/launcher.js`. */
const LAUNCHER = "CODEX_LAUNCHER_PID";

/** The world as this process finds it. Reads nothing that the fastest command does not need. */
export function openWorld(mainUrl: string): World {
  const isCompiled = Deno.build.standalone;
  const { [LAUNCHER]: launcher, ...env } = Deno.env.toObject();
  // Whatever we start is not what was launched.
  if (launcher !== undefined) Deno.env.delete(LAUNCHER);
  return {
    args: Deno.args,
    argv0: () => readArgv0(isCompiled),
    env,
    cwd: Deno.cwd,
    home: readHome,
    self: isCompiled
      ? { argv: [Deno.execPath()], env: {} }
      : { argv: sourceArgv(mainUrl), env: sourceEnv(env) },
    launcher: Number(launcher) || null,
    isCompiled,
    stdin: {
      get isTerminal() {
        return Deno.stdin.isTerminal();
      },
      read: readStdin,
      stream: () => Deno.stdin.readable,
    },
    stdout: textSink(Deno.stdout, "stdout"),
    stderr: textSink(Deno.stderr, "stderr"),
    columns,
    onSignal: (handler) => onSignal(handler, launcher !== undefined),
    onUncaught,
    now: Date.now,
  };
}

/**
 * How to start this program where it is not an executable. From source the configuration is named, for it may be
 * started in any folder; a bundle has none, and its packages where npm put them.
 */
function sourceArgv(mainUrl: string): string[] {
  const main = decodeURIComponent(new URL(mainUrl).pathname);
  const file = Deno.build.os === "windows" ? main.slice(1) : main;
  const config = file.endsWith("main.ts")
    ? ["--config", file.replace(/main\.ts$/, "deno.json")]
    : ["--no-config", "--node-modules-dir=manual"];
  return [Deno.execPath(), "run", "-A", "-q", "--no-prompt", "--no-lock", ...config, file];
}

/** For children that inherit nothing else: where Deno's cache is, and that they look for no newer Deno. */
function sourceEnv(env: Readonly<Record<string, string>>): Record<string, string> {
  const { DENO_DIR, XDG_CACHE_HOME, HOME, LOCALAPPDATA } = env;
  const quiet = { DENO_NO_UPDATE_CHECK: "1" };
  if (DENO_DIR) return { ...quiet, DENO_DIR };
  const caches = Deno.build.os === "windows"
    ? LOCALAPPDATA
    : Deno.build.os === "darwin"
    ? HOME && `${HOME}/Library/Caches`
    : XDG_CACHE_HOME || (HOME && `${HOME}/.cache`);
  return caches ? { ...quiet, DENO_DIR: `${caches}/deno` } : quiet;
}

/** The runtime's own `argv0` costs milliseconds at start, so the system is asked where it can be. */
async function readArgv0(isCompiled: boolean): Promise<string | null> {
  // From source the name is always that of the runtime.
  if (!isCompiled || Deno.build.os === "windows") return null;
  if (Deno.build.os === "linux") {
    try {
      return Deno.readTextFileSync("/proc/self/cmdline").split("\0")[0] ?? null;
    } catch {
      // No /proc in here: ask the slower way.
    }
  }
  return (await import("node:process")).default.argv0;
}

async function readHome(): Promise<string | null> {
  const home = Deno.env.get(Deno.build.os === "windows" ? "USERPROFILE" : "HOME");
  if (home) return home;
  try {
    return (await import("node:os")).homedir() || null;
  } catch {
    return null;
  }
}

function columns(): number | null {
  try {
    return Deno.consoleSize().columns || null;
  } catch {
    // None of the streams is a terminal.
    return null;
  }
}

/** Of an endless stream, such as that of `yes`, memory holds no more than asked for. */
async function readStdin(maxBytes: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of Deno.stdin.readable) {
    size += chunk.length;
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

interface Output {
  isTerminal(): boolean;
  write(data: Uint8Array): Promise<number>;
}

/** Pause before the next try when a reader of a non-blocking stream is slower than we are. */
const FULL_PIPE_PAUSE_MS = 5;

function textSink(output: Output, name: string): TextSink {
  let last: Promise<boolean> = Promise.resolve(true);
  return {
    get isTerminal() {
      return output.isTerminal();
    },
    write(text) {
      const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
      // One after the other, so that texts never mix.
      last = last.catch(() => true).then((open) => open && writeAll(output, bytes, name));
      return last;
    },
  };
}

async function writeAll(output: Output, bytes: Uint8Array, name: string): Promise<boolean> {
  for (let done = 0; done < bytes.length;) {
    try {
      done += await output.write(bytes.subarray(done));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return false;
      if (!(error instanceof Deno.errors.WouldBlock)) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`cannot write to ${name}: ${reason}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, FULL_PIPE_PAUSE_MS));
    }
  }
  return true;
}

function onSignal(handler: (signal: Signal) => void, isLaunched: boolean): Disposable {
  // Windows knows neither SIGTERM nor a hang-up that a program could wait for.
  const signals: Signal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  const stack = new DisposableStack();
  for (const signal of signals) {
    const listener = () => handler(signal);
    Deno.addSignalListener(signal, listener);
    stack.defer(() => Deno.removeSignalListener(signal, listener));
  }
  if (isLaunched && Deno.build.os === "linux") {
    let isTold = false;
    // What `endWith` has the kernel send, more than once, is one signal to end.
    const listener = () => {
      if (!isTold) handler("SIGTERM");
      isTold = true;
    };
    Deno.addSignalListener("SIGUSR2", listener);
    stack.defer(() => Deno.removeSignalListener("SIGUSR2", listener));
  }
  return stack;
}

function onUncaught(handler: (error: unknown) => void): Disposable {
  const rejected = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    handler(event.reason);
  };
  const thrown = (event: ErrorEvent) => {
    event.preventDefault();
    handler(event.error ?? event.message);
  };
  globalThis.addEventListener("unhandledrejection", rejected);
  globalThis.addEventListener("error", thrown);
  return {
    [Symbol.dispose]() {
      globalThis.removeEventListener("unhandledrejection", rejected);
      globalThis.removeEventListener("error", thrown);
    },
  };
}
