import { OLDER_SANDBOX_COMMANDS } from "./sandbox_spec.ts";
import { CD, EVERYWHERE, PROFILE, SEARCH } from "./shared_flags.ts";
import type { CommandSpec } from "./spec.ts";

const MODELS: CommandSpec = {
  name: "models",
  summary: "Print the built-in list of models as JSON",
  details:
    "Every model that the program knows by itself, those that are not offered included, as " +
    "entries of the vendor's model list.",
  positionals: [],
  flags: EVERYWHERE,
  needs: [],
  load: () => import("./debug_models_command.ts"),
};

const CONFIG: CommandSpec = {
  name: "config",
  summary: "Print the configuration that counts here as JSON, and where each value comes from",
  details:
    "Values are printed as they were written, secrets included. Profiles are shown and not " +
    "applied.",
  positionals: [],
  flags: [
    { long: "layers", doc: "Also print every source by itself, the one that wins first" },
    ...EVERYWHERE,
  ],
  takes: [CD, SEARCH].map(({ long }) => long),
  noEffect: { [PROFILE.long]: { reason: "profiles are shown and not applied" } },
  // The managed preferences of macOS are asked of the system's library.
  needs: ["read", "env", "ffi", "sys", "run"],
  load: () => import("./debug_config_command.ts"),
};

/** `codex debug`. */
export const DEBUG_COMMAND: CommandSpec = {
  name: "debug",
  summary: "Look into the program: its models, its configuration",
  positionals: [],
  flags: EVERYWHERE,
  commands: [CONFIG, MODELS, ...OLDER_SANDBOX_COMMANDS],
  needs: [],
};
