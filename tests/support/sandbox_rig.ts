import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SandboxPolicy, WorkspaceWritePolicy } from "../../src/protocol/mod.ts";
import {
  type Confined,
  type ConfineRequest,
  type Sandbox,
  type SandboxBackend,
  sandboxBackends,
  type SelfCommand,
} from "../../src/sandbox/mod.ts";
import { denoCache } from "./program.ts";

export const SELF: SelfCommand = {
  argv: [
    Deno.execPath(),
    "run",
    "-A",
    "--no-config",
    "--no-lock",
    "--quiet",
    fileURLToPath(new URL("./sandbox_program.ts", import.meta.url)),
  ],
  env: {
    // From time to time the runtime asks for its own news, by the proxy if there is one.
    DENO_NO_UPDATE_CHECK: "1",
    // A helper from source would make its cache in the home that the command is given.
    DENO_DIR: denoCache(),
  },
};

export const WORKSPACE_ONLY: WorkspaceWritePolicy = {
  type: "workspace-write",
  writableRoots: [],
  readOnlyAccess: { type: "full-access" },
  networkAccess: false,
  excludeTmpdirEnvVar: true,
  excludeSlashTmp: true,
};

export const READ_ONLY: SandboxPolicy = {
  type: "read-only",
  access: { type: "full-access" },
};

/** What works on this machine, each found by the probe itself; `reason` says why one does not. */
export async function probeBoth(): Promise<
  Record<"bubblewrap" | "landlock", { backend: SandboxBackend; ignore: boolean; reason: string }>
> {
  const { probeSandbox } = await sandboxBackends();
  const probe = (path: string) =>
    probeSandbox({ path, cwd: "/nonexistent", self: SELF, cacheDir: null });
  const all = await probe("/usr/local/bin:/usr/bin:/bin");
  const without = await probe("");
  const describe = (backend: SandboxBackend, kind: string) => ({
    backend,
    ignore: backend.kind !== kind,
    reason: backend.kind === kind ? "" : ` (ignored: ${backend.reason})`,
  });
  return {
    bubblewrap: describe(all, "bubblewrap"),
    landlock: describe(without, "landlock"),
  };
}

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A throw-away workspace beside a folder that is not part of it. */
export interface SandboxRig extends AsyncDisposable {
  readonly base: string;
  readonly workspace: string;
  readonly outside: string;
  readonly sandbox: Sandbox;
  request(argv: readonly string[], change?: Partial<ConfineRequest>): ConfineRequest;
  confine(argv: readonly string[], change?: Partial<ConfineRequest>): Promise<Confined>;
  run(argv: readonly string[], change?: Partial<ConfineRequest>): Promise<Finished>;
  /** Runs each attempt in one confined shell; true = it succeeded. */
  attempts<Name extends string>(
    scripts: Readonly<Record<Name, string>>,
    change?: Partial<ConfineRequest>,
  ): Promise<Record<Name, boolean>>;
}

export async function openSandboxRig(backend: SandboxBackend): Promise<SandboxRig> {
  const base = await Deno.realPath(await Deno.makeTempDir({ prefix: "sandbox-test-" }));
  const workspace = join(base, "workspace");
  const outside = join(base, "outside");
  await Deno.mkdir(workspace);
  await Deno.mkdir(outside);
  await Deno.mkdir(join(base, "home"));
  const { createSandbox } = await sandboxBackends();
  const sandbox = createSandbox({
    backend,
    self: SELF,
    stateDir: join(base, "state"),
    homeDir: join(base, "home"),
  });
  const rig: SandboxRig = {
    base,
    workspace,
    outside,
    sandbox,
    request: (argv, change = {}) => ({
      argv,
      cwd: workspace,
      env: childEnvironment(),
      policy: WORKSPACE_ONLY,
      policyCwd: workspace,
      tmpdir: null,
      tty: false,
      ...change,
    }),
    confine: (argv, change) => sandbox.confine(rig.request(argv, change)),
    async run(argv, change) {
      await using confined = await rig.confine(argv, change);
      return await finish(confined);
    },
    async attempts(scripts, change) {
      const lines = Object.entries<string>(scripts).map(([name, script]) =>
        `if ( ${script} ) >/dev/null; then echo '${name} yes'; else echo '${name} no'; fi`
      );
      const { stdout } = await rig.run(["/bin/sh", "-c", lines.join("\n")], change);
      const pairs = stdout.trim().split("\n").map((line) => line.split(" "));
      return Object.fromEntries(pairs.map(([name, answer]) => [name, answer === "yes"]));
    },
    async [Symbol.asyncDispose]() {
      sandbox[Symbol.dispose]();
      await Deno.remove(base, { recursive: true });
    },
  };
  return rig;
}

/** What the runtime needs to start as a helper, and no more. */
export function childEnvironment(): Record<string, string> {
  const kept = ["PATH", "HOME", "DENO_DIR"].map((name) => [name, Deno.env.get(name)]);
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined));
}

export async function finish(confined: Confined): Promise<Finished> {
  const [program = "", ...args] = confined.argv;
  const output = await new Deno.Command(program, {
    args,
    cwd: confined.cwd,
    env: { ...confined.env },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return {
    code: output.code,
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
  };
}

/** Shorter than what is started here lasts. */
const DEADLINE_MS = 45_000;

/**
 * Starts argv, which must say "ready", kills it and fails when anything that it started goes on: the pipe is at its
 * end once the last process that has it open is gone.
 */
export async function endsAfterKill(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const [program = "", ...args] = argv;
  const child = new Deno.Command(program, {
    args,
    env: { ...env },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("something goes on running")), DEADLINE_MS);
  try {
    const { value } = await Promise.race([reader.read(), late]);
    assert.equal(new TextDecoder().decode(value), "ready\n");
    child.kill("SIGKILL");
    await child.status;
    assert.equal((await Promise.race([reader.read(), late])).done, true);
  } finally {
    clearTimeout(timer);
    await reader.cancel();
  }
}
