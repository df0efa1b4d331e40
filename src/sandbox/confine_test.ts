import assert from "node:assert/strict";
import { join } from "node:path";
import type { SandboxPolicy } from "../protocol/mod.ts";
import {
  openSandboxRig,
  probeBoth,
  READ_ONLY,
  type SandboxRig,
  SELF,
  WORKSPACE_ONLY,
} from "../../tests/support/sandbox_rig.ts";

/** What every backend must do; the tests of one backend alone are beside it. */
const backends = Deno.build.os === "linux" ? await probeBoth() : null;
const python = await findPython();

for (const [kind, { backend, ignore, reason }] of Object.entries(backends ?? {})) {
  const test = (name: string, body: (rig: SandboxRig) => Promise<void>): void =>
    Deno.test({
      name: `${kind}: ${name}${reason}`,
      ignore,
      fn: async () => {
        await using rig = await openSandboxRig(backend);
        await body(rig);
      },
    });

  test("writes in the workspace, and nowhere else", async (rig) => {
    await Deno.writeTextFile(join(rig.outside, "file"), "before");
    await Deno.symlink(rig.outside, join(rig.workspace, "way-out"));
    const outside = rig.outside;
    assert.deepEqual(
      await rig.attempts({
        create: "echo x > new && mkdir -p a/b && mv new a/b/moved && rm a/b/moved",
        link: "echo x > one && ln one two && ln -s one three",
        readOutside: `test "$(cat ${outside}/file)" = before`,
        devNull: "echo x > /dev/null",
        createOutside: `echo x > ${outside}/new`,
        overwriteOutside: `echo x > ${outside}/file`,
        truncateOutside: `: > ${outside}/file`,
        removeOutside: `rm -f ${outside}/file`,
        renameOutside: `mv ${outside}/file ${outside}/moved`,
        mkdirOutside: `mkdir ${outside}/folder`,
        throughLink: "echo x > way-out/new",
        throughRoot: `echo x > /proc/self/root${outside}/new`,
        moveIn: `mv ${outside}/file stolen`,
        hardLink: `ln ${outside}/file hard && echo x > hard`,
      }),
      {
        create: true,
        link: true,
        readOutside: true,
        devNull: true,
        createOutside: false,
        overwriteOutside: false,
        truncateOutside: false,
        removeOutside: false,
        renameOutside: false,
        mkdirOutside: false,
        throughLink: false,
        throughRoot: false,
        moveIn: false,
        hardLink: false,
      },
    );
    assert.equal(await Deno.readTextFile(join(rig.outside, "file")), "before");
  });

  test("read-only reads and runs, and writes nothing", async (rig) => {
    const answers = await rig.attempts({
      read: "ls / && cat /etc/passwd",
      pipe: 'test "$(echo a | tr a b)" = b',
      write: "echo x > file",
      writeTmp: `echo x > ${rig.base}/file`,
    }, { policy: READ_ONLY });
    assert.deepEqual(answers, { read: true, pipe: true, write: false, writeTmp: false });
  });

  test("extra roots and the policy's folder count, the command's folder does not", async (rig) => {
    const extra = join(rig.base, "extra");
    await Deno.mkdir(extra);
    const answers = await rig.attempts({
      here: "echo x > file",
      policyFolder: `echo x > ${rig.workspace}/file`,
      extra: `echo x > ${extra}/file`,
      cwd: `test "$(pwd)" = ${rig.outside}`,
    }, {
      cwd: rig.outside,
      policy: { ...WORKSPACE_ONLY, writableRoots: [extra, join(rig.base, "missing")] },
    });
    assert.deepEqual(answers, { here: false, policyFolder: true, extra: true, cwd: true });
  });

  test("exit codes and arguments pass through exactly", async (rig) => {
    const script = 'printf "%s|" "$@"; exit 7';
    const args = ["", "--", "-x", "a b", "ü", "$HOME", "new\nline"];
    const result = await rig.run(["/bin/sh", "-c", script, "sh", ...args]);
    assert.equal(result.stdout, args.join("|") + "|");
    assert.equal(result.code, 7);
  });

  test("says in the environment that there is no network, and only then", async (rig) => {
    const script = "echo ${CODEX_SANDBOX_NETWORK_DISABLED:-unset}";
    const off = await rig.run(["/bin/sh", "-c", script]);
    const on = await rig.run(["/bin/sh", "-c", script], {
      policy: { ...WORKSPACE_ONLY, networkAccess: true },
    });
    assert.deepEqual([off.stdout, on.stdout], ["1\n", "unset\n"]);
  });

  test("reaches a server of the host only when the policy has the network", async (rig) => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const accepting = (async () => {
      for await (const connection of listener) connection.close();
    })();
    const code = `await Deno.connect({ port: ${listener.addr.port} })`;
    const argv = [Deno.execPath(), "eval", "--no-config", code];
    const off = await rig.run(argv);
    assert.notEqual(off.code, 0);
    const on = await rig.run(argv, { policy: { ...WORKSPACE_ONLY, networkAccess: true } });
    assert.equal(on.code, 0, on.stderr);
    listener.close();
    await accepting;
  });

  test("has no privileges to gain and a filter in place", async (rig) => {
    for (const networkAccess of [false, true]) {
      const { stdout } = await rig.run(["cat", "/proc/self/status"], {
        policy: { ...WORKSPACE_ONLY, networkAccess },
      });
      assert.match(stdout, /^NoNewPrivs:\s+1$/m);
      assert.match(stdout, /^Seccomp:\s+2$/m);
      // Nothing but the rights over files may be left, and those only of root.
      const effective = /^CapEff:\s+([0-9a-f]+)$/m.exec(stdout)?.[1];
      assert.equal(BigInt(`0x${effective}`) & ~0xbn, 0n);
      // SIGPIPE has its effect: the runtime ignores it, and commands would inherit that.
      const ignored = /^SigIgn:\s+([0-9a-f]+)$/m.exec(stdout)?.[1];
      assert.equal(BigInt(`0x${ignored}`) & (1n << 12n), 0n);
    }
  });

  test("changes nothing of the machine", async (rig) => {
    const answers = await rig.attempts({
      read: "cat /proc/sys/kernel/hostname",
      output:
        "echo x > /dev/stdout && echo x > own && echo y 3<>own > /proc/self/fd/3 && grep y own",
      write: "cat /proc/sys/kernel/hostname > /proc/sys/kernel/hostname",
      unshare: "unshare -U true",
      mount: "mount -t tmpfs none .",
      device: "mknod disk b 8 0",
    });
    const nothing = { write: false, unshare: false, mount: false, device: false };
    assert.deepEqual(answers, { read: true, output: true, ...nothing });
  });

  test("descriptors that this program inherited do not reach commands", async (rig) => {
    await Deno.writeTextFile(join(rig.outside, "secret"), "secret");
    const read = async (policy: SandboxPolicy): Promise<string> => {
      const held = JSON.stringify({
        backend,
        self: SELF,
        stateDir: join(rig.base, "state"),
        request: rig.request(["/bin/sh", "-c", "cat <&7 2>/dev/null; echo end"], { policy }),
      });
      const { stdout } = await new Deno.Command("/bin/sh", {
        args: ["-c", `exec 7<${rig.outside}/secret; exec "$@"`, "sh", ...SELF.argv, "hold", held],
        env: { ...SELF.env },
      }).output();
      return new TextDecoder().decode(stdout);
    };
    assert.equal(await read({ type: "danger-full-access" }), "secretend\n");
    assert.equal(await read(WORKSPACE_ONLY), "end\n");
  });

  const pythonReason = python === null ? " (ignored: no python3)" : "";
  Deno.test({
    name:
      `${kind}: devices, terminals, socket pairs and child processes work${reason}${pythonReason}`,
    ignore: ignore || python === null,
    fn: async () => {
      await using rig = await openSandboxRig(backend);
      const result = await rig.run([python ?? "", "-c", PYTHON_NEEDS]);
      assert.deepEqual(result, { code: 0, stdout: "fine\n", stderr: "" });
    },
  });

  Deno.test({
    name: `${kind}: no way to other processes and daemons${reason}${pythonReason}`,
    ignore: ignore || python === null,
    fn: async () => {
      await using rig = await openSandboxRig(backend);
      const result = await rig.run([python ?? "", "-c", PYTHON_MUST_NOT]);
      assert.deepEqual(result, { code: 0, stdout: "refused\n".repeat(6), stderr: "" });
    },
  });
}

