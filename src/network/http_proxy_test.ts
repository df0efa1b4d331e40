import assert from "node:assert/strict";
import { openDeadPort } from "../../tests/support/dead_port.ts";
import { openNetworkRig, readAll } from "../../tests/support/network_rig.ts";

const LOCAL = { "allowed.test": ["127.0.0.1"] };
const ALLOWED = { allowedDomains: ["allowed.test"] };

Deno.test("http: an allowed request arrives without what concerns only the proxy", async () => {
  await using rig = await openNetworkRig({ settings: ALLOWED, names: LOCAL });
  const answer = await rig.ask(
    `POST http://Allowed.TEST:${rig.originPort}/path?q=1#x HTTP/1.1\r\nHost: evil.test\r\n` +
      "Connection: x-mine, keep-alive\r\nX-Mine: 1\r\nProxy-Authorization: Basic eDp5\r\nTE: trailers\r\n" +
      "X-Forwarded-For: 1.2.3.4\r\nContent-Length: 4\r\n\r\nbodyGET /smuggled HTTP/1.1\r\n\r\n",
  );
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.ok(answer.endsWith("POST /path?q=1 body"));
  assert.equal(rig.seen.length, 1);
  const headers = Object.fromEntries(rig.seen[0]?.headers ?? []);
  assert.equal(headers["host"], `allowed.test:${rig.originPort}`);
  assert.equal(headers["x-forwarded-for"], "1.2.3.4");
  for (const name of ["x-mine", "proxy-authorization", "te"]) {
    assert.equal(headers[name], undefined);
  }
});

Deno.test("http: chunked bodies go both ways, for old clients without chunks", async () => {
  await using rig = await openNetworkRig({ settings: ALLOWED, names: LOCAL });
  const request = (version: string): string =>
    `POST http://allowed.test:${rig.originPort}/ HTTP/${version}\r\nTransfer-Encoding: chunked\r\n\r\n` +
    "3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n";
  assert.ok((await rig.ask(request("1.1"))).endsWith("POST / abcde"));
  assert.ok((await rig.ask(request("1.0"))).endsWith("POST / abcde"));
});

Deno.test("http: a request that can be read in two ways is refused", async () => {
  await using rig = await openNetworkRig({ settings: ALLOWED, names: LOCAL });
  const first = `POST http://allowed.test:${rig.originPort}/ HTTP/1.1\r\n`;
  for (
    const text of [
      `${first}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
      `${first}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
      `${first}Transfer-Encoding: gzip, chunked\r\n\r\n`,
      `${first}Content-Length: +1\r\n\r\n`,
      `${first}Folded: a\r\n b\r\n\r\n`,
      `${first}Space : a\r\n\r\n`,
      "GET / HTTP/1.1\r\nHost: allowed.test\r\n\r\n",
      "GET https://allowed.test/ HTTP/1.1\r\n\r\n",
      "GET http:// HTTP/1.1\r\n\r\n",
      "CONNECT allowed.test HTTP/1.1\r\n\r\n",
      "\x16\x03\x01 nonsense\r\n\r\n",
    ]
  ) assert.match(await rig.ask(text), /^HTTP\/1\.1 400 /, JSON.stringify(text));
  assert.deepEqual(rig.seen, []);
});

