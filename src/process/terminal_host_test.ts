import assert from "node:assert/strict";
import { linuxTerminals } from "./linux_terminal.ts";
import { nodeTerminals } from "./node_terminal.ts";
import { ProcessTable } from "./process_table.ts";
import { plainCommand, script, text, untilDead } from "./testing.ts";
import type { RunningChild } from "./running_child.ts";
import { ptyAvailable } from "./terminal_host.ts";
import type { TerminalProvider } from "./terminal_provider.ts";
import type { Confined } from "../sandbox/mod.ts";

const never = new AbortController().signal;
const linux = Deno.build.os === "linux";
const addon = await nodeTerminals(null);

const PROVIDERS = [
  { name: "C library", load: linuxTerminals, ignore: !linux, sure: true },
  // It may lose last words on a busy machine; only codes are sure.
  {
    name: "addon (needs a Deno that reads descriptors)",
    load: () => addon!,
    ignore: addon === null,
    sure: false,
  },
];

async function start(provider: TerminalProvider, command: Confined): Promise<RunningChild> {
  const started = await provider.start(command);
  assert.ok(started?.ok);
  return started.child;
}

async function run(provider: TerminalProvider, source: string): Promise<[string, number]> {
  let output = "";
  const child = await start(provider, script(source));
  const decoder = new TextDecoder();
  const code = await child.run((_stream, bytes) => {
    output += decoder.decode(bytes, { stream: true });
  });
  return [output, code];
}

/** As `run`, but `end` comes when all that was printed has been read: last words are another matter. */
async function runUnhurried(
  provider: TerminalProvider,
  print: string,
  end: string,
): Promise<[string, number]> {
  const child = await start(
    provider,
    script(`stty -echo; ${print}; printf DONE; read -r _; ${end}`),
  );
  let output = "";
  let isRead = false;
  const code = await child.run((_stream, bytes) => {
    output += text(bytes);
    if (isRead || !output.endsWith("DONE")) return;
    isRead = child.write(new TextEncoder().encode("\n"));
  });
  return [output.replace(/DONE$/, ""), code];
}

for (const { name, load, ignore, sure } of PROVIDERS) {
  Deno.test({
    name: `terminal, ${name}: 24×80, its own session, codes, 1 for a death by signal`,
    ignore,
    fn: async () => {
      const provider = load();
      const ask = (print: string, end = "exit 0") => runUnhurried(provider, print, end);
      assert.deepEqual(await ask("printf hi"), ["hi", 0]);
      assert.deepEqual(await ask("stty size", "exit 7"), ["24 80\r\n", 7]);
      assert.deepEqual(await ask("echo x", "kill -9 $$"), ["x\r\n", 1]);
      assert.deepEqual(await ask("echo x > /dev/tty"), ["x\r\n", 0]);
      const [stat] = await ask("cat /proc/$$/stat");
      const [pid] = stat.split(" ");
      const [, , , group, session] = stat.slice(stat.lastIndexOf(")")).split(" ");
      assert.deepEqual([group, session], [pid, pid]);
      await provider.close();
    },
  });

  Deno.test({
    name: `terminal, ${name}: many at once, and nothing lost where that is sure`,
    ignore,
    fn: async () => {
      const provider = load();
      await run(provider, "true");
      const expected = Array.from({ length: 3000 }, (_, i) => `${i + 1}\r\n`).join("");
      await Promise.all(Array.from({ length: 40 }, async (_, i) => {
        const [output, code] = await run(provider, i % 2 === 0 ? "printf hi" : "seq 3000; exit 5");
        assert.equal(code, i % 2 === 0 ? 0 : 5);
        if (sure) assert.equal(output, i % 2 === 0 ? "hi" : expected);
      }));
      await provider.close();
    },
  });

  Deno.test({
    name: `terminal, ${name}: a kill reaches the group, also one that ignores the hang-up`,
    ignore,
    fn: async () => {
      const provider = load();
      const child = await start(provider, script("trap '' HUP; sleep 600 & echo $!; wait"));
      let printed = "";
      const code = await child.run((_stream, bytes) => {
        printed += text(bytes);
        if (printed.includes("\n")) child.kill();
      });
      assert.equal(code, 1);
      await untilDead(Number(printed));
      await untilDead(child.pid);
      await provider.close();
    },
  });
}

Deno.test("a process on a terminal echoes, ends with ^D, is interrupted with ^C", async () => {
  await using table = new ProcessTable();
  const open = async (source: string) => {
    let seen = "";
    let heard = Promise.withResolvers<void>();
    const opened = await table.open("call", {
      command: script(source),
      tty: true,
      yieldMs: 1,
      signal: never,
      onStart: () => {},
      onChunk: (chunk) => {
        seen += text(chunk);
        heard.resolve();
      },
      onExit: () => {},
    });
    assert.ok(opened.kind === "opened" && opened.tty);
    return {
      async send(chars: string, yieldMs: number): Promise<number | null> {
        const result = await table.write(opened.processId, chars, { yieldMs, signal: never });
        assert.ok(result.kind === "polled");
        return result.poll.exitCode;
      },
      /** Until it has printed this and nothing else, from its start on. */
      async says(whole: string): Promise<void> {
        for (; seen.length < whole.length; await heard.promise) heard = Promise.withResolvers();
        assert.equal(seen, whole);
      },
    };
  };
  const cat = await open("cat");
  assert.equal(await cat.send("abc\n", 1), null);
  await cat.says("abc\r\nabc\r\n");
  assert.equal(await cat.send("\u0004", 60_000), 0);
  const interrupted = await open(
    "trap 'echo caught; exit 4' INT; echo ready; while :; do sleep 0.05; done",
  );
  await interrupted.says("ready\r\n");
  assert.equal(await interrupted.send("\u0003", 60_000), 4);
  await interrupted.says("ready\r\n^Ccaught\r\n");
});

Deno.test("more input than a terminal takes at once arrives in order", async () => {
  const provider = loadAny();
  const lines = Array.from({ length: 3000 }, (_, i) => `line ${i}\n`).join("");
  const child = await start(provider, script("stty -echo; echo ready; head -n 3000 | cksum"));
  let output = "";
  let sent = false;
  await child.run((_stream, bytes) => {
    output += text(bytes);
    if (sent || !output.includes("ready")) return;
    sent = true;
    assert.ok(child.write(new TextEncoder().encode(lines)));
  });
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/lines`, lines);
  const sum = await new Deno.Command("sh", { args: ["-c", `cksum < ${folder}/lines`] }).output();
  await Deno.remove(folder, { recursive: true });
  assert.equal(output, `ready\r\n${text(sum.stdout).trim()}\r\n`);
  assert.equal(child.write(new Uint8Array(1)), false);
  await provider.close();
});

Deno.test("a program that cannot be started on a terminal says why", async () => {
  const provider = loadAny();
  const code = async (command: Confined): Promise<string | null> => {
    const started = await provider.start(command);
    return started === null || started.ok ? null : started.error.code;
  };
  assert.equal(await code(plainCommand([])), "empty_argv");
  assert.equal(await code(plainCommand(["no-such-program"])), "not_found");
  assert.equal(await code(plainCommand(["true"], { cwd: "/no/such" })), "bad_cwd");
  if (linux) assert.equal(await code(plainCommand(["/etc/passwd"])), "permission_denied");
  await provider.close();
});

Deno.test("terminals are available", async () => {
  assert.equal(await ptyAvailable(), linux || addon !== null);
});

function loadAny(): TerminalProvider {
  return linux ? linuxTerminals() : addon!;
}
