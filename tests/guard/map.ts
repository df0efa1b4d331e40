/**
 * The shape of the house, as data. The guard tests and the lint plugin beside this file read it; nothing else does.
 *
 * @module
 */

/** Rooms that every room may import: types that cross rooms, and the logger. */
export const OPEN_ROOMS: readonly string[] = ["protocol", "telemetry"];

/** For each room, the rooms it may import besides the open ones. Type-only and dynamic imports count. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  telemetry: ["protocol"],
  platform: [],
  files: ["platform"],
  config: ["files"],
  auth: ["files"],
  model: [],
  git: ["files"],
  patch: ["files"],
  policy: ["files"],
  sandbox: ["platform", "files"],
  network: ["platform"],
  process: ["sandbox", "files"],
  rollout: ["files"],
  context: ["git", "files"],
  tools: ["files", "policy", "sandbox", "process", "patch", "context"],
  agent: [
    "context",
    "model",
    "tools",
    "rollout",
    // What a session allows from now on.
    "policy",
    // Facts that a turn carries along: the repository's root, open processes, the backend, a turn's diff.
    "git",
    "process",
    "sandbox",
    "patch",
  ],
  // Starts what people configured, through `process`; the agent knows of it only what protocol says.
  hooks: ["files", "config", "process", "sandbox"],
  scripted: [],
  app: [
    "platform",
    "files",
    "config",
    "auth",
    "model",
    "git",
    "patch",
    "policy",
    "sandbox",
    "network",
    "process",
    "rollout",
    "context",
    "tools",
    "agent",
    "hooks",
  ],
  exec: ["app"],
  demo: ["app", "scripted"],
  // One command and no session: what it needs loads in a third of the time of the whole app.
  sandbox_command: ["config", "files", "platform", "process", "sandbox", "network"],
  // Looks at everything and changes nothing; a broken part must not keep the others from being looked at.
  doctor: ["platform", "files", "config", "auth", "model", "git", "sandbox", "process"],
  // The one server that hands out answers and keeps the key: nothing of the agent is in it.
  responses_proxy: [],
  // One executable is several programs: as `apply_patch`, and as the helper that confines itself, it has no front end.
  cli: [
    "platform",
    "files",
    "config",
    "auth",
    "exec",
    "demo",
    "sandbox_command",
    "responses_proxy",
    "doctor",
    // The catalogue, for people who look into the program.
    "model",
    "policy",
    "patch",
    "sandbox",
    "network",
  ],
};

/** What `main.ts` may import. */
export const MAIN_IMPORTS: readonly string[] = ["cli"];

/** Rooms that talk to a person: they alone may write to stdout and stderr. */
export const FRONT_ENDS: readonly string[] = ["exec", "demo", "cli"];

/** Rooms that may read the environment, the working directory and the home directory, and hand them on. */
export const WORLD_READERS: readonly string[] = ["cli"];

/**
 * Rooms that may start programs. What the model wants run goes through `tools` to `process`, never past them; the others
 * start programs of their own: a helper, a browser, git, a check.
 */
export const PROCESS_STARTERS: readonly string[] = [
  "auth",
  "demo",
  "doctor",
  "git",
  "network",
  "platform",
  "process",
  "sandbox",
  "sandbox_command",
];

/** The one room that may import each npm package. A package that is not listed may not be imported at all. */
export const PACKAGE_OWNERS: Readonly<Record<string, readonly string[]>> = {
  "@lydell/node-pty": ["process"],
  "@napi-rs/keyring": ["auth"],
  "@silvia-odwyer/photon-node": ["context"],
  "diff": ["patch"],
  "eventsource-parser": ["model"],
  "smol-toml": ["config"],
  "web-tree-sitter": ["policy"],
};

export const CAPS = { fileLines: 500, functionLines: 80, imports: 20 } as const;

export interface Exemption {
  readonly path: string;
  readonly rule: "environment" | "file_size" | "function_size" | "import_count";
  /** Why this file is better left as it is. An exemption nobody needs any more fails the guard. */
  readonly reason: string;
}

export const EXEMPTIONS: readonly Exemption[] = [
  {
    path: "src/files/native_code.ts",
    rule: "environment",
    reason: "The runtime takes the folder into which it unpacks native code from nowhere else.",
  },
  {
    path: "src/platform/posix_path.ts",
    rule: "environment",
    reason: "A relative path is completed as Node's module does it, which this one stands in for.",
  },
];
