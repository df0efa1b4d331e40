import { join } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";
import type { ProxyContext } from "./exchange.ts";
import { serveHttp } from "./http_proxy.ts";
import { type Clients, listenUnix } from "./listening.ts";
import { serveSocks, SOCKS_VERSION } from "./socks5.ts";
import { within } from "./time_bounds.ts";

/** A socket is there a moment before it listens. Milliseconds. */
const NEW_MS = 60_000;

/** One socket for both protocols: the first byte of SOCKS is none that HTTP starts with. */
export async function openBridgeSocket(
  folder: AbsolutePath,
  clients: Clients,
  context: ProxyContext,
): Promise<AbsolutePath> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  await removeLeftovers(folder, Date.now());
  const path = join(folder, `network-${crypto.randomUUID().slice(0, 8)}.sock`);
  const listener = listenUnix(path);
  const removed = {
    accept: () => listener.accept(),
    close: (): void => {
      listener.close();
      try {
        Deno.removeSync(path);
      } catch {
        // Somebody else has removed it.
      }
    },
  };
  clients.serve(removed, () => "bridge", async (client) => {
    const first = await within(
      context.limits.headMs,
      client.session.signal,
      () => client.reader.peek(),
    );
    if (first.kind !== "done" || first.value === null) return;
    if (first.value !== SOCKS_VERSION) return await serveHttp(client, context);
    if (context.state().settings.enableSocks5) await serveSocks(client, context);
  });
  return path;
}

/** Removes the sockets of proxies that were killed: nobody answers there. */
async function removeLeftovers(folder: AbsolutePath, now: number): Promise<void> {
  for await (const { name, isSymlink } of Deno.readDir(folder)) {
    if (isSymlink || !/^network-[0-9a-f]{8}\.sock$/.test(name)) continue;
    const path = join(folder, name);
    try {
      const { mtime } = await Deno.lstat(path);
      if (now - (mtime?.getTime() ?? now) < NEW_MS) continue;
      (await Deno.connect({ transport: "unix", path })).close();
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionRefused) await Deno.remove(path).catch(() => {});
    }
  }
}
