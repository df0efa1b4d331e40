import { DEBUG_COMMAND } from "./debug_spec.ts";
import { DOCTOR } from "./doctor_spec.ts";
import { COMPLETION } from "./completion_spec.ts";
import { EXEC } from "./exec_spec.ts";
import { EXECPOLICY } from "./execpolicy_spec.ts";
import { FEATURES_COMMAND } from "./features_spec.ts";
import { LOGIN, LOGOUT } from "./login_spec.ts";
import { RESPONSES_API_PROXY, STDIO_TO_UDS } from "./relay_spec.ts";
import { SANDBOX_COMMAND } from "./sandbox_spec.ts";
import { BYPASS, EVERYWHERE, FULL_AUTO, INTERACTIVE } from "./shared_flags.ts";
import type { CommandSpec } from "./spec.ts";

/** `codex demo`. */
const DEMO: CommandSpec = {
  name: "demo",
  summary: "Watch the agent fix a small project, offline and without an account",
  positionals: [],
  flags: [],
  needs: ["read", "write", "net", "env", "run", "sys", "ffi"],
  load: () => import("./demo_command.ts"),
};

/** Everything that `codex` can do. Help is printed from these records. */
export const ROOT: CommandSpec = {
  name: "codex",
  summary: "A coding agent that runs on your machine",
  details: "The terminal UI is not part of this version: use `codex exec PROMPT`.",
  positionals: [{ name: "PROMPT", doc: "For the terminal UI" }],
  flags: [...INTERACTIVE, ...EVERYWHERE],
  conflicts: [[BYPASS.long, FULL_AUTO.long], [BYPASS.long, "ask-for-approval"]],
  commands: [
    EXEC,
    LOGIN,
    LOGOUT,
    DEMO,
    COMPLETION,
    FEATURES_COMMAND,
    DOCTOR,
    SANDBOX_COMMAND,
    DEBUG_COMMAND,
    EXECPOLICY,
    RESPONSES_API_PROXY,
    STDIO_TO_UDS,
  ],
  reserved: [
    ...["app", "app-server", "apply", "a", "cloud", "cloud-tasks"],
    ...["fork", "mcp", "mcp-server", "resume", "review"],
  ],
  versionName: "codex-cli",
  needs: [],
  load: () => import("./root_command.ts"),
};