Deno.test("http: what is blocked says why, on the wire and in the audit", async () => {
  await using rig = await openNetworkRig({
    settings: {
      allowedDomains: ["*.test"],
      deniedDomains: ["evil.test"],
      allowLocalBinding: false,
    },
    names: { "inside.test": ["10.0.0.1"] },
  });
  const attempt = btoa("codex-net-attempt-77:");
  const answers = [
    await rig.ask(
      `GET http://evil.test./ HTTP/1.1\r\nProxy-Authorization: Basic ${attempt}\r\n\r\n`,
    ),
    await rig.ask("GET http://other.example:81/ HTTP/1.1\r\n\r\n"),
    await rig.ask("GET http://127.0.0.1/ HTTP/1.1\r\n\r\n"),
    await rig.ask("GET http://inside.test/ HTTP/1.1\r\n\r\n"),
  ];
  const parsed = answers.map((answer) => {
    assert.match(answer, /^HTTP\/1\.1 403 /);
    const { message, ...body } = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")));
    assert.match(message, /^Codex blocked this request/);
    return [/x-proxy-error: (\S+)/.exec(answer)?.[1], body];
  });
  const body = { status: "blocked", decision: "deny", source: "baseline_policy", protocol: "http" };
  assert.deepEqual(parsed, [
    ["blocked-by-denylist", { ...body, host: "evil.test", reason: "denied", port: 80 }],
    ["blocked-by-allowlist", { ...body, host: "other.example", reason: "not_allowed", port: 81 }],
    ["blocked-by-allowlist", { ...body, host: "127.0.0.1", reason: "not_allowed_local", port: 80 }],
    ["blocked-by-allowlist", {
      ...body,
      host: "inside.test",
      reason: "not_allowed_local",
      port: 80,
    }],
  ]);
  const [first] = rig.proxy.blocked();
  assert.match(first?.client ?? "", /^127\.0\.0\.1:\d+$/);
  assert.deepEqual({ ...first, client: "" }, {
    host: "evil.test",
    reason: "denied",
    client: "",
    method: "GET",
    mode: "full",
    protocol: "http",
    attempt_id: "77",
    decision: "deny",
    source: "baseline_policy",
    port: 80,
    timestamp: 1_700_000_000,
  });
  assert.equal(rig.proxy.blocked().length, 4);
  // What is blocked by its name is not even looked up.
  assert.deepEqual(rig.lookups, ["inside.test"]);
});

Deno.test("http: of the blocked requests the last 200 are kept", async () => {
  await using rig = await openNetworkRig();
  for (let at = 0; at < 205; at++) await rig.ask(`GET http://h${at}.test/ HTTP/1.1\r\n\r\n`);
  const blocked = rig.proxy.blocked();
  assert.deepEqual([blocked.length, blocked[0]?.host], [200, "h5.test"]);
});

Deno.test("http: limited mode reads and does nothing else", async () => {
  await using rig = await openNetworkRig({
    settings: { ...ALLOWED, mode: "limited" },
    names: LOCAL,
  });
  const target = `http://allowed.test:${rig.originPort}/`;
  const statuses: Record<string, string | undefined> = {};
  for (const method of ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "CONNECT"]) {
    const to = method === "CONNECT" ? `allowed.test:${rig.originPort}` : target;
    const answer = await rig.ask(`${method} ${to} HTTP/1.1\r\n\r\n`);
    statuses[method] = answer.split(" ")[1] +
      (answer.includes("blocked-by-method-policy") ? " method" : "");
  }
  assert.deepEqual(statuses, {
    GET: "200",
    HEAD: "200",
    OPTIONS: "200",
    POST: "403 method",
    PUT: "403 method",
    DELETE: "403 method",
    PATCH: "403 method",
    CONNECT: "403 method",
  });
});

Deno.test("http: disabled answers 503, and settings change from one request to the next", async () => {
  await using rig = await openNetworkRig({ settings: ALLOWED, names: LOCAL });
  const get = `GET http://allowed.test:${rig.originPort}/ HTTP/1.1\r\n\r\n`;
  assert.match(await rig.ask(get), /^HTTP\/1\.1 200 /);
  rig.proxy.update({ ...rig.proxy.settings, enabled: false });
  assert.match(await rig.ask(get), /^HTTP\/1\.1 503 /);
  assert.match(await rig.ask("CONNECT allowed.test:1 HTTP/1.1\r\n\r\n"), /^HTTP\/1\.1 503 /);
});

Deno.test("http: a server that is not there is 502", async () => {
  using dead = await openDeadPort();
  const { port } = dead;
  await using rig = await openNetworkRig({ settings: { allowedDomains: ["*"] }, names: LOCAL });
  for (const host of ["allowed.test", "unknown.test"]) {
    const plain = await rig.ask(`GET http://${host}:${port}/ HTTP/1.1\r\n\r\n`);
    assert.match(plain, /^HTTP\/1\.1 502 [^]*upstream failure$/);
    assert.match(await rig.ask(`CONNECT ${host}:${port} HTTP/1.1\r\n\r\n`), /^HTTP\/1\.1 502 /);
  }
});

