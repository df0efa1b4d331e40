import type { ByteReader } from "./byte_reader.ts";
import { type Wire, writeAll } from "./session.ts";
import { IdleWatch } from "./time_bounds.ts";

export interface TunnelEnd {
  readonly wire: Wire;
  readonly reader: ByteReader;
}

/**
 * Copies in both directions until both have ended. When one side has nothing more to say, the other is told and goes
 * on talking. Returns when both are done, one of them fails, or nothing has passed for `idleMs`; closing is left to
 * the owner.
 */
export async function tunnel(left: TunnelEnd, right: TunnelEnd, idleMs: number): Promise<void> {
  const { promise: idle, resolve } = Promise.withResolvers<void>();
  using watch = new IdleWatch(idleMs, resolve);
  const both = Promise.all([copy(left, right, watch), copy(right, left, watch)]);
  both.catch(() => {});
  await Promise.race([both, idle]).catch(() => {});
}

async function copy(from: TunnelEnd, to: TunnelEnd, watch: IdleWatch): Promise<void> {
  for (;;) {
    const piece = await from.reader.readSome();
    if (piece === null) break;
    watch.touch();
    await writeAll(to.wire, piece);
    watch.touch();
  }
  await to.wire.closeWrite();
}
