import assert from "node:assert/strict";
import { type NetworkRig, openNetworkRig, readAll } from "../../tests/support/network_rig.ts";

const encoder = new TextEncoder();
const LOCAL = { "allowed.test": ["127.0.0.1"] };
const ALLOWED = { allowedDomains: ["allowed.test"] };

async function readSome(connection: Deno.Conn, atLeast = 1): Promise<Uint8Array> {
  const bytes = new Uint8Array(4096);
  let length = 0;
  while (length < atLeast) {
    const count = await connection.read(bytes.subarray(length));
    if (count === null) break;
    length += count;
  }
  return bytes.subarray(0, length);
}

/** The reply code, and the connection behind it. */
async function socks(
  rig: NetworkRig,
  target: readonly number[],
  port: number,
  command = 1,
): Promise<{ reply: number | undefined; connection: Deno.TcpConn }> {
  const connection = await rig.connect(rig.proxy.socksAddress ?? assert.fail());
  await connection.write(Uint8Array.of(5, 2, 2, 0));
  assert.deepEqual([...await readSome(connection, 2)], [5, 0]);
  // Byte by byte, as a slow client may.
  for (const byte of [5, command, 0, ...target, port >> 8, port & 255]) {
    await connection.write(Uint8Array.of(byte));
  }
  return { reply: (await readSome(connection, 10))[1], connection };
}

function domain(name: string): number[] {
  const bytes = encoder.encode(name);
  return [3, bytes.length, ...bytes];
}

Deno.test("socks: names and addresses, and what may not be reached", async () => {
  await using rig = await openNetworkRig({
    settings: { allowedDomains: ["allowed.test", "127.0.0.1", "::1"], deniedDomains: ["no.test"] },
    names: LOCAL,
  });
  const port = rig.originPort;
  for (const target of [domain("Allowed.test."), [1, 127, 0, 0, 1]]) {
    const { reply, connection } = await socks(rig, target, port);
    assert.equal(reply, 0);
    await connection.write(
      encoder.encode("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
    );
    assert.match(await readAll(connection), /^HTTP\/1\.1 200 /);
  }
  const replies: Record<string, number | undefined> = {
    denied: (await socks(rig, domain("no.test"), port)).reply,
    notAllowed: (await socks(rig, domain("other.test"), port)).reply,
    address: (await socks(rig, [1, 127, 0, 0, 2], port)).reply,
    address6: (await socks(rig, [4, ...Array(14).fill(0), 0, 2], port)).reply,
    empty: (await socks(rig, domain(""), port)).reply,
    strange: (await socks(rig, domain("allowed.test\0.x"), port)).reply,
    bind: (await socks(rig, domain("allowed.test"), port, 2)).reply,
    udp: (await socks(rig, domain("allowed.test"), port, 3)).reply,
    nothingThere: (await socks(rig, domain("allowed.test"), 1)).reply,
    limited: 0,
  };
  rig.proxy.update({ ...rig.proxy.settings, mode: "limited" });
  replies["limited"] = (await socks(rig, domain("allowed.test"), port)).reply;
  assert.deepEqual(replies, {
    denied: 2,
    notAllowed: 2,
    address: 2,
    address6: 2,
    empty: 2,
    strange: 2,
    bind: 7,
    udp: 7,
    nothingThere: 4,
    limited: 2,
  });
});

Deno.test("socks: other versions and clients that insist on a password get nowhere", async () => {
  await using rig = await openNetworkRig();
  const address = rig.proxy.socksAddress ?? assert.fail();
  const old = await rig.connect(address);
  await old.write(Uint8Array.of(4, 1, 0, 80, 127, 0, 0, 1, 0));
  assert.equal((await readSome(old)).length, 0);
  const password = await rig.connect(address);
  await password.write(Uint8Array.of(5, 1, 2));
  assert.deepEqual([...await readSome(password, 2)], [5, 0xff]);
});

Deno.test("CONNECT passes TLS through untouched", async () => {
  const folder = await Deno.makeTempDir();
  const [key, cert] = [`${folder}/key`, `${folder}/cert`];
  const made = await new Deno.Command("openssl", {
    args: [
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split(" "),
    ]
      .concat(["-keyout", key, "-out", cert, "-subj", "/CN=allowed.test"])
      .concat([
        "-addext",
        "subjectAltName=DNS:allowed.test",
        "-addext",
        "basicConstraints=CA:FALSE",
      ]),
    stderr: "null",
  }).output();
  assert.ok(made.success);
  const pem = await Deno.readTextFile(cert);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, cert: pem, key: await Deno.readTextFile(key), onListen() {} },
    () => new Response("over tls"),
  );
  await using rig = await openNetworkRig({ settings: ALLOWED, names: LOCAL });
  const client = Deno.createHttpClient({
    proxy: { url: `http://${rig.proxy.httpAddress}` },
    caCerts: [pem],
  });
  const response = await fetch(
    `https://allowed.test:${server.addr.port}/`,
    { client } as RequestInit,
  );
  assert.equal(await response.text(), "over tls");
  await assert.rejects(fetch(`https://other.test:${server.addr.port}/`, { client } as RequestInit));
  assert.deepEqual(
    rig.audit.map(({ host, block }) => [host, block?.reason ?? null]),
    [["allowed.test", null], ["other.test", "not_allowed"]],
  );
  client.close();
  await server.shutdown();
  await Deno.remove(folder, { recursive: true });
});

