/** What surrounds one attempt. All of it is thrown away afterwards. */
export interface Scene {
  /** A folder that the policy does not make writable, of this attempt alone: `file`, `folder/`, `run.sock`, and the pipe `waiting`. */
  readonly outside: string;
  /** A folder of this attempt alone in the workspace. */
  readonly inside: string;
  /** The root of the workspace. It has `.git`, `.codex`, `.agents`; see `stage.ts`. */
  readonly workspace: string;
  /** A second root: none of the protected names is there. */
  readonly bare: string;
  /** A third: `.git` is a file that leads to `common/main/trees/one` of the workspace, `.codex` a link. */
  readonly linked: string;
  /** A fourth, with a mode of 0: there is `.git/hooks` in it. */
  readonly shut: string;
  /** A fifth, in which its owner may make nothing either. It is empty. */
  readonly fixed: string;
  /** A sixth: `.codex` is a link to `missing`, `.git` a file that leads to `nowhere/deep`, `.agents` a link to another. */
  readonly dangling: string;
  /** A process of the same user, started in `outside`, with `file` open for writing as descriptor 9. */
  readonly victim: number;
  readonly tcpPort: number;
  readonly udpPort: number;
  /** Sockets of the host: a path, and an abstract name with its NUL. */
  readonly streamSocket: string;
  readonly datagramSocket: string;
  readonly abstractSocket: string;
  /** Another terminal of the user; `null` = none could be made. */
  readonly terminal: string | null;
  readonly sharedMemoryKey: number;
  /** Name of a message queue. */
  readonly queue: string;
  /** A socket of the host that takes packets. */
  readonly packetSocket: string;
  readonly keyName: string;
  /** Which files the host's `/dev/null` and `/dev/tty` are: device and inode. */
  readonly hostNull: string;
  readonly hostTty: string;
  /** Different for each run; processes are found by it. */
  readonly mark: string;
}

export interface Attempt {
  readonly name: string;
  /** Run inside. True = nothing stood in the way. */
  act(scene: Scene): boolean | Promise<boolean>;
  /** Looked at from outside, when the command has ended: whether it really happened. Without it `act` is believed. */
  proof?(scene: Scene): boolean | Promise<boolean>;
  /** Run inside too: the harmless thing next to it that must go on working. */
  neighbour?(scene: Scene): boolean | Promise<boolean>;
  /** Needs to be root to succeed even without a sandbox. */
  readonly root?: true;
  /** May be impossible on some machines even without a sandbox, and why. */
  readonly optional?: string;
  /** `Limit.code`s under which it is known to succeed: of Landlock, and for all users but root. */
  readonly landlock?: string;
  readonly landlockUser?: string;
  /** The same of bubblewrap. */
  readonly bubblewrap?: string;
  /** `Limit.code` under which it succeeds on older kernels alone. */
  readonly olderLandlock?: string;
  /** It changes the protected names, so it gets roots of its own. */
  readonly ownRoots?: true;
}

/** True when it does not throw. */
export function works(step: () => unknown): boolean {
  try {
    step();
    return true;
  } catch {
    return false;
  }
}

export function textOf(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return null;
  }
}

export function exists(path: string): boolean {
  return works(() => Deno.lstatSync(path));
}
