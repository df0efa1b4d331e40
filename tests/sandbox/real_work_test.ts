import assert from "node:assert/strict";
import { join } from "node:path";
import { ProcessTable, ptyAvailable } from "../../src/process/mod.ts";
import {
  childEnvironment,
  openSandboxRig,
  probeBoth,
  type SandboxRig,
} from "../support/sandbox_rig.ts";

/** Ordinary work of a programmer, each piece by its usual tool, inside the workspace and without a network. */
interface Work {
  readonly name: string;
  /** The tool without which it cannot run. */
  readonly tool: string;
  readonly files: Readonly<Record<string, string>>;
  readonly argv: readonly string[];
  /** What has to be on stdout or stderr. */
  readonly says: RegExp;
  /** Landlock has no network of its own, so it breaks what needs one. */
  readonly needsLoopback?: true;
}

const PYTHON_TEST = `
import asyncio, multiprocessing, sys, tempfile, threading, unittest, urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"answer")
    def log_message(self, *args):
        pass

class Children(unittest.IsolatedAsyncioTestCase):
    async def test_subprocess(self):
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "print(6 * 7)", stdout=asyncio.subprocess.PIPE)
        out, _ = await child.communicate()
        self.assertEqual(out, b"42\\n")

class Servers(unittest.TestCase):
    def test_loopback(self):
        server = HTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/") as reply:
            self.assertEqual(reply.read(), b"answer")
        server.shutdown()
        server.server_close()
    def test_locks(self):
        with multiprocessing.Lock():
            pass

if __name__ == "__main__":
    unittest.main()
`;

const WORKS: readonly Work[] = [
  {
    name: "npm test of a package",
    tool: "npm",
    files: {
      "package.json":
        '{"name":"p","version":"1.0.0","type":"module","scripts":{"test":"node --test"}}',
      "sum.test.js": `
        import test from "node:test";
        import assert from "node:assert/strict";
        import { execFileSync, spawn } from "node:child_process";
        import { once } from "node:events";
        import { mkdtempSync, writeFileSync } from "node:fs";
        test("children", async () => {
          assert.equal(execFileSync("echo", ["x"]).toString(), "x\\n");
          const child = spawn("cat", { stdio: "pipe" });
          child.stdin.end("y");
          const [data] = await once(child.stdout, "data");
          assert.equal(data.toString(), "y");
        });
        test("files", () => writeFileSync(mkdtempSync("./t-") + "/file", "x"));`,
    },
    argv: ["npm", "test"],
    says: /pass 2/,
  },
  {
    name: "npm test with a local server",
    tool: "npm",
    files: {
      "package.json":
        '{"name":"p","version":"1.0.0","type":"module","scripts":{"test":"node --test"}}',
      "server.test.js": `
        import test from "node:test";
        import assert from "node:assert/strict";
        import { createServer } from "node:http";
        import { once } from "node:events";
        test("server", async () => {
          const server = createServer((_, reply) => reply.end("answer")).listen(0, "127.0.0.1");
          await once(server, "listening");
          const reply = await fetch("http://127.0.0.1:" + server.address().port);
          assert.equal(await reply.text(), "answer");
          server.close();
        });`,
    },
    argv: ["npm", "test"],
    says: /pass 1/,
    needsLoopback: true,
  },
  {
    name: "python3 -m unittest with asyncio children",
    tool: "/usr/bin/python3",
    files: { "test_work.py": PYTHON_TEST },
    argv: ["/usr/bin/python3", "-m", "unittest", "test_work.Children"],
    says: /OK/,
  },
  {
    name: "python3 -m unittest with a loopback server and locks",
    tool: "/usr/bin/python3",
    files: { "test_work.py": PYTHON_TEST },
    argv: ["/usr/bin/python3", "-m", "unittest"],
    says: /Ran 3 tests[\s\S]*OK/,
    needsLoopback: true,
  },
  {
    name: "a build with make and gcc",
    tool: "gcc",
    files: {
      "main.c": '#include <stdio.h>\nint main(void) { puts("built"); return 0; }\n',
      "Makefile":
        "run: main\n\t./main\nmain: main.o\n\tgcc -o main main.o\nmain.o: main.c\n\tgcc -c main.c\n",
    },
    argv: ["make", "-j2"],
    says: /built/,
  },
  {
    name: "deno test",
    tool: Deno.execPath(),
    files: {
      "work_test.ts": `
        Deno.test("files and children", async () => {
          await Deno.writeTextFile("file", "x");
          const { success } = await new Deno.Command("cat", { args: ["file"] }).output();
          if (!success) throw new Error("cat");
        });`,
    },
    argv: [Deno.execPath(), "test", "-A", "--no-config", "work_test.ts"],
    says: /1 passed/,
  },
  {
    name: "a pipeline of the shell",
    tool: "/bin/sh",
    files: { "words": "b\na\nc\n" },
    argv: [
      "/bin/sh",
      "-c",
      "sort words | tee sorted | tail -1 && mkfifo p && (cat p & echo z > p; wait)",
    ],
    says: /c\nz/,
  },
];