/** A server that reads to the end of what the client says and only then answers. */
function answersAtTheEnd(): { port: number; closed: Promise<void> } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const closed = (async () => {
    const connection = await listener.accept();
    listener.close();
    const text = await readAll(connection);
    await connection.write(encoder.encode(`got ${text.length}`));
    connection.close();
  })();
  return { port: listener.addr.port, closed };
}

Deno.test("CONNECT: one side may end while the other goes on", async () => {
  const server = answersAtTheEnd();
  await using rig = await openNetworkRig({ settings: ALLOWED, names: LOCAL });
  const connection = await rig.connect();
  // What follows the head in the same packet belongs to the tunnel.
  await connection.write(
    encoder.encode(`CONNECT allowed.test:${server.port} HTTP/1.1\r\n\r\nearly`),
  );
  await connection.write(encoder.encode("x".repeat(100_000)));
  await connection.closeWrite();
  assert.match(await readAll(connection), /^HTTP\/1\.1 200 [^\r]*\r\n\r\ngot 100005$/);
  await server.closed;
});

Deno.test("slow and endless heads are cut off", async () => {
  await using rig = await openNetworkRig({ limits: { headMs: 100 } });
  const slow = await rig.connect();
  await slow.write(encoder.encode("GET http://allowed.test/ HT"));
  assert.match(await readAll(slow), /^HTTP\/1\.1 408 /);
  const silent = await rig.connect(rig.proxy.socksAddress ?? assert.fail());
  await silent.write(Uint8Array.of(5));
  assert.equal((await readSome(silent)).length, 0);
  // With the usual time, else a busy machine would take it for a slow one.
  await using patient = await openNetworkRig({ limits: { headBytes: 2000 } });
  const huge = await patient.connect();
  await huge.write(encoder.encode(`GET http://a.test/ HTTP/1.1\r\nA: ${"x".repeat(1990)}`));
  assert.match(await readAll(huge), /^HTTP\/1\.1 431 /);
});

Deno.test("servers that say nothing, and tunnels in which nothing passes, are given up", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) accepted.push(connection);
  })();
  await using rig = await openNetworkRig({
    settings: ALLOWED,
    names: LOCAL,
    limits: { responseMs: 100, idleMs: 150 },
  });
  const target = `allowed.test:${listener.addr.port}`;
  assert.match(await rig.ask(`GET http://${target}/ HTTP/1.1\r\n\r\n`), /^HTTP\/1\.1 502 /);
  assert.match(await rig.ask(`CONNECT ${target} HTTP/1.1\r\n\r\n`), /established\r\n\r\n$/);
  for (const connection of accepted) {
    await readAll(connection);
    connection.close();
  }
  listener.close();
  await accepting;
});

