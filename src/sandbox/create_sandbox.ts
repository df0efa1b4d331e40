import type { AbsolutePath } from "../protocol/mod.ts";
import { SandboxError } from "./error.ts";
import { createBubblewrap, type Wrapper } from "./linux/bubblewrap.ts";
import { createLandlock } from "./linux/landlock_backend.ts";
import { hasFullDiskRead, hasFullDiskWrite, hasFullNetwork } from "./policy.ts";
import type {
  Confined,
  ConfineRequest,
  Limit,
  Sandbox,
  SandboxBackend,
  SandboxBackendKind,
  SelfCommand,
} from "./types.ts";

export interface SandboxOptions {
  /** From `probeSandbox`. */
  readonly backend: SandboxBackend;
  readonly self: SelfCommand;
  /** For files that a sandbox needs while it runs; made when missing. Commands can never write to it. */
  readonly stateDir: AbsolutePath;
  /**
   * Where this program's settings and logins are. Commands cannot write there, though it may lie in a folder that they
   * may write to, such as `/tmp`: the settings name programs that run outside of the sandbox. Absent = nowhere.
   */
  readonly homeDir?: AbsolutePath;
}

/** Tells programs that they need not try the network. Set without a sandbox too, as other versions do. */
const NETWORK_DISABLED = "CODEX_SANDBOX_NETWORK_DISABLED";

const PROXY_NOT_ENFORCED: Limit = {
  code: "network_proxy",
  message:
    "Commands can go past the network proxy: the policy asks for no sandbox, and none is there for it.",
};

/** Backends that can take the network away and leave the files. */
const CONFINES_NETWORK: ReadonlySet<SandboxBackendKind> = new Set([
  "bubblewrap",
  "landlock",
  "seatbelt",
]);

/** Backends that can hide files from a command. */
const READ_LIMITS: readonly SandboxBackend["kind"][] = [
  "bubblewrap",
  "landlock",
  "seatbelt",
  "unavailable",
];

/** Makes the one sandbox of a process. Nothing happens before the first command. Dispose it after the last. */
export function createSandbox(options: SandboxOptions): Sandbox {
  const { backend } = options;
  const wrapper = wrapperFor(options);
  return {
    backend,
    async confine(request) {
      const env = hasFullNetwork(request.policy)
        ? request.env
        : { ...request.env, [NETWORK_DISABLED]: "1" };
      const managed = (request.bridge ?? null) !== null;
      if (hasFullDiskWrite(request.policy)) {
        // Nothing else is confined there, so that a backend which cannot do it is no reason to refuse.
        const able = wrapper !== null && CONFINES_NETWORK.has(wrapper.kind);
        if (!managed || !able) return unconfined({ ...request, env });
      }
      refuseWhatCannotBeDone(request, backend);
      if (wrapper === null) throw unavailable(backend);
      const wrapped = await wrapper.wrapper.wrap({ ...request, env });
      return {
        kind: wrapper.kind,
        argv: wrapped.argv,
        cwd: request.cwd,
        env: wrapped.env,
        unenforced: wrapped.unenforced,
        ...(wrapped.began === undefined ? {} : { began: wrapped.began }),
        [Symbol.asyncDispose]: () => wrapped[Symbol.asyncDispose](),
      };
    },
    [Symbol.dispose]: () => wrapper?.wrapper.close?.(),
  };
}

function wrapperFor(
  { backend, self, stateDir, homeDir }: SandboxOptions,
): { readonly kind: SandboxBackendKind; readonly wrapper: Wrapper } | null {
  switch (backend.kind) {
    case "bubblewrap":
      return {
        kind: "bubblewrap",
        wrapper: createBubblewrap({ program: backend.program, stateDir, homeDir, self }),
      };
    case "landlock":
      return { kind: "landlock", wrapper: createLandlock(self, backend.abi, stateDir) };
    case "seatbelt":
      return {
        kind: "seatbelt",
        wrapper: wrapperOf(async () => (await import("./macos/seatbelt.ts")).createSeatbelt()),
      };
    case "windows":
      return {
        kind: "windows",
        wrapper: wrapperOf(async () => {
          const { createWindows } = await import("./windows/windows_backend.ts");
          return createWindows(self, backend.mode, stateDir);
        }),
      };
    case "unavailable":
      return null;
  }
}

/** One that is loaded for the first command; it keeps nothing that has to be let go of. */
function wrapperOf(load: () => Promise<Wrapper>): Wrapper {
  let loaded: Promise<Wrapper> | null = null;
  return { wrap: async (request) => await (await (loaded ??= load())).wrap(request) };
}

function unconfined(request: ConfineRequest): Confined {
  return {
    kind: "none",
    argv: request.argv,
    cwd: request.cwd,
    env: request.env,
    unenforced: (request.bridge ?? null) === null ? [] : [PROXY_NOT_ENFORCED],
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function refuseWhatCannotBeDone(request: ConfineRequest, backend: SandboxBackend): void {
  if (request.argv.length === 0) {
    throw new SandboxError("empty_command", "there is no command to run");
  }
  if (!hasFullDiskRead(request.policy) && !READ_LIMITS.includes(backend.kind)) {
    throw new SandboxError(
      "restricted_reads_unsupported",
      `the policy limits which files a command may read; the ${backend.kind} sandbox cannot do that yet`,
    );
  }
}

function unavailable(backend: SandboxBackend): SandboxError {
  return new SandboxError(
    "unavailable",
    `the command was not run, because its policy needs a sandbox and there is none: ${backend.reason}`,
  );
}
