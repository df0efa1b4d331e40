import assert from "node:assert/strict";
import { type NetworkRig, openNetworkRig, readAll } from "../../tests/support/network_rig.ts";

const encoder = new TextEncoder();
const LOCAL = { "allowed.test": ["127.0.0.1"] };
const ALLOWED = { allowedDomains: ["allowed.test"] };

/** The status of a plain request and of a tunnel to the same host. */
async function statuses(rig: NetworkRig, host: string): Promise<(string | undefined)[]> {
  const plain = await rig.ask(`GET http://${host}:${rig.originPort}/ HTTP/1.1\r\n\r\n`);
  const tunnel = await rig.connect();
  await tunnel.write(encoder.encode(`CONNECT ${host}:${rig.originPort} HTTP/1.1\r\n\r\n`));
  await tunnel.closeWrite();
  return [plain, await readAll(tunnel)].map((answer) =>
    /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] + (answer.includes("denylist") ? " denied" : "")
  );
}

Deno.test("evasion: a denied address is denied in every spelling and by every name", async () => {
  await using rig = await openNetworkRig({
    settings: { allowedDomains: ["*"], deniedDomains: ["127.0.0.1", "169.254.169.254"] },
    names: {
      "inside.test": ["127.0.0.1"],
      "mixed.test": ["1.1.1.1", "169.254.169.254"],
      "mapped.test": ["::ffff:169.254.169.254"],
    },
  });
  const spellings = [
    ...[
      "127.0.0.1",
      "127.1",
      "2130706433",
      "0x7f.0.0.1",
      "0177.0.0.1",
      "0",
      "0.0.0.0",
      "127.0.0.1.",
    ],
    ...["[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::]", "[64:ff9b::7f00:1]"],
    ...["[2002:a9fe:a9fe::1]", "2852039166", "169.254.43518", "0xa9fea9fe"],
    ...["inside.test", "mixed.test", "mapped.test", "INSIDE.test."],
  ];
  for (const host of spellings) {
    assert.deepEqual(await statuses(rig, host), ["403 denied", "403 denied"], host);
  }
  assert.deepEqual(rig.seen, []);
});

Deno.test("evasion: a denied name is denied in every script and escape", async () => {
  await using rig = await openNetworkRig({
    settings: { allowedDomains: ["*"], deniedDomains: ["bücher.test", "**.evil.test"] },
  });
  for (
    const host of [
      "bücher.test",
      "BÜCHER.TEST",
      "xn--bcher-kva.test",
      "evil.test..",
      "a.EVIL.test",
      "ｅvil.test",
      "evil。test",
    ]
  ) assert.deepEqual(await statuses(rig, host), ["403 denied", "403 denied"], host);
  // Where a URL has escapes, they are read; elsewhere there are none.
  assert.deepEqual(await statuses(rig, "b%C3%BCcher.test"), ["403 denied", "400"]);
  assert.deepEqual(await statuses(rig, "evil%2etest"), ["403 denied", "400"]);
  assert.deepEqual(await statuses(rig, "ok.test@evil.test"), ["403 denied", "400"]);
  assert.deepEqual(rig.lookups, []);
});

Deno.test("evasion: an address that is allowed can be reached in every spelling", async () => {
  await using rig = await openNetworkRig({
    settings: { allowedDomains: ["0:0:0:0:0:0:0:1", "127.1"], allowLocalBinding: false },
  });
  // Nothing listens on ::1, which is another matter.
  assert.deepEqual(await statuses(rig, "[::1]"), ["502", "502"]);
  assert.deepEqual(await statuses(rig, "127.0.0.1"), ["200", "200"]);
  assert.deepEqual(await statuses(rig, "2130706433"), ["200", "200"]);
  const socks = await rig.connect(rig.proxy.socksAddress ?? assert.fail());
  await socks.write(Uint8Array.of(5, 1, 0, 5, 1, 0, 4, ...Array(15).fill(0), 1, 0, 1));
  await socks.closeWrite();
  const bytes = new Uint8Array(64);
  await socks.read(bytes);
  await readAll(socks);
  assert.equal(rig.audit.at(-1)?.host, "::1");
  assert.equal(rig.audit.at(-1)?.block, null);
});

/** A server that answers once the head is there, and keeps what a connection brought when it has ended. */
function keepsBytes() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Promise<string>[] = [];
  const accepting = (async () => {
    for await (const connection of listener) open.push(serve(connection));
  })();
  return {
    port: listener.addr.port,
    /** Waits for all connections so far to end. */
    texts: () => Promise.all(open),
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(open);
    },
  };
}

