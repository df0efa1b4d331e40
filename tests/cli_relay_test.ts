import assert from "node:assert/strict";
import { join } from "node:path";
import { startScriptedModel, textReply } from "../src/scripted/mod.ts";
import { runCodex, spawnCodex } from "./support/run_codex.ts";
import { openStage } from "./support/stage.ts";

const onUnix = Deno.build.os !== "windows";
const onLinux = Deno.build.os === "linux";
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Reads until the other side has closed its half. */
async function readAll(connection: Deno.Conn): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const buffer = new Uint8Array(64 * 1024);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) return new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
    pieces.push(buffer.slice(0, count));
  }
}

Deno.test({
  name: "stdio-to-uds: bytes go both ways, and the end of stdin ends one way only",
  ignore: !onUnix,
  async fn() {
    await using stage = await openStage({ git: false });
    const path = join(stage.root, "server.sock");
    using server = Deno.listen({ transport: "unix", path });
    // More than a pipe holds, and no text.
    const sent = crypto.getRandomValues(new Uint8Array(60_000));
    const input = new Uint8Array(300_000).map((_, index) => sent[index % sent.length]!);
    const serving = (async () => {
      using connection = await server.accept();
      const received = await readAll(connection);
      // The answer begins when the question has ended.
      const answer = new Uint8Array([...received].toReversed());
      for (let done = 0; done < answer.length;) {
        done += await connection.write(answer.subarray(done));
      }
      return received;
    })();
    const child = spawnCodex(stage, { args: ["stdio-to-uds", path], stdin: "" });
    const feeding = new Blob([input]).stream().pipeTo(child.stdin);
    const [received, output] = await Promise.all([serving, child.output(), feeding]);
    assert.deepEqual(received, input);
    assert.deepEqual([output.code, text(output.stderr)], [0, ""]);
    assert.deepEqual(output.stdout, new Uint8Array([...input].toReversed()));
  },
});

Deno.test({
  name: "stdio-to-uds: it ends with the connection, though stdin is open",
  ignore: !onUnix,
  async fn() {
    await using stage = await openStage({ git: false });
    const path = join(stage.root, "server.sock");
    using server = Deno.listen({ transport: "unix", path });
    const serving = (async () => {
      using connection = await server.accept();
      await connection.write(new TextEncoder().encode("bye\n"));
    })();
    const child = spawnCodex(stage, { args: ["stdio-to-uds", path], stdin: "" });
    const [output] = await Promise.all([child.output(), serving]);
    assert.deepEqual([output.code, text(output.stdout)], [0, "bye\n"]);
    await child.stdin.close().catch(() => {});
  },
});

Deno.test("stdio-to-uds: no socket, no name", async () => {
  await using stage = await openStage({ git: false });
  const path = join(stage.root, "none.sock");
  const missing = await runCodex(stage, { args: ["stdio-to-uds", path] });
  assert.deepEqual([missing.code, missing.stdout], [1, ""]);
  assert.ok(missing.stderr.startsWith(`Error: ${path}: `), missing.stderr);
  assert.equal((await runCodex(stage, { args: ["stdio-to-uds"] })).code, 2);
});

Deno.test({
  name: "responses-api-proxy: answers come through, and the key stays where it is",
  ignore: !onLinux,
  async fn() {
    await using stage = await openStage({ git: false });
    await using model = await startScriptedModel([textReply("through the proxy")]);
    const key = "sk-only-the-proxy-knows";
    const info = join(stage.root, "new", "info.json");
    const child = spawnCodex(stage, {
      args: [
        ...["responses-api-proxy", "--server-info", info, "--http-shutdown"],
        ...["--upstream-url", `${model.baseUrl}/responses`],
      ],
      stdin: "",
      env: { CODEX_API_KEY: null },
    });
    const keying = new Blob([`${key}\n`]).stream().pipeTo(child.stdin);
    const stderr = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let said = (await stderr.read()).value ?? "";
    const port = Number(/listening on 127\.0\.0\.1:(\d+)\n$/.exec(said)?.[1]);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(info)), { port, pid: child.pid });

    const response = await fetch(`http://127.0.0.1:${port}/v1/responses`, {
      method: "POST",
      body: '{"model":"m"}',
    });
    assert.match(await response.text(), /through the proxy/);
    assert.equal(model.requests[0]?.headers["authorization"], `Bearer ${key}`);
    for (const name of ["cmdline", "environ"]) {
      const open = await Deno.readTextFile(`/proc/${child.pid}/${name}`).catch(() => "closed");
      assert.ok(!open.includes(key), name);
    }
    // Only this machine can connect.
    const listening = await Deno.readTextFile("/proc/net/tcp");
    const hex = port.toString(16).toUpperCase().padStart(4, "0");
    assert.ok(listening.includes(` 0100007F:${hex} `));
    assert.ok(!listening.includes(` 00000000:${hex} `));

    const bye = await fetch(`http://127.0.0.1:${port}/shutdown`);
    assert.equal(bye.status, 200);
    await bye.body?.cancel();
    for (let piece = await stderr.read(); !piece.done; piece = await stderr.read()) {
      said += piece.value;
    }
    const [status, stdout] = await Promise.all([child.status, child.stdout.text(), keying]);
    assert.deepEqual([status.code, stdout], [0, ""]);
    assert.ok(!said.includes(key));
  },
});

Deno.test("responses-api-proxy: without a key, with a bad address, it does not start", async () => {
  await using stage = await openStage({ git: false });
  const args = ["responses-api-proxy", "--port", "0"];
  const noKey = await runCodex(stage, { args, stdin: "" });
  assert.deepEqual([noKey.code, noKey.stdout], [1, ""]);
  const badKey = await runCodex(stage, { args, stdin: "two words\n" });
  assert.equal(badKey.code, 1);
  assert.ok(!badKey.stderr.includes("two words"));
  const address = await runCodex(stage, { args: [...args, "--upstream-url", "x"], stdin: "k" });
  assert.equal(address.code, 1);
  assert.match(address.stderr, /--upstream-url x/);
});

Deno.test({
  name: "responses-api-proxy: a signal ends it with the code of shells",
  ignore: !onUnix,
  async fn() {
    await using stage = await openStage({ git: false });
    const child = spawnCodex(stage, { args: ["responses-api-proxy"], stdin: "" });
    await new Blob(["k"]).stream().pipeTo(child.stdin);
    const stderr = child.stderr.getReader();
    await stderr.read();
    child.kill("SIGTERM");
    assert.equal((await child.status).code, 143);
    await stderr.cancel();
    await child.stdout.cancel();
  },
});