const backends = Deno.build.os === "linux" ? await probeBoth() : null;
const terminals = Deno.build.os === "linux" && await ptyAvailable();

for (const [kind, { backend, ignore, reason }] of Object.entries(backends ?? {})) {
  for (const work of WORKS) {
    if (work.needsLoopback && kind === "landlock") continue;
    const there = await isThere(work.tool);
    Deno.test({
      name: `${kind}: ${work.name}${reason}${there ? "" : ` (ignored: no ${work.tool})`}`,
      ignore: ignore || !there,
      fn: async () => {
        await using rig = await openSandboxRig(backend);
        for (const [name, text] of Object.entries(work.files)) {
          await Deno.writeTextFile(join(rig.workspace, name), text);
        }
        const { code, stdout, stderr } = await rig.run(work.argv, {
          env: { ...childEnvironment(), TMPDIR: rig.workspace },
        });
        assert.equal(code, 0, stdout + stderr);
        assert.match(stdout + stderr, work.says);
      },
    });
  }

  Deno.test({
    name: `${kind}: an interactive shell with job control and Ctrl-C${reason}${
      terminals ? "" : " (ignored: no terminals)"
    }`,
    // Up to Deno 2.6 the terminals' library counts as one that was not closed.
    sanitizeResources: false,
    ignore: ignore || !terminals || !await isThere("/bin/bash"),
    fn: async () => {
      await using rig = await openSandboxRig(backend);
      await useShell(rig);
    },
  });
}

/** Types, and waits for what the shell says to it. */
async function useShell(rig: SandboxRig): Promise<void> {
  const table = new ProcessTable();
  const signal = AbortSignal.timeout(60_000);
  const ended = Promise.withResolvers<number>();
  let seen = "";
  let heard = Promise.withResolvers<void>();
  const opened = await table.open("call", {
    command: await rig.confine(["/bin/bash", "--norc", "--noprofile", "-i"], {
      tty: true,
      env: { PATH: "/usr/bin:/bin", PS1: "", TERM: "dumb", HOME: "/nonexistent" },
    }),
    tty: true,
    yieldMs: 250,
    signal,
    onStart: () => {},
    onChunk: (chunk) => {
      seen += new TextDecoder().decode(chunk);
      heard.resolve();
    },
    onExit: ({ exitCode }) => ended.resolve(exitCode),
  });
  assert.ok(opened.kind === "opened" && opened.tty);
  const type = async (keys: string, answer: RegExp): Promise<void> => {
    seen = "";
    await table.write(opened.processId, keys, { yieldMs: 250, signal });
    while (!answer.test(seen)) {
      signal.throwIfAborted();
      heard = Promise.withResolvers<void>();
      if (!answer.test(seen)) await Promise.race([heard.promise, aborted(signal, () => seen)]);
    }
  };
  assert.doesNotMatch(seen, /no job control/);
  await type("echo he''llo\n", /hello/);
  await type("sh -c 'echo slee''ps; exec sleep 1000'\n", /sleeps/);
  await type("\x1a", /Stopped/);
  await type("jobs; echo li''sted\n", /Stopped[\s\S]*listed/);
  await type("bg; fg\n", /sleep 1000[\s\S]*sleep 1000/);
  await type("\x03echo st$((1+1))\n", /st2/);
  await type("trap 'echo tr''apped' INT; echo re''ady\n", /ready/);
  await type("\x03", /trapped/);
  await table.write(opened.processId, "exit 7\n", { yieldMs: 250, signal });
  assert.equal(await ended.promise, 7);
  await table.terminateAll();
}

function aborted(signal: AbortSignal, seen: () => string): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(new Error(`heard only ${seen()}`)), {
      once: true,
    })
  );
}

async function isThere(tool: string): Promise<boolean> {
  const folders = tool.startsWith("/") ? [""] : ["/usr/bin/", "/bin/", "/usr/local/bin/"];
  for (const folder of folders) {
    if (await Deno.stat(folder + tool).then(() => true, () => false)) return true;
  }
  return false;
}
