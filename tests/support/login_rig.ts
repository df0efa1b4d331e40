import { type CodexRun, type RunCodexOptions, spawnCodex } from "./run_codex.ts";
import type { Stage } from "./stage.ts";

/** A run that takes longer is killed, and its test fails. Milliseconds. */
const TIME_LIMIT_MS = 60_000;

/** `codex login` at work. Disposing kills it if it still runs. */
export interface LoginRun extends AsyncDisposable {
  readonly pid: number;
  /** Resolves when stderr shows the address of the login page. */
  readonly url: Promise<string>;
  readonly ended: Promise<CodexRun>;
  kill(signal: Deno.Signal): void;
}

/** Starts `codex login` with these arguments. No browser is at hand unless `env.PATH` leads to one. */
export function startLogin(stage: Stage, options: RunCodexOptions): LoginRun {
  const child = spawnCodex(stage, { ...options, args: ["login", ...options.args] });
  const limit = setTimeout(() => child.kill("SIGKILL"), TIME_LIMIT_MS);
  const url = Promise.withResolvers<string>();
  // A run that is not about the address must not fail for the lack of one.
  url.promise.catch(() => {});
  const collect = async (
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    look: (text: string) => void,
  ) => {
    let text = "";
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      text += part;
      look(text);
    }
    return text;
  };
  const ended = (async () => {
    const [stdout, stderr, status] = await Promise.all([
      collect(child.stdout, () => {}),
      collect(child.stderr, (text) => {
        const [address] = /^http\S+\/oauth\/authorize\?\S+(?=\n)/m.exec(text) ?? [];
        if (address !== undefined) url.resolve(address);
      }),
      child.status,
    ]);
    clearTimeout(limit);
    url.reject(new Error(`no address was shown: ${stderr}`));
    return { code: status.code, signal: status.signal, stdout, stderr };
  })();
  return {
    pid: child.pid,
    url: url.promise,
    ended,
    kill: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // Ended already.
      }
      await ended;
    },
  };
}
