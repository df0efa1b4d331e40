import assert from "node:assert/strict";
import { join } from "node:path";
import {
  endsAfterKill,
  openSandboxRig,
  probeBoth,
  WORKSPACE_ONLY,
} from "../../tests/support/sandbox_rig.ts";
import { openNetworkRig } from "../../tests/support/network_rig.ts";

const probed = Deno.build.os === "linux" ? (await probeBoth()).bubblewrap : null;
const reason = probed === null ? " (ignored: not Linux)" : probed.reason;

/** Speaks to the proxy as any client would: by the variables that were handed to it. */
const CLIENT = `
const { hostname, port } = new URL(Deno.env.get("HTTP_PROXY"));
async function ask(method, target) {
  const connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(
    method + " " + target + " HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"));
  const status = new TextDecoder().decode((await readSome(connection))).split(" ")[1];
  connection.close();
  return status;
}
async function readSome(connection) {
  const bytes = new Uint8Array(4096);
  return bytes.subarray(0, await connection.read(bytes) ?? 0);
}
async function socks(port, host, toPort) {
  const connection = await Deno.connect({ hostname, port });
  await connection.write(Uint8Array.of(5, 1, 0));
  await readSome(connection);
  const name = new TextEncoder().encode(host);
  await connection.write(Uint8Array.of(5, 1, 0, 3, name.length, ...name, toPort >> 8, toPort & 255));
  const reply = (await readSome(connection))[1];
  connection.close();
  return reply;
}
async function direct(port) {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return "connected";
  } catch {
    return "refused";
  }
}
const origin = Number(Deno.args[0]);
const socksPort = Number(new URL(Deno.env.get("ALL_PROXY")).port);
console.log(JSON.stringify([
  await ask("GET", "http://allowed.test:" + origin + "/"),
  await ask("GET", "http://other.test/"),
  await ask("CONNECT", "allowed.test:" + origin),
  await socks(socksPort, "allowed.test", origin),
  await socks(socksPort, "other.test", 80),
  await direct(origin),
]));`;

for (const networkAccess of [false, true]) {
  Deno.test({
    name:
      `bridge: from a network namespace to the proxy and nowhere else, network ${networkAccess}${reason}`,
    ignore: probed === null || probed.ignore,
    fn: async () => {
      await using sandbox = await openSandboxRig(probed?.backend ?? assert.fail());
      await using rig = await openNetworkRig({
        settings: { allowedDomains: ["allowed.test"] },
        names: { "allowed.test": ["127.0.0.1"] },
        bridgeDir: join(sandbox.base, "bridge"),
      });
      await Deno.writeTextFile(join(sandbox.workspace, "client.js"), CLIENT);
      const argv = [Deno.execPath(), "run", "-A", "--no-config", "client.js", `${rig.originPort}`];
      const { env } = sandbox.request(argv);
      const result = await sandbox.run(argv, {
        env: rig.proxy.environment(env),
        policy: { ...WORKSPACE_ONLY, networkAccess },
        bridge: rig.proxy.bridge,
      });
      assert.deepEqual(
        [result.stdout.trim(), result.code],
        ['["200","403","200",0,2,"refused"]', 0],
        result.stderr,
      );
      // The runtime itself asks for its own news by the same proxy.
      const asked = rig.audit.filter(({ host }) => host.endsWith(".test"));
      assert.deepEqual(asked.map((entry) => entry.client), Array(5).fill("bridge"));
    },
  });
}

Deno.test({
  name: `bridge: exit codes, arguments, stdin and the environment pass through${reason}`,
  ignore: probed === null || probed.ignore,
  fn: async () => {
    await using sandbox = await openSandboxRig(probed?.backend ?? assert.fail());
    await using rig = await openNetworkRig({ bridgeDir: join(sandbox.base, "bridge") });
    const script =
      'printf "%s|" "$@"; env | grep -c ^NOT_THERE=; ls /proc | grep -c "^[0-9]"; exit 7';
    const result = await sandbox.run(["/bin/sh", "-c", script, "sh", "", "--", "a b", "$HOME"], {
      bridge: rig.proxy.bridge,
    });
    const [line = "", processes] = result.stdout.split("\n");
    assert.equal(line, "|--|a b|$HOME|0");
    // The bridge is not among them.
    assert.ok(Number(processes) < 8, processes);
    assert.equal(result.code, 7);
  },
});

Deno.test({
  name: `bridge: nothing of it is left after SIGKILL${reason}`,
  ignore: probed === null || probed.ignore,
  fn: async () => {
    await using sandbox = await openSandboxRig(probed?.backend ?? assert.fail());
    await using rig = await openNetworkRig({ bridgeDir: join(sandbox.base, "bridge") });
    await using confined = await sandbox.confine(
      ["/bin/sh", "-c", "setsid sleep 60 & echo ready; wait"],
      { bridge: rig.proxy.bridge },
    );
    await endsAfterKill(confined.argv, confined.env);
  },
});

const python = await Deno.stat("/usr/bin/python3").then(() => true, () => false);

/** Starts argv on a new terminal, presses Ctrl-C once it says READY, and tells how it ended. */
const ON_TERMINAL = `
import os, pty, signal, sys
signal.alarm(60)
pid, master = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
seen, pressed = b"", False
while True:
    try:
        data = os.read(master, 4096)
    except OSError:
        break
    seen += data
    if b"READY" in seen and not pressed:
        pressed = True
        os.write(master, b"\\x03")
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), "TRAPPED" in seen.decode())
`;

Deno.test({
  name: `bridge: Ctrl-C on a terminal is the command's alone${reason}${
    python ? "" : " (ignored: no python3)"
  }`,
  ignore: probed === null || probed.ignore || !python,
  fn: async () => {
    await using sandbox = await openSandboxRig(probed?.backend ?? assert.fail());
    await using rig = await openNetworkRig({ bridgeDir: join(sandbox.base, "bridge") });
    const script = "trap 'echo TRAPPED; exit 7' INT; echo READY; sleep 1000 & wait";
    await using confined = await sandbox.confine(["/bin/sh", "-c", script], {
      tty: true,
      bridge: rig.proxy.bridge,
    });
    const output = await new Deno.Command("/usr/bin/python3", {
      args: ["-c", ON_TERMINAL, ...confined.argv],
      env: { ...confined.env },
      stdin: "null",
    }).output();
    assert.equal(new TextDecoder().decode(output.stdout), "7 True\n");
  },
});