async function serve(connection: Deno.TcpConn): Promise<string> {
  const piece = new Uint8Array(4096);
  let text = "";
  try {
    while (!text.includes("\r\n\r\n") || text.includes("wait for the body")) {
      const count = await connection.read(piece);
      if (count === null) break;
      text += new TextDecoder().decode(piece.subarray(0, count));
    }
    await connection.write(encoder.encode("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    text += await readAll(connection);
  } catch {
    // The proxy has closed.
  }
  connection.close();
  return text;
}

Deno.test("evasion: a length cannot be talked away by Connection, nor be said twice", async () => {
  await using server = keepsBytes();
  await using rig = await openNetworkRig({ settings: ALLOWED, names: LOCAL });
  const hidden = "GET http://denied.test/ HTTP/1.1\r\n\r\n";
  const target = `http://allowed.test:${server.port}/`;
  for (const lengths of [1, 2]) {
    const answer = await rig.ask(
      `POST ${target} HTTP/1.1\r\nConnection: content-length, host\r\n` +
        `Content-Length: ${hidden.length}\r\n`.repeat(lengths) + `\r\n${hidden}`,
    );
    assert.match(answer, /^HTTP\/1\.1 200 /);
  }
  const texts = await server.texts();
  assert.equal(texts.length, 2);
  for (const text of texts) {
    assert.equal(text.match(/content-length/gi)?.length, 1, text);
    assert.match(
      text,
      new RegExp(`^POST / [^]*\r\nContent-Length: ${hidden.length}\r\n[^]*${hidden}$`),
    );
  }
});

Deno.test("evasion: what follows an allowed request on its connection goes nowhere", async () => {
  await using rig = await openNetworkRig({ settings: ALLOWED, names: LOCAL });
  const one =
    `GET http://allowed.test:${rig.originPort}/1 HTTP/1.1\r\nConnection: keep-alive\r\n\r\n`;
  const answer = await rig.ask(
    `${one}${one.replace("/1", "/2")}GET http://denied.test/ HTTP/1.1\r\n\r\n`,
  );
  assert.match(answer, /\r\nconnection: close\r\n/i);
  assert.deepEqual(rig.seen.map(({ line }) => line), ["GET /1"]);
  assert.equal(rig.audit.length, 1);
});

Deno.test("limited mode lets no body through, whatever the method", async () => {
  await using rig = await openNetworkRig({
    settings: { ...ALLOWED, mode: "limited" },
    names: LOCAL,
  });
  const get = (rest: string) =>
    rig.ask(`GET http://allowed.test:${rig.originPort}/ HTTP/1.1\r\n${rest}`);
  assert.match(await get("Content-Length: 0\r\n\r\n"), /^HTTP\/1\.1 200 /);
  for (
    const rest of ["Content-Length: 2\r\n\r\nab", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"]
  ) {
    assert.match(await get(rest), /^HTTP\/1\.1 403 [^]*blocked-by-method-policy/, rest);
  }
});

Deno.test("http: letters beyond ASCII in a path arrive as the bytes they are", async () => {
  await using rig = await openNetworkRig({ settings: ALLOWED, names: LOCAL });
  await rig.ask(`GET http://allowed.test:${rig.originPort}/é?ü HTTP/1.1\r\n\r\n`);
  assert.equal(rig.seen[0]?.line, "GET /%C3%A9?%C3%BC");
});

Deno.test("http: an answer that comes before the body has been sent is not lost", async () => {
  await using server = keepsBytes();
  await using rig = await openNetworkRig({ settings: ALLOWED, names: LOCAL });
  const body = new Uint8Array(8 * 1024 * 1024);
  for (const [host, status] of [["blocked.test", 403], ["allowed.test", 200]] as const) {
    const connection = await rig.connect();
    const head =
      `POST http://${host}:${server.port}/ HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n`;
    await connection.write(encoder.encode(head));
    // Fails when the proxy closes while we write.
    for (let sent = 0; sent < body.length;) sent += await connection.write(body.subarray(sent));
    assert.match(await readAll(connection), new RegExp(`^HTTP/1\\.1 ${status} `));
    connection.close();
  }
});

Deno.test("http: a body that breaks off or is not well formed is told, and the server let go", async () => {
  await using server = keepsBytes();
  await using rig = await openNetworkRig({ settings: ALLOWED, names: LOCAL });
  const post = `POST http://allowed.test:${server.port}/ HTTP/1.1\r\nX: wait for the body\r\n`;
  assert.match(
    await rig.ask(`${post}Transfer-Encoding: chunked\r\n\r\n-1\r\nx`),
    /^HTTP\/1\.1 400 [^]*the body ended early or is not well formed$/,
  );
  const connection = await rig.connect();
  await connection.write(encoder.encode(`${post}Content-Length: 10\r\n\r\nhalf`));
  await connection.closeWrite();
  assert.match(await readAll(connection), /^HTTP\/1\.1 400 /);
});
