import type { Invocation } from "./spec.ts";
import type { World } from "./world.ts";

/**
 * `codex stdio-to-uds`: connects stdin and stdout with a Unix socket. The end of stdin closes our half of the
 * connection only, since the answer may be still to come; the end of the connection ends the program.
 */
export async function run({ levels }: Invocation, world: World): Promise<number> {
  const path = levels.at(-1)!.positionals[0]!;
  let socket: Deno.UnixConn;
  try {
    socket = await Deno.connect({ transport: "unix", path });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await world.stderr.write(`Error: ${path}: no connection to this socket: ${reason}\n`);
    return 1;
  }
  const sending = send(world.stdin.stream(), socket);
  try {
    for await (const chunk of socket.readable) {
      // Nobody reads what comes: there is nobody to wait for.
      if (!await world.stdout.write(chunk)) break;
    }
    return 0;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionReset) return 0;
    throw error;
  } finally {
    // Stdin may be open still; the process ends without waiting for it.
    sending.catch(() => {});
  }
}

async function send(from: ReadableStream<Uint8Array>, to: Deno.UnixConn): Promise<void> {
  for await (const chunk of from) {
    for (let done = 0; done < chunk.length;) done += await to.write(chunk.subarray(done));
  }
  await to.closeWrite();
}
