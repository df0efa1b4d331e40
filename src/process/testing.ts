import type { Confined } from "../sandbox/mod.ts";

/** For tests of this room: a command that no sandbox holds. */
export function plainCommand(
  argv: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: Record<string, string>;
    onDispose?: () => void;
  } = {},
): Confined {
  return {
    kind: "none",
    argv,
    cwd: options.cwd ?? "/",
    env: options.env ?? { PATH: "/usr/bin:/bin" },
    unenforced: [],
    [Symbol.asyncDispose]: () => {
      options.onDispose?.();
      return Promise.resolve();
    },
  };
}

export function script(text: string, options?: Parameters<typeof plainCommand>[1]): Confined {
  return plainCommand(["bash", "-c", text], options);
}

export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Resolves when a process is gone or a zombie; fails the test when it lives on. */
export async function untilDead(pid: number): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (isAlive(pid)) {
    if (performance.now() > deadline) throw new Error(`process ${pid} is still alive`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export function isAlive(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const state = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
    return state !== "Z" && state !== "X";
  } catch {
    return false;
  }
}
