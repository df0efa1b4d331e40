import { dirname, resolve } from "node:path";
import {
  apiKeyOf,
  MAX_API_KEY,
  ResponsesProxyError,
  startResponsesProxy,
} from "../responses_proxy/mod.ts";
import { useCertificates } from "./certificates.ts";
import { hardened } from "./harden.ts";
import { RESPONSES_API_PROXY } from "./relay_spec.ts";
import { type Invocation, valueOf } from "./spec.ts";
import { untilSignal } from "./until_signal.ts";
import type { World } from "./world.ts";

/** `codex responses-api-proxy`. The key is in this process's memory, and nowhere else. */
export async function run({ levels }: Invocation, started: World): Promise<number> {
  const world = hardened(started);
  useCertificates(world.env);
  const level = levels.at(-1)!;
  const usual = RESPONSES_API_PROXY.flags.find(({ long }) => long === "upstream-url")?.default;
  try {
    await using proxy = startResponsesProxy({
      apiKey: apiKeyOf(await world.stdin.read(MAX_API_KEY)),
      upstream: valueOf(level, "upstream-url") ?? usual!,
      port: Number(valueOf(level, "port") ?? 0),
      allowsShutdown: level.switches.has("http-shutdown"),
      onFailure: (message) => void world.stderr.write(`responses-api-proxy: ${message}\n`),
    });
    const infoFile = valueOf(level, "server-info");
    if (infoFile !== null) await writeInfo(resolve(world.cwd(), infoFile), proxy.port);
    await world.stderr.write(`responses-api-proxy listening on 127.0.0.1:${proxy.port}\n`);
    return await untilSignal(world, async (signal) => {
      const stopped = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => stopped.resolve(), { once: true });
      await Promise.race([proxy.finished, stopped.promise]);
      return 0;
    });
  } catch (error) {
    if (!(error instanceof ResponsesProxyError)) throw error;
    await world.stderr.write(`Error: ${error.message}\n`);
    return 1;
  }
}

/** One line, as programs that wait for the file expect it. */
async function writeInfo(path: string, port: number): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, `${JSON.stringify({ port, pid: Deno.pid })}\n`);
}
