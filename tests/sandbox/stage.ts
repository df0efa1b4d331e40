import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { call, unixAddress } from "../support/kernel.ts";
import type { Scene } from "./attempt.ts";
import { ATTEMPTS } from "./attempts.ts";

/** What the host has for the attempts to reach. Ends and removes all of it. */
export interface Stage extends AsyncDisposable {
  /** One for each attempt, in their order. */
  readonly scenes: readonly Scene[];
  /** The folders that the policy makes writable. The first is the workspace. */
  readonly roots: readonly string[];
}

const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_SEQPACKET = 5;
const AF_UNIX = 1;
const S_IFIFO = 0o010000;
const IPC_CREAT = 0o1000;
const O_CREAT_RDWR = 0o102;
const IPC_RMID = 0;
const KEYCTL_JOIN = 1;
const KEYCTL_UNLINK = 9;
const KEYCTL_SEARCH = 10;
const SESSION_KEYRING = -3;
const USER_KEYRING = -4;

/** Sets the stage in `base`, where the test has made `outside/` with `stdin` and `inherited`. */
export async function setStage(base: string): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const mark = `m${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const outside = join(base, "outside");
  const shared = await makeRoots(join(base, "shared"), stack);
  const roots = [...Object.values(shared)];
  const victim = startVictim(outside, mark, stack);
  const host = {
    victim,
    mark,
    ...await openServers(outside, stack),
    terminal: openTerminal(stack),
    ...openShared(mark, stack),
    hostNull: identity("/dev/null"),
    hostTty: identity("/dev/tty"),
  };
  const scenes: Scene[] = [];
  for (const [index, attempt] of ATTEMPTS.entries()) {
    const own = attempt.ownRoots ? await makeRoots(join(base, `roots-${index}`), stack) : shared;
    if (own !== shared) roots.push(...Object.values(own));
    scenes.push({ ...host, ...own, ...makeFolders(index, outside, own.workspace) });
  }
  const owned = stack.move();
  return { scenes, roots, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function makeFolders(index: number, outside: string, workspace: string) {
  const name = `a${index}`;
  const folders = { outside: join(outside, name), inside: join(workspace, name) };
  for (const folder of Object.values(folders)) {
    Deno.mkdirSync(join(folder, "folder"), { recursive: true });
  }
  Deno.writeTextFileSync(join(folders.outside, "file"), "before");
  Deno.chmodSync(join(folders.outside, "file"), 0o644);
  call("mknodat", -100, join(folders.outside, "waiting"), S_IFIFO | 0o600, 0);
  return folders;
}

/** A repository with settings, a root without any, a linked working tree of the first, and three that are odd. */
async function makeRoots(base: string, stack: AsyncDisposableStack) {
  const workspace = join(base, "workspace");
  const bare = join(base, "bare");
  const linked = join(base, "linked");
  const shut = join(base, "shut");
  const fixed = join(base, "fixed");
  const dangling = join(base, "dangling");
  for (
    const folder of [
      bare,
      `${workspace}/.git/hooks`,
      `${workspace}/.codex`,
      `${workspace}/.agents`,
      `${workspace}/common/main/trees/one`,
      `${linked}/settings`,
      `${shut}/.git/hooks`,
      fixed,
      `${dangling}/steps`,
      `${dangling}/real`,
    ]
  ) await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${workspace}/.git/config`, "before");
  await Deno.chmod(`${workspace}/.git/config`, 0o644);
  await Deno.writeTextFile(`${linked}/.git`, `gitdir: ${workspace}/common/main/trees/one\n`);
  await Deno.symlink("settings", `${linked}/.codex`);
  await Deno.symlink("missing", `${dangling}/.codex`);
  await Deno.symlink("steps/one", `${dangling}/.agents`);
  await Deno.symlink("../real", `${dangling}/steps/one`);
  await Deno.writeTextFile(`${dangling}/.git`, "gitdir: nowhere/deep\n");
  await Deno.chmod(shut, 0);
  await Deno.chmod(fixed, 0o555);
  // So that they can be removed.
  for (const path of [shut, fixed]) stack.defer(() => Deno.chmod(path, 0o755));
  return { workspace, bare, linked, shut, fixed, dangling };
}