Deno.test("http: the address that was checked is the one that is used", async () => {
  let lookups = 0;
  await using rig = await openNetworkRig({
    settings: { allowedDomains: ["*"], allowLocalBinding: false },
    // Public when it is checked, this machine for whoever asks again.
    resolver: () => Promise.resolve(lookups++ === 0 ? ["192.88.99.1"] : ["127.0.0.1"]),
    limits: { connectMs: 200 },
  });
  await rig.ask(`GET http://rebind.test:${rig.originPort}/ HTTP/1.1\r\n\r\n`);
  assert.deepEqual([lookups, rig.seen.length], [1, 0]);
  // One private address among public ones is enough to refuse.
  await using mixed = await openNetworkRig({
    settings: { allowedDomains: ["*"], allowLocalBinding: false },
    names: { "mixed.test": ["1.1.1.1", "::ffff:127.0.0.1"] },
  });
  assert.match(await mixed.ask("GET http://mixed.test/ HTTP/1.1\r\n\r\n"), /not_allowed_local/);
});

Deno.test("http: with local binding off, a literal counts only when it is named", async () => {
  await using rig = await openNetworkRig({
    settings: { allowedDomains: ["127.0.0.1", "*"], allowLocalBinding: false },
  });
  const get = (host: string) => rig.ask(`GET http://${host}:${rig.originPort}/ HTTP/1.1\r\n\r\n`);
  assert.match(await get("127.0.0.1"), /^HTTP\/1\.1 200 /);
  // URLs know more ways to write an address; they are all the same to us.
  assert.match(await get("0x7f.1"), /^HTTP\/1\.1 200 /);
  for (const host of ["127.0.0.2", "localhost", "[::1]", "10.0.0.1", "[::ffff:127.0.0.1]", "0"]) {
    assert.match(await get(host), /not_allowed_local/, host);
  }
});

Deno.test("http: the proxy does not talk to itself", async () => {
  await using rig = await openNetworkRig({ settings: { allowedDomains: ["*"] } });
  const [, port] = rig.proxy.httpAddress.split(":");
  for (const host of ["127.0.0.1", "127.0.0.9", "0.0.0.0", "[::1]"]) {
    const answer = await rig.ask(`GET http://${host}:${port}/ HTTP/1.1\r\n\r\n`);
    assert.match(answer, /not_allowed_local/, host);
  }
});

Deno.test("http: the decider judges what no pattern names, and that alone", async () => {
  const asked: string[] = [];
  await using rig = await openNetworkRig({
    settings: { deniedDomains: ["denied.test"], allowLocalBinding: false },
    names: { "inside.test": ["10.0.0.1"] },
    decider: {
      decide: ({ host, attemptId }) => {
        asked.push(`${host} ${attemptId}`);
        if (host === "broken.test") return Promise.reject(new Error("no"));
        return Promise.resolve(
          host === "ask.test" ? { kind: "ask", reason: "not_allowed" } : { kind: "allow" },
        );
      },
    },
  });
  const answers: string[] = [];
  for (const host of ["denied.test", "127.0.0.1", "ask.test", "inside.test", "broken.test"]) {
    const answer = await rig.ask(`GET http://${host}/ HTTP/1.1\r\n\r\n`);
    const { reason, source, decision } = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")));
    answers.push([reason, source, decision].join(" "));
  }
  assert.deepEqual(answers, [
    "denied baseline_policy deny",
    "not_allowed_local baseline_policy deny",
    "not_allowed decider ask",
    "not_allowed_local baseline_policy deny",
    "not_allowed decider deny",
  ]);
  assert.deepEqual(asked, ["ask.test null", "inside.test null", "broken.test null"]);
});

