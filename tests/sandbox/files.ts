import { relative } from "node:path";
import { AT_FDCWD, call, longs, opens } from "../support/kernel.ts";
import { type Attempt, exists, type Scene, textOf, works } from "./attempt.ts";

const O_WRONLY = 1;
const O_CREAT = 0o100;
const O_RDWR = 2;
const O_TMPFILE = Deno.build.arch === "aarch64" ? 0o20040000 : 0o20200000;
const RENAME_EXCHANGE = 2;
const LOCK_EX = 2;
const FS_IOC_GETFLAGS = 0x80086601;
const FS_IOC_SETFLAGS = 0x40086602;
const FS_IOC_SETVERSION = 0x40087602;
/** Any; a network file system asks for it. */
const VERSION = 12345n;
const AT_EMPTY_PATH = 0x1000;
const S_IFIFO = 0o010000;
const S_IFCHR = 0o020000;

/** What each of them tries elsewhere must work here. */
export const writesInside = ({ inside }: Scene): boolean =>
  works(() => Deno.writeTextFileSync(`${inside}/fine`, "x"));

const overwrite = (path: string): boolean =>
  works(() => Deno.writeTextFileSync(path, "after", { create: false }));

/** By a request, for which opening it to read is enough. */
function setsFlag(path: string): boolean {
  const file = call("openat", AT_FDCWD, path, 0, 0);
  const flags = new Uint8Array(8);
  return file >= 0 && call("ioctl", file, FS_IOC_GETFLAGS, flags) === 0 &&
    call("ioctl", file, FS_IOC_SETFLAGS, flags) === 0;
}

const S_ISUID = 0o4000;
const AS_ROOT = S_ISUID | 0o755;

function runsAsOwner(path: string): boolean {
  const { mode, size } = Deno.statSync(path);
  return ((mode ?? 0) & S_ISUID) !== 0 && size > 0;
}

const changed = ({ outside }: Scene): boolean => textOf(`${outside}/file`) !== "before";