function startVictim(outside: string, mark: string, stack: AsyncDisposableStack): number {
  Deno.writeTextFileSync(join(outside, "victim-file"), "before");
  Deno.writeTextFileSync(join(outside, "victim-log"), "before");
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", "exec 9>>victim-log; exec sleep 300"],
    cwd: outside,
    env: { MARK: mark },
    stdin: "null",
    stdout: "null",
  }).spawn();
  stack.defer(async () => {
    child.kill("SIGKILL");
    await child.status;
  });
  return child.pid;
}

async function openServers(outside: string, stack: AsyncDisposableStack) {
  const tcp = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  stack.defer(() => tcp.close());
  const udp = createSocket("udp4");
  udp.on("message", () => Deno.writeTextFileSync(join(outside, "datagram-udp"), "x"));
  udp.bind(0, "127.0.0.1");
  await once(udp, "listening");
  stack.defer(() => void udp.close());
  const name = crypto.randomUUID();
  const listen = (address: string, type: number): string => {
    const socket = call("socket", AF_UNIX, type, 0);
    const bytes = unixAddress(address);
    if (call("bind", socket, bytes, bytes.length) !== 0) throw new Error(`cannot bind ${address}`);
    if (type !== SOCK_DGRAM) call("listen", socket, 8);
    stack.defer(() => void call("close", socket));
    return address;
  };
  return {
    tcpPort: tcp.addr.port,
    udpPort: udp.address().port,
    streamSocket: listen(join(outside, "stream.sock"), SOCK_STREAM),
    abstractSocket: listen(`\0${name}`, SOCK_STREAM),
    packetSocket: listen(join(outside, "packet.sock"), SOCK_SEQPACKET),
    datagramSocket: listen(join(outside, "datagram.sock"), SOCK_DGRAM),
  };
}

const TIOCSPTLCK = 0x40045431;
const TIOCGPTN = 0x80045430;
const O_RDWR_NOCTTY = 2 | 0o400;

function openTerminal(stack: AsyncDisposableStack): string | null {
  const master = call("openat", -100, "/dev/ptmx", O_RDWR_NOCTTY, 0);
  if (master < 0) return null;
  stack.defer(() => void call("close", master));
  const number = new Uint8Array(4);
  if (call("ioctl", master, TIOCSPTLCK, new Uint8Array(4)) !== 0) return null;
  if (call("ioctl", master, TIOCGPTN, number) !== 0) return null;
  return `/dev/pts/${new DataView(number.buffer).getUint32(0, true)}`;
}

function openShared(mark: string, stack: AsyncDisposableStack) {
  const sharedMemoryKey = Number(mark.slice(1)) % 0x7ffffff0 + 1;
  const segment = call("shmget", sharedMemoryKey, 4096, IPC_CREAT | 0o600);
  stack.defer(() => void call("shmctl", segment, IPC_RMID, 0));
  const semaphores = call("semget", sharedMemoryKey, 1, IPC_CREAT | 0o600);
  stack.defer(() => void call("semctl", semaphores, 0, IPC_RMID, 0));
  const messages = call("msgget", sharedMemoryKey, IPC_CREAT | 0o600);
  stack.defer(() => void call("msgctl", messages, IPC_RMID, 0));
  const queue = mark;
  call("close", call("mq_open", queue, O_CREAT_RDWR, 0o600, 0));
  stack.defer(() => void call("mq_unlink", queue));
  Deno.writeTextFileSync(`/dev/shm/${mark}`, "before");
  stack.defer(() => Deno.remove(`/dev/shm/${mark}`).catch(() => {}));
  const keyName = `key-${mark}`;
  call("keyctl", KEYCTL_JOIN, 0);
  call("add_key", "user", keyName, "x", 1, SESSION_KEYRING);
  stack.defer(() => {
    const planted = call("keyctl", KEYCTL_SEARCH, USER_KEYRING, "user", `planted-${mark}`, 0);
    if (planted >= 0) call("keyctl", KEYCTL_UNLINK, planted, USER_KEYRING);
  });
  return { sharedMemoryKey, queue, keyName };
}

function identity(path: string): string {
  const { dev, ino } = Deno.statSync(path);
  return `${dev}:${ino}`;
}