Deno.test("200 clients at once, and one too many", async () => {
  await using rig = await openNetworkRig({
    settings: ALLOWED,
    names: LOCAL,
    limits: { connections: 200 },
  });
  const request = (at: number): Uint8Array =>
    encoder.encode(`GET http://allowed.test:${rig.originPort}/${at} HTTP/1.1\r\n\r\n`);
  const clients = await Promise.all(Array.from({ length: 200 }, () => rig.connect()));
  // Half a request each, so that all of them are there at the same time.
  await Promise.all(clients.map((client, at) => client.write(request(at).subarray(0, 10))));
  const late = await rig.connect();
  assert.match(await readAll(late), /^HTTP\/1\.1 503 /);
  assert.equal(rig.proxy.connections, 200);
  const answers = await Promise.all(clients.map(async (client, at) => {
    await client.write(request(at).subarray(10));
    return (await readAll(client)).endsWith(`GET /${at} `);
  }));
  assert.ok(answers.every(Boolean));
});

Deno.test("disposing ends connections, pending questions and the socket's file", async () => {
  const folder = await Deno.makeTempDir();
  const asked = Promise.withResolvers<AbortSignal>();
  const rig = await openNetworkRig({
    bridgeDir: `${folder}/bridge`,
    decider: {
      decide: (_request, signal) => {
        asked.resolve(signal);
        return new Promise(() => {});
      },
    },
  });
  const mode = (path: string): number => (Deno.statSync(path).mode ?? 0) & 0o777;
  const path = rig.proxy.bridge?.socketPath ?? assert.fail();
  assert.deepEqual([mode(`${folder}/bridge`), mode(path)], [0o700, 0o600]);
  const waiting = rig.ask("GET http://other.test/ HTTP/1.1\r\n\r\n").catch(() => "cut");
  const signal = await asked.promise;
  await rig[Symbol.asyncDispose]();
  await waiting;
  assert.equal(signal.aborted, true);
  assert.deepEqual([...Deno.readDirSync(`${folder}/bridge`)], []);
  await Deno.remove(folder, { recursive: true });
});

/** Sockets of a process that was killed. */
async function leaveSockets(paths: readonly string[]): Promise<void> {
  const script =
    `for (const path of ${JSON.stringify(paths)}) Deno.listen({ transport: "unix", path });` +
    'console.log("ready"); setInterval(() => {}, 1000);';
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", script],
    stdout: "piped",
    env: { DENO_NO_UPDATE_CHECK: "1" },
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
}

Deno.test({
  name: "the socket of a proxy that was killed is removed by the next, one in use is not",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const bridgeDir = await Deno.makeTempDir();
    const names = ["network-0000000a.sock", "network-0000000b.sock", "network-0000000c.sock"];
    const [old = "", fresh = "", used = ""] = names.map((name) => `${bridgeDir}/${name}`);
    await leaveSockets([old, fresh]);
    const listener = Deno.listen({ transport: "unix", path: used });
    const before = new Date(Date.now() - 3_600_000);
    for (const path of [old, used]) await Deno.utime(path, before, before);
    {
      await using _rig = await openNetworkRig({ bridgeDir });
      const left = [...Deno.readDirSync(bridgeDir)].map(({ name }) => name).sort();
      assert.deepEqual(left.slice(0, 2), names.slice(1));
      assert.equal(left.length, 3);
    }
    listener.close();
    await Deno.remove(bridgeDir, { recursive: true });
  },
});

Deno.test({
  name: "an address that does not answer leaves time for the next" +
    (Deno.build.os === "linux" ? "" : " (ignored: not Linux)"),
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using rig = await openNetworkRig({
      settings: ALLOWED,
      names: { "allowed.test": ["127.0.0.2", "127.0.0.1"] },
      limits: { connectMs: 4000 },
    });
    const port = rig.originPort;
    // Nobody accepts here, and when the queue is full the system drops what comes, as a lost address does.
    using _full = Deno.listen({ hostname: "127.0.0.2", port });
    const waiting: Deno.Conn[] = [];
    for (let isFull = false; !isFull;) {
      const signal = AbortSignal.timeout(1000);
      await Deno.connect({ hostname: "127.0.0.2", port, signal })
        .then((connection) => waiting.push(connection), () => isFull = true);
    }
    const answer = await rig.ask(`GET http://allowed.test:${port}/ HTTP/1.1\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 200 /);
    for (const connection of waiting) connection.close();
  },
});
