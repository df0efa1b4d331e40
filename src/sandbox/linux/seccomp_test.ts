import assert from "node:assert/strict";
import { assemble } from "./bpf.ts";
import { type NetworkFilter, seccompFilter } from "./seccomp.ts";
import { AUDIT_ARCHITECTURE, type Machine, type SyscallName, syscallNumber } from "./syscalls.ts";

const MACHINES: readonly Machine[] = ["x86_64", "aarch64"];
const NETWORKS: readonly NetworkFilter[] = ["private", "none", "open"];
const ALLOW = 0x7fff0000;
const EPERM = 0x00050001;
const ENOSYS = 0x00050026;
const KILL = 0x80000000;

/** Runs a program the way the kernel does, on the bytes that the kernel gets. */
function interpret(program: Uint8Array<ArrayBuffer>, data: Uint8Array<ArrayBuffer>): number {
  const code = new DataView(program.buffer);
  const input = new DataView(data.buffer);
  let accumulator = 0;
  for (let at = 0; at < program.length / 8; at++) {
    const k = code.getUint32(at * 8 + 4, true);
    const skip = (condition: boolean): number => code.getUint8(at * 8 + (condition ? 2 : 3));
    switch (code.getUint16(at * 8, true)) {
      case 0x20:
        accumulator = input.getUint32(k, true);
        break;
      case 0x54:
        accumulator = (accumulator & k) >>> 0;
        break;
      case 0x15:
        at += skip(accumulator === k);
        break;
      case 0x35:
        at += skip(accumulator >= k);
        break;
      case 0x45:
        at += skip((accumulator & k) !== 0);
        break;
      case 0x06:
        return k;
      default:
        throw new Error("not an instruction that seccomp takes");
    }
  }
  throw new Error("ran off the end");
}

function call(
  machine: Machine,
  network: NetworkFilter,
  name: SyscallName | number,
  args: readonly (number | bigint)[] = [],
  architecture: number = AUDIT_ARCHITECTURE[machine],
  isRoot = false,
): number {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, typeof name === "number" ? name : syscallNumber(name, machine), true);
  data.setUint32(4, architecture, true);
  args.forEach((value, index) => data.setBigUint64(16 + 8 * index, BigInt(value), true));
  return interpret(seccompFilter(machine, network, isRoot), new Uint8Array(data.buffer));
}

Deno.test("seccomp: ordinary calls pass and dangerous ones do not, whatever the network", () => {
  for (const machine of MACHINES) {
    for (const network of NETWORKS) {
      // read, close and getpid by number, and an unknown number of a newer kernel.
      const ordinary = machine === "x86_64" ? [0, 3, 39, 59, 600] : [63, 57, 172, 221, 600];
      for (const number of ordinary) assert.equal(call(machine, network, number), ALLOW);
      for (
        const name of [
          "ptrace",
          "process_vm_writev",
          "io_uring_setup",
          "keyctl",
          "bpf",
          "unshare",
          "mount",
          "move_mount",
          "pidfd_getfd",
        ] as const
      ) assert.equal(call(machine, network, name), EPERM, `${machine} ${network} ${name}`);
      assert.equal(call(machine, network, "clone3"), ENOSYS);
    }
  }
});

Deno.test("seccomp: another calling convention kills, an x32 number is refused", () => {
  assert.equal(call("x86_64", "open", 0, [], 0x40000003), KILL);
  assert.equal(call("aarch64", "open", 63, [], AUDIT_ARCHITECTURE.x86_64), KILL);
  assert.equal(call("x86_64", "open", 0x40000000 + 41), EPERM);
  assert.equal(call("x86_64", "open", 0xffffffff), EPERM);
});

Deno.test("seccomp: threads and children may be made, namespaces may not", () => {
  const thread = 0x3d0f00;
  const newUser = 0x10000000;
  for (const machine of MACHINES) {
    assert.equal(call(machine, "private", "clone", [thread]), ALLOW);
    assert.equal(call(machine, "private", "clone", [0x1200011]), ALLOW);
    assert.equal(call(machine, "private", "clone", [newUser | 17]), EPERM);
  }
});

Deno.test("seccomp: terminal input cannot be forged, other ioctls pass", () => {
  for (const machine of MACHINES) {
    assert.equal(call(machine, "open", "ioctl", [0, 0x5401]), ALLOW);
    assert.equal(call(machine, "open", "ioctl", [0, 0x5412]), EPERM);
    assert.equal(call(machine, "open", "ioctl", [0, 0x541c]), EPERM);
    // The kernel drops the upper half of a request, so it must not hide one.
    assert.equal(call(machine, "open", "ioctl", [0, 0xdead_0000_5412n]), EPERM);
  }
});

Deno.test("seccomp: root makes no program that runs as root for others", () => {
  const calls = { chmod: 1, fchmod: 1, fchmodat: 2, fchmodat2: 2 } as const;
  for (const machine of MACHINES) {
    for (const network of NETWORKS) {
      for (const [name, place] of Object.entries(calls) as [keyof typeof calls, number][]) {
        if (name === "chmod" && machine === "aarch64") continue;
        const set = (mode: number, isRoot: boolean): number => {
          const args = [0xffff, 0xffff, 0xffff, 0xffff].map((other, index) =>
            index < place ? other : index === place ? mode : 0
          );
          return call(machine, network, name, args, AUDIT_ARCHITECTURE[machine], isRoot);
        };
        for (const mode of [0o4755, 0o6755, 0o104000]) {
          assert.equal(set(mode, true), EPERM, name);
          assert.equal(set(mode, false), ALLOW, name);
        }
        for (const mode of [0o755, 0o2775, 0o1777]) assert.equal(set(mode, true), ALLOW, name);
      }
    }
  }
});