/** Ways to change what lies outside of every root. */
export const FILE_ATTEMPTS: readonly Attempt[] = [
  {
    name: "create a file outside",
    act: ({ outside }) => works(() => Deno.writeTextFileSync(`${outside}/new`, "x")),
    proof: ({ outside }) => exists(`${outside}/new`),
    neighbour: writesInside,
  },
  {
    name: "make a file without a name outside",
    act: ({ outside }) => opens("openat", AT_FDCWD, outside, O_TMPFILE | O_RDWR, 0o600),
    neighbour: ({ inside }) => opens("openat", AT_FDCWD, inside, O_TMPFILE | O_RDWR, 0o600),
    optional: "not every file system can",
  },
  {
    name: "overwrite a file outside",
    act: ({ outside }) => overwrite(`${outside}/file`),
    proof: changed,
    neighbour: ({ outside }) => textOf(`${outside}/file`) === "before",
  },
  {
    name: "truncate a file outside",
    act: ({ outside }) => works(() => Deno.truncateSync(`${outside}/file`)),
    proof: changed,
    neighbour: ({ inside }) =>
      works(() => {
        Deno.writeTextFileSync(`${inside}/long`, "long");
        Deno.truncateSync(`${inside}/long`, 1);
      }),
  },
  {
    name: "append to a file outside",
    act: ({ outside }) =>
      works(() => Deno.writeTextFileSync(`${outside}/file`, "x", { append: true })),
    proof: changed,
  },
  {
    name: "remove a file outside",
    act: ({ outside }) => works(() => Deno.removeSync(`${outside}/file`)),
    proof: changed,
  },
  {
    name: "rename a file outside",
    act: ({ outside }) => works(() => Deno.renameSync(`${outside}/file`, `${outside}/moved`)),
    proof: changed,
    neighbour: ({ inside }) =>
      works(() => {
        Deno.writeTextFileSync(`${inside}/a`, "x");
        Deno.renameSync(`${inside}/a`, `${inside}/b`);
      }),
  },
  {
    name: "make a folder outside",
    act: ({ outside }) => works(() => Deno.mkdirSync(`${outside}/made`)),
    proof: ({ outside }) => exists(`${outside}/made`),
    neighbour: ({ inside }) =>
      works(() => Deno.mkdirSync(`${inside}/made/deep`, { recursive: true })),
  },
  {
    name: "remove a folder outside",
    act: ({ outside }) => works(() => Deno.removeSync(`${outside}/folder`)),
    proof: ({ outside }) => !exists(`${outside}/folder`),
  },
  {
    name: "make a symbolic link outside",
    act: ({ outside }) => works(() => Deno.symlinkSync("/etc", `${outside}/link`)),
    proof: ({ outside }) => exists(`${outside}/link`),
    neighbour: ({ inside }) => works(() => Deno.symlinkSync("/etc", `${inside}/link`)),
  },
  {
    name: "write through a hard link made inside",
    act: ({ outside, inside }) =>
      works(() => Deno.linkSync(`${outside}/file`, `${inside}/hard`)) &&
      overwrite(`${inside}/hard`),
    proof: changed,
    neighbour: ({ inside }) =>
      works(() => {
        Deno.writeTextFileSync(`${inside}/one`, "x");
        Deno.linkSync(`${inside}/one`, `${inside}/two`);
      }),
  },
  {
    name: "write through a symbolic link made inside",
    act: ({ outside, inside }) =>
      works(() => Deno.symlinkSync(`${outside}/file`, `${inside}/way`)) &&
      overwrite(`${inside}/way`),
    proof: changed,
  },
  {
    name: "write by way of /proc/self/root",
    act: ({ outside }) => overwrite(`/proc/self/root${outside}/file`),
    proof: changed,
  },
  {
    name: "write by way of /proc/self/cwd",
    act: ({ outside }) => overwrite(`/proc/self/cwd/${relative(Deno.cwd(), outside)}/file`),
    proof: changed,
  },
  {
    name: "write by way of the folder of another process",
    act: ({ victim }) => overwrite(`/proc/${victim}/cwd/victim-file`),
    proof: ({ outside }) => textOf(`${outside}/../victim-file`) === "after",
    optional: "a debugger's rights are limited here",
  },
  {
    name: "write by way of the root of another process",
    act: ({ victim, outside }) => overwrite(`/proc/${victim}/root${outside}/file`),
    proof: changed,
    optional: "a debugger's rights are limited here",
  },
  {
    name: "write by way of a descriptor of another process",
    act: ({ victim }) => overwrite(`/proc/${victim}/fd/9`),
    proof: ({ outside }) => textOf(`${outside}/../victim-log`) === "after",
    optional: "a debugger's rights are limited here",
  },
  {
    name: "move a file in from outside",
    act: ({ outside, inside }) =>
      works(() => Deno.renameSync(`${outside}/file`, `${inside}/stolen`)),
    proof: changed,
  },
  {
    name: "exchange a file outside with one inside",
    act: ({ outside, inside }) => {
      Deno.writeTextFileSync(`${inside}/swap`, "swapped");
      return call(
        "renameat2",
        AT_FDCWD,
        `${inside}/swap`,
        AT_FDCWD,
        `${outside}/file`,
        RENAME_EXCHANGE,
      ) ===
        0;
    },
    proof: changed,
  },
  {
    name: "make a pipe outside",
    act: ({ outside }) => call("mknodat", AT_FDCWD, `${outside}/pipe`, S_IFIFO | 0o600, 0) === 0,
    proof: ({ outside }) => exists(`${outside}/pipe`),
    neighbour: ({ inside }) =>
      call("mknodat", AT_FDCWD, `${inside}/pipe`, S_IFIFO | 0o600, 0) === 0,
  },
  {
    name: "write to a named pipe outside",
    act: ({ outside }) => {
      const pipe = call("openat", AT_FDCWD, `${outside}/waiting`, O_RDWR, 0);
      return pipe >= 0 && call("write", pipe, "x", 1) === 1;
    },
    bubblewrap: "named_pipes",
  },
  {
    name: "lock a file outside",
    act: ({ outside }) => {
      const file = call("openat", AT_FDCWD, `${outside}/file`, 0, 0);
      return file >= 0 && call("flock", file, LOCK_EX) === 0;
    },
    neighbour: ({ inside }) => call("flock", call("openat", AT_FDCWD, inside, 0, 0), LOCK_EX) === 0,
    bubblewrap: "file_locks",
    landlock: "file_locks",
  },
  {
    name: "make and open a device in the workspace",
    act: ({ inside }) =>
      call("mknodat", AT_FDCWD, `${inside}/null`, S_IFCHR | 0o666, 0x103) === 0 &&
      works(() => Deno.openSync(`${inside}/null`, { write: true }).close()),
    root: true,
    optional: "the temporary folder takes no devices",
    neighbour: () => works(() => Deno.openSync("/dev/null", { write: true }).close()),
  },
  {
    name: "change the mode of a file outside",
    act: ({ outside }) => works(() => Deno.chmodSync(`${outside}/file`, 0o600)),
    proof: ({ outside }) => (Deno.statSync(`${outside}/file`).mode ?? 0) % 0o1000 === 0o600,
    neighbour: ({ inside }) =>
      works(() => {
        Deno.writeTextFileSync(`${inside}/tool`, "x");
        Deno.chmodSync(`${inside}/tool`, 0o755);
      }),
    landlock: "file_metadata",
  },
  {
    name: "change its mode by the newest call",
    act: ({ outside }) => call("fchmodat2", AT_FDCWD, `${outside}/file`, 0o640, 0) === 0,
    proof: ({ outside }) => (Deno.statSync(`${outside}/file`).mode ?? 0) % 0o1000 === 0o640,
    landlock: "file_metadata",
    optional: "kernels before 6.6 do not have it",
  },
  {
    name: "change the owner of a file outside",
    act: ({ outside }) => works(() => Deno.chownSync(`${outside}/file`, 1, 1)),
    proof: ({ outside }) => Deno.statSync(`${outside}/file`).uid === 1,
    root: true,
    landlock: "file_metadata",
  },
  {
    name: "change the times of a file outside",
    act: ({ outside }) => works(() => Deno.utimeSync(`${outside}/file`, 1, 1)),
    proof: ({ outside }) => Deno.statSync(`${outside}/file`).mtime?.getTime() === 1000,
    neighbour: ({ inside }) =>
      works(() => {
        Deno.writeTextFileSync(`${inside}/touched`, "x");
        Deno.utimeSync(`${inside}/touched`, 1, 1);
      }),
    landlock: "file_metadata",
  },
  {
    name: "set an attribute of a file outside",
    act: ({ outside }) => call("setxattr", `${outside}/file`, "user.mark", "x", 1, 0) === 0,
    optional: "the file system has no attributes",
    landlock: "file_metadata",
  },
  {
    name: "set a flag of a file outside",
    act: ({ outside }) => setsFlag(`${outside}/file`),
    neighbour: ({ inside }) => works(() => Deno.readDirSync(inside)),
    optional: "the file system has no flags",
  },
  {
    name: "set the version of a file outside",
    act: ({ outside }) => {
      const file = call("openat", AT_FDCWD, `${outside}/file`, 0, 0);
      return file >= 0 && call("ioctl", file, FS_IOC_SETVERSION, longs(VERSION)) === 0;
    },
    optional: "the file system has no versions",
  },
  {
    name: "write through a link made of a descriptor",
    act: ({ outside, inside }) => {
      const file = call("openat", AT_FDCWD, `${outside}/file`, 0, 0);
      return call("linkat", file, "", AT_FDCWD, `${inside}/relinked`, AT_EMPTY_PATH) === 0 &&
        works(() => Deno.writeTextFileSync(`${inside}/relinked`, "after"));
    },
    proof: ({ outside }) => textOf(`${outside}/file`) !== "before",
    optional: "kernels before 6.10 let only root do it",
  },
  {
    name: "set a flag by the newest call",
    act: ({ outside }) =>
      call("file_setattr", AT_FDCWD, `${outside}/file`, new Uint8Array(24), 24, 0) === 0,
    optional: "kernels before 6.17 do not have it",
  },
  {
    name: "leave a program that runs as root for others",
    act: ({ inside }) => {
      const path = `${inside}/program`;
      Deno.writeTextFileSync(path, "x");
      const file = call("openat", AT_FDCWD, path, 0, 0);
      return [
        () => works(() => Deno.chmodSync(path, AS_ROOT)),
        () => call("fchmod", file, AS_ROOT) === 0,
        () => call("fchmodat", AT_FDCWD, path, AS_ROOT) === 0,
        () => call("fchmodat2", AT_FDCWD, path, AS_ROOT, 0) === 0,
      ].map((step) => step()).some(Boolean);
    },
    proof: ({ inside }) => runsAsOwner(`${inside}/program`),
    neighbour: ({ inside }) => works(() => Deno.chmodSync(inside, 0o3755)),
    root: true,
  },
  {
    name: "make it with that mode, and fill it",
    act: ({ inside }) => {
      const file = call(
        "openat",
        AT_FDCWD,
        `${inside}/program`,
        O_WRONLY | O_CREAT,
        AS_ROOT,
      );
      return file >= 0 && call("write", file, "x", 1) === 1;
    },
    proof: ({ inside }) => runsAsOwner(`${inside}/program`),
    root: true,
  },
  {
    name: "create below an inherited folder descriptor",
    act: () => opens("openat", 7, "through-descriptor", O_WRONLY | O_CREAT, 0o600),
    proof: ({ outside }) => exists(`${outside}/../through-descriptor`),
  },
  {
    name: "write to an inherited file descriptor",
    act: () => call("write", 8, "after", 5) === 5,
    proof: ({ outside }) => (textOf(`${outside}/../inherited`) ?? "").includes("after"),
  },
  {
    name: "open the file on stdin again for writing",
    act: () => works(() => Deno.writeTextFileSync("/proc/self/fd/0", "after", { create: false })),
    proof: ({ outside }) => textOf(`${outside}/../stdin`) !== "stdin\n",
    neighbour: () => Deno.stdin.readSync(new Uint8Array(6)) !== 0,
  },
  {
    name: "change the mode of the host's /dev/null",
    act: ({ hostNull }) => {
      const { dev, ino } = Deno.statSync("/dev/null");
      return `${dev}:${ino}` === hostNull && works(() => Deno.chmodSync("/dev/null", 0o666));
    },
    root: true,
    landlock: "file_metadata",
  },
  {
    name: "change the mode of the host's /dev/tty",
    act: ({ hostTty }) => {
      const { dev, ino } = Deno.statSync("/dev/tty");
      return `${dev}:${ino}` === hostTty && works(() => Deno.chmodSync("/dev/tty", 0o666));
    },
    root: true,
    landlock: "file_metadata",
  },
  {
    name: "write to another terminal of the user",
    act: ({ terminal }) =>
      terminal !== null && works(() => Deno.writeTextFileSync(terminal, "x", { create: false })),
    optional: "no terminal could be made",
    neighbour: () => works(() => Deno.openSync("/dev/ptmx", { read: true, write: true }).close()),
    landlock: "terminals",
  },
];
