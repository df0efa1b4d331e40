import { AT_FDCWD, call, longs, opens, words } from "../support/kernel.ts";
import { type Attempt, textOf, works } from "./attempt.ts";

const MS_REMOUNT_BIND = 0x20 | 0x1000;
const MS_BIND = 0x1000;
const OPEN_TREE_CLONE = 1;
const CLONE_NEWNS = 0x20000;
const SYSLOG_READ_ALL = 3;
const UFFD_USER_MODE_ONLY = 1;
const O_WRONLY = 1;
const O_RDWR = 2;
/** Firmware shows its progress there; nobody listens. */
const DIAGNOSTIC_PORT = 0x80;

/** Writes what is there already: enough to see whether it could be something else. */
const rewrite = (path: string): boolean => {
  const text = textOf(path);
  return text !== null && works(() => Deno.writeTextFileSync(path, text, { create: false }));
};

/** A file opened by its number instead of its path. */
function openByHandle(path: string): boolean {
  const handle = new Uint8Array(136);
  new DataView(handle.buffer).setUint32(0, 128, true);
  if (call("name_to_handle_at", AT_FDCWD, path, handle, new Uint8Array(4), 0) !== 0) return false;
  const folder = call("openat", AT_FDCWD, path.replace(/\/[^/]*$/, ""), 0, 0);
  return opens("open_by_handle_at", folder, handle, 2);
}

/** mov eax, getpid; int 0x80 */
const GETPID_32 = [0xb8, 20, 0, 0, 0, 0xcd, 0x80];
/** mov eax, getpid; syscall */
const GETPID_64 = [0xb8, 39, 0, 0, 0, 0x0f, 0x05];
const GETPID_X32 = [0xb8, 39, 0, 0, 0x40, 0x0f, 0x05];
/** test eax, eax; setle dil; movzx edi, dil; mov eax, exit; syscall: exit code 0 for a positive answer. */
const EXIT = [0x85, 0xc0, 0x40, 0x0f, 0x9e, 0xc7, 0x40, 0x0f, 0xb6, 0xff, 0xb8, 60, 0, 0, 0, 15, 5];

/** Makes the smallest program that there is for x86_64, and starts it: a header, one segment, the code. */
function runsCode(path: string, code: readonly number[]): boolean {
  if (Deno.build.arch !== "x86_64") return code === GETPID_64;
  const [header, segment, base] = [64, 56, 0x400000n];
  const bytes = new Uint8Array([...new Uint8Array(header + segment), ...code, ...EXIT]);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 62, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, base + BigInt(header + segment), true);
  view.setBigUint64(32, BigInt(header), true);
  view.setUint16(52, header, true);
  view.setUint16(54, segment, true);
  view.setUint16(56, 1, true);
  view.setUint32(header, 1, true);
  view.setUint32(header + 4, 5, true);
  view.setBigUint64(header + 16, base, true);
  view.setBigUint64(header + 24, base, true);
  view.setBigUint64(header + 32, BigInt(bytes.length), true);
  view.setBigUint64(header + 40, BigInt(bytes.length), true);
  view.setBigUint64(header + 48, 0x1000n, true);
  Deno.writeFileSync(path, bytes, { mode: 0o755 });
  return new Deno.Command(path, { stdin: "null" }).outputSync().success;
}