Deno.test("http: Unix sockets by header, when their path is allowed", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const path = `${folder}/a.sock`;
  const seen: string[] = [];
  const server = Deno.serve({ path, onListen: () => {} }, (request) => {
    seen.push(request.headers.get("x-unix-socket") ?? "none");
    return new Response(`from the socket ${new URL(request.url).pathname}`);
  });
  await Deno.symlink(path, `${folder}/link.sock`);
  await using rig = await openNetworkRig({ settings: { allowUnixSockets: [path] } });
  const get = (socket: string, method = "GET") =>
    rig.ask(`${method} http://localhost/v1 HTTP/1.1\r\nX-Unix-Socket: ${socket}\r\n\r\n`);
  assert.match(await get(path), /^HTTP\/1\.1 200 [^]*from the socket \/v1$/);
  assert.match(await get(`${folder}/link.sock`), /^HTTP\/1\.1 200 /);
  for (const socket of [`${folder}/b.sock`, "a.sock", `${folder}/../x.sock`, ""]) {
    assert.match(await get(socket), /^HTTP\/1\.1 403 [^]*blocked$/, socket);
  }
  rig.proxy.update({ ...rig.proxy.settings, mode: "limited" });
  assert.match(await get(path, "POST"), /^HTTP\/1\.1 403 [^]*blocked-by-method-policy/);
  assert.deepEqual(seen, ["none", "none"]);
  await server.shutdown();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("http: a link in the place of an allowed Unix socket leads nowhere else", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const [path, other, later] = ["a", "b", "c"].map((name) => `${folder}/${name}.sock`) as [
    string,
    string,
    string,
  ];
  const open = (path: string, text: string) =>
    Deno.serve({ path, onListen: () => {} }, () => new Response(text));
  const servers = [open(path, "the allowed one"), open(other, "the other one")];
  await using rig = await openNetworkRig({ settings: { allowUnixSockets: [path, later] } });
  const get = (socket: string) =>
    rig.ask(`GET http://localhost/ HTTP/1.1\r\nX-Unix-Socket: ${socket}\r\n\r\n`);
  assert.match(await get(path), /the allowed one$/);
  assert.match(await get(later), /^HTTP\/1\.1 403 /);
  servers.push(open(later, "made later"));
  assert.match(await get(later), /made later$/);
  for (const socket of [path, later]) {
    await Deno.remove(socket);
    await Deno.symlink(other, socket);
    assert.match(await get(socket), /^HTTP\/1\.1 403 [^]*blocked$/);
    rig.proxy.update(rig.proxy.settings);
    assert.match(await get(socket), /^HTTP\/1\.1 403 [^]*blocked$/);
  }
  await Promise.all(servers.map((server) => server.shutdown()));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("http: an upstream proxy gets names and tunnels, and its credentials", async () => {
  const heads: string[] = [];
  const upstream = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of upstream) {
      const bytes = new Uint8Array(4096);
      const head = new TextDecoder().decode(bytes.subarray(0, await connection.read(bytes) ?? 0));
      heads.push(head);
      const answer = head.startsWith("CONNECT")
        ? "HTTP/1.1 200 OK\r\n\r\nhello from the tunnel"
        : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
      await connection.write(new TextEncoder().encode(answer));
      connection.close();
    }
  })();
  const proxy = {
    tls: false,
    host: "127.0.0.1",
    port: upstream.addr.port,
    authorization: "Basic eDp5",
  };
  await using rig = await openNetworkRig({
    settings: { allowedDomains: ["*"] },
    upstream: { http: proxy, https: proxy, direct: ["direct.test"] },
  });
  assert.match(await rig.ask("GET http://far.test/a HTTP/1.1\r\n\r\n"), /ok$/);
  const connection = await rig.connect();
  await connection.write(new TextEncoder().encode("CONNECT far.test:443 HTTP/1.1\r\n\r\n"));
  await connection.closeWrite();
  assert.match(await readAll(connection), /^HTTP\/1\.1 200 [^]*hello from the tunnel$/);
  assert.match(await rig.ask("GET http://direct.test/ HTTP/1.1\r\n\r\n"), /^HTTP\/1\.1 502 /);
  assert.match(heads[0] ?? "", /^GET http:\/\/far\.test\/a HTTP\/1\.1\r\n[^]*Basic eDp5/);
  assert.match(heads[1] ?? "", /^CONNECT far\.test:443 HTTP\/1\.1\r\n[^]*Basic eDp5/);
  assert.equal(heads.length, 2);
  upstream.close();
  await serving;
});