async function findPython(): Promise<string | null> {
  for (const path of ["/usr/bin/python3", "/usr/local/bin/python3"]) {
    if (await Deno.stat(path).then(() => true, () => false)) return path;
  }
  return null;
}

const PYTHON_NEEDS = `
import asyncio, os, pty, socket
assert len(open("/dev/urandom", "rb").read(4)) == 4
master, slave = pty.openpty()
os.write(slave, b"x")
assert os.read(master, 1) == b"x"
left, right = socket.socketpair()
left.send(b"y")
assert right.recv(1) == b"y"
async def main():
    child = await asyncio.create_subprocess_exec("echo", "z", stdout=asyncio.subprocess.PIPE)
    out, _ = await child.communicate()
    assert out == b"z\\n"
asyncio.run(main())
print("fine")
`;

const PYTHON_MUST_NOT = `
import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def refused(attempt):
    try:
        attempt()
    except PermissionError:
        print("refused")
def call(*args):
    if libc.syscall(*args) < 0:
        raise OSError(ctypes.get_errno(), "refused")
arm = os.uname().machine == "aarch64"
refused(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
refused(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
refused(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
refused(lambda: call(117 if arm else 101, 0, 0, 0, 0))
refused(lambda: call(425, 1, 0))
refused(lambda: call(219 if arm else 250, 0, -3, 0))
`;