Deno.test("seccomp: requests that change what was opened for reading are refused where no mount does", () => {
  const clones = [0x40049409, 0x4020940d, 0xc0189436];
  // Flags, extended flags, verity; subvolumes of btrfs and bcachefs.
  const changes = [
    ...[0x40086602, 0x40046602, 0x401c5820, 0x40806685, 0x5000940e, 0x4030bc10],
    ...[0x40087602, 0x40047602, 0x40086604, 0x40046604, 0x800c6613, 0xc0406618],
  ];
  for (const machine of MACHINES) {
    for (const network of ["none", "open"] as const) {
      const ioctl = (request: number) => call(machine, network, "ioctl", [3, request]);
      for (const request of changes) assert.equal(ioctl(request), EPERM);
      for (const request of [...clones, 0x80086601, 0x541b]) assert.equal(ioctl(request), ALLOW);
      assert.equal(call(machine, network, "file_setattr"), EPERM);
    }
    for (const request of changes) {
      assert.equal(call(machine, "private", "ioctl", [3, request]), ALLOW);
    }
  }
});

Deno.test("seccomp: limits of others stay theirs, and so does the mark of the command", () => {
  const [CORE, LOCKS] = [4, 10];
  for (const machine of MACHINES) {
    for (const network of ["none", "open"] as const) {
      const set = (...args: (number | bigint)[]) => call(machine, network, "prlimit64", args);
      assert.equal(set(0, CORE, 1, 0), ALLOW);
      assert.equal(set(1234, CORE, 0, 1), EPERM);
      assert.equal(set(0, LOCKS, 0, 1), ALLOW, "only a look");
      assert.equal(set(0, LOCKS, 1, 0), EPERM);
      assert.equal(set(0, LOCKS, 0x1_0000_0000n, 0), EPERM, "an address whose lower half is 0");
      assert.equal(set(0, 0xdead_0000_000an, 1, 0), EPERM, "the kernel drops the upper half");
      assert.equal(call(machine, network, "setrlimit", [CORE, 1]), ALLOW);
      assert.equal(call(machine, network, "setrlimit", [LOCKS, 1]), EPERM);
    }
    assert.equal(call(machine, "private", "prlimit64", [0, LOCKS, 1, 0]), ALLOW);
  }
});

const [UNIX, INET, INET6, NETLINK, PACKET, VSOCK] = [1, 2, 10, 16, 17, 40] as const;
const [STREAM, DGRAM, RAW, SEQPACKET, CLOEXEC] = [1, 2, 3, 5, 0x80000] as const;

Deno.test("seccomp: with a private network, internet sockets pass and doors to the host do not", () => {
  for (const machine of MACHINES) {
    const socket = (...args: number[]): number => call(machine, "private", "socket", args);
    for (const family of [INET, INET6]) {
      assert.equal(socket(family, STREAM), ALLOW);
      assert.equal(socket(family, DGRAM | CLOEXEC), ALLOW);
    }
    for (const family of [UNIX, NETLINK, PACKET, VSOCK, 0]) {
      assert.equal(socket(family, STREAM), EPERM);
    }
    for (const name of ["connect", "bind", "listen", "accept4"] as const) {
      assert.equal(call(machine, "private", name), ALLOW);
    }
  }
});

Deno.test("seccomp: without a network, only connected Unix sockets", () => {
  for (const machine of MACHINES) {
    const socket = (...args: number[]): number => call(machine, "none", "socket", args);
    assert.equal(socket(UNIX, STREAM | CLOEXEC), ALLOW);
    assert.equal(socket(UNIX, SEQPACKET), ALLOW);
    assert.equal(socket(UNIX, DGRAM), EPERM);
    assert.equal(socket(UNIX, RAW), EPERM, "the kernel makes a datagram socket of it");
    for (const family of [INET, INET6, NETLINK, PACKET, VSOCK]) {
      assert.equal(socket(family, STREAM), EPERM);
    }
    for (const name of ["connect", "bind", "listen", "accept", "accept4"] as const) {
      assert.equal(call(machine, "none", name), EPERM);
    }
  }
});

Deno.test("seccomp: socket pairs that cannot address others pass under every policy", () => {
  for (const machine of MACHINES) {
    for (const network of ["private", "none"] as const) {
      const pair = (...args: number[]): number => call(machine, network, "socketpair", args);
      assert.equal(pair(UNIX, STREAM | CLOEXEC), ALLOW);
      assert.equal(pair(UNIX, SEQPACKET), ALLOW);
      assert.equal(pair(UNIX, DGRAM | CLOEXEC), EPERM);
      assert.equal(pair(UNIX, RAW), EPERM);
      assert.equal(pair(INET, STREAM), EPERM);
    }
    assert.equal(call(machine, "open", "socket", [NETLINK, RAW]), ALLOW);
    assert.equal(call(machine, "open", "socketpair", [UNIX, DGRAM]), ALLOW);
  }
});

Deno.test("bpf: refuses labels it cannot reach", () => {
  const jump = { op: "jump", when: "equal", value: 1, then: "end" } as const;
  const end = [{ op: "label", name: "end" }, { op: "return", value: 0 }] as const;
  const filler = (count: number) =>
    Array.from({ length: count }, () => ({ op: "load", offset: 0 } as const));
  assert.equal(assemble([jump, ...filler(255), ...end]).length, 257 * 8);
  assert.throws(() => assemble([jump, ...filler(256), ...end]), RangeError);
  assert.throws(() => assemble([jump]), RangeError);
  assert.throws(() => assemble([...end, jump]), RangeError);
  assert.throws(() => assemble([...end, ...end]), RangeError);
});