export const MACHINE_ATTEMPTS: readonly Attempt[] = [
  {
    name: "mount something",
    act: ({ inside }) =>
      works(() => Deno.mkdirSync(`${inside}/mount`)) &&
      call("mount", "none", `${inside}/mount`, "tmpfs", 0, 0) === 0 &&
      call("umount2", `${inside}/mount`, 2) === 0,
    root: true,
  },
  {
    name: "make the root folder writable",
    act: ({ outside }) =>
      call("mount", outside, outside, 0, MS_BIND, 0) === 0 &&
      call("mount", 0, outside, 0, MS_REMOUNT_BIND, 0) === 0 &&
      call("umount2", outside, 2) === 0,
    root: true,
  },
  {
    name: "copy the tree of mounts",
    act: () => opens("open_tree", AT_FDCWD, "/", OPEN_TREE_CLONE),
    root: true,
  },
  {
    name: "reach the hardware past the kernel",
    act: () =>
      call("ioperm", DIAGNOSTIC_PORT, 1, 1) === 0 && call("ioperm", DIAGNOSTIC_PORT, 1, 0) === 0,
    root: true,
    optional: "only some processors have such ports",
  },
  {
    name: "open the disk itself for writing",
    act: () => {
      const disk = /^\s*\d+\s+\d+\s+\d+\s+(\S+)$/m.exec(textOf("/proc/partitions") ?? "")?.[1];
      return disk !== undefined && opens("openat", AT_FDCWD, `/dev/${disk}`, O_WRONLY, 0);
    },
    root: true,
    optional: "no disk is seen in a container",
  },
  {
    name: "write to the kernel's log",
    act: () => opens("openat", AT_FDCWD, "/dev/kmsg", O_WRONLY, 0),
    root: true,
    optional: "a container has no such file",
  },
  {
    name: "stop the accounting of processes",
    act: () => call("acct", 0) === 0,
    root: true,
    optional: "the kernel is built without it",
  },
  {
    name: "copy the tree of mounts by the newest call",
    act: () => opens("open_tree_attr", AT_FDCWD, "/", OPEN_TREE_CLONE, 0, 0),
    root: true,
    optional: "kernels before 6.15 do not have it",
  },
  {
    name: "change the root folder",
    act: () => call("chroot", "/") === 0,
    root: true,
  },
  {
    name: "enter the namespaces of another process",
    act: ({ victim }) => {
      const space = call("openat", AT_FDCWD, `/proc/${victim}/ns/uts`, 0, 0);
      return space >= 0 && call("setns", space, 0) === 0;
    },
    root: true,
  },
  {
    name: "press the kernel's keys",
    act: () => opens("openat", AT_FDCWD, "/proc/sysrq-trigger", O_WRONLY, 0),
    root: true,
    optional: "the kernel has none",
  },
  {
    name: "say which program the kernel starts for a module",
    act: () => rewrite("/proc/sys/kernel/modprobe"),
    root: true,
    optional: "the kernel has no modules",
  },
  {
    name: "make a control group",
    act: ({ mark }) =>
      ["", "/unified", "/pids", "/cpu"].some((folder) =>
        works(() => {
          Deno.mkdirSync(`/sys/fs/cgroup${folder}/${mark}`);
          Deno.removeSync(`/sys/fs/cgroup${folder}/${mark}`);
        })
      ),
    root: true,
    optional: "groups are not for this container to make",
  },
  {
    name: "make a disk of a file",
    act: () => opens("openat", AT_FDCWD, "/dev/loop-control", O_WRONLY, 0),
    root: true,
    optional: "the kernel or the container has no such disks",
  },
  {
    name: "make a file system of its own",
    act: () => opens("openat", AT_FDCWD, "/dev/fuse", O_RDWR, 0),
    optional: "the kernel or the container has none",
  },
  {
    name: "make a network card",
    act: () => opens("openat", AT_FDCWD, "/dev/net/tun", O_RDWR, 0),
    optional: "the kernel or the container has none",
  },
  {
    name: "make a machine",
    act: () => opens("openat", AT_FDCWD, "/dev/kvm", O_RDWR, 0),
    root: true,
    optional: "the kernel or the container cannot",
  },
  {
    name: "call the kernel the 32-bit way",
    act: ({ inside }) => runsCode(`${inside}/old`, GETPID_32),
    neighbour: ({ inside }) => runsCode(`${inside}/usual`, GETPID_64),
    optional: "another machine, or a kernel without such calls",
  },
  {
    name: "call the kernel by the numbers of x32",
    act: ({ inside }) => runsCode(`${inside}/x32`, GETPID_X32),
    optional: "another machine, or a kernel without such calls",
  },
  { name: "make a file system", act: () => opens("fsopen", "tmpfs", 0), root: true },
  {
    name: "change the flags of a mount",
    act: () => call("mount_setattr", AT_FDCWD, "/", 0, longs(0n, 0n, 0n, 0n), 32) === 0,
    root: true,
  },
  { name: "get namespaces of its own", act: () => call("unshare", CLONE_NEWNS) === 0, root: true },
  {
    name: "become root in a namespace",
    act: () =>
      new Deno.Command("unshare", { args: ["-U", "true"], stderr: "null" }).outputSync().success,
    optional: "there is no unshare, or users may not",
    neighbour: () => new Deno.Command("/bin/sh", { args: ["-c", ":"] }).outputSync().success,
  },
  {
    name: "open a file by its number",
    act: ({ outside }) => openByHandle(`${outside}/file`),
    root: true,
    optional: "the file system has no handles",
  },
  {
    name: "load a program into the kernel",
    act: () => opens("bpf", 0, words(2, 4, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0), 48),
    root: true,
    optional: "the kernel has none",
  },
  {
    name: "measure the kernel",
    act: () => {
      const attributes = new Uint8Array(128);
      const view = new DataView(attributes.buffer);
      view.setUint32(0, 1, true);
      view.setUint32(4, 128, true);
      return opens("perf_event_open", attributes, 0, -1, -1, 0);
    },
    root: true,
    optional: "the kernel or the machine cannot",
  },
  {
    name: "handle its own page faults",
    act: () => opens("userfaultfd", UFFD_USER_MODE_ONLY),
    optional: "the kernel cannot",
  },
  {
    name: "rename the machine",
    act: () => {
      const name = Deno.hostname();
      return call("sethostname", name, new TextEncoder().encode(name).length) === 0;
    },
    root: true,
    neighbour: () => Deno.hostname() !== "",
  },
  {
    name: "read the kernel's messages",
    act: () => call("syslog", SYSLOG_READ_ALL, new Uint8Array(64), 64) >= 0,
    root: true,
  },
  {
    name: "write a setting of the kernel",
    act: () => rewrite("/proc/sys/kernel/hostname"),
    root: true,
    neighbour: () => textOf("/proc/sys/kernel/hostname") !== null,
  },
  {
    name: "write where crashed programs go",
    act: () => rewrite("/proc/sys/kernel/core_pattern"),
    root: true,
  },
  {
    name: "write a setting of the memory",
    act: () => rewrite("/proc/sys/vm/overcommit_ratio"),
    root: true,
  },
  {
    name: "write a setting of a driver",
    act: () => rewrite("/sys/kernel/mm/ksm/run"),
    root: true,
    optional: "the kernel has none",
  },
  {
    name: "type into a terminal",
    act: ({ terminal }) => {
      if (terminal === null) return false;
      const descriptor = call("openat", AT_FDCWD, terminal, 2 | 0o400, 0);
      return descriptor >= 0 && call("ioctl", descriptor, 0x5412, "x") === 0;
    },
    root: true,
    optional: "the kernel does not know it any more",
  },
];
