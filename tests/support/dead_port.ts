/** A port of this machine on which nobody listens, and nobody can as long as it is not disposed. */
export interface DeadPort extends Disposable {
  readonly port: number;
}

/**
 * A port that was merely free a moment ago may be given to the server of a test beside this one. This one is the near
 * end of a connection: who dials it is refused.
 */
export async function openDeadPort(): Promise<DeadPort> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [near, far] = await Promise.all([
    Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
    listener.accept(),
  ]);
  return {
    port: near.localAddr.port,
    [Symbol.dispose]() {
      near.close();
      far.close();
    },
  };
}
