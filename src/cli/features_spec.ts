import { EVERYWHERE } from "./shared_flags.ts";
import type { CommandSpec, Permission } from "./spec.ts";

/** The configuration: files, programs that keep it, the proxy variables of `.env`. */
const A_CONFIGURATION: readonly Permission[] = ["read", "write", "env", "run", "sys", "ffi"];

const FEATURE = {
  name: "FEATURE",
  doc: "Name of the feature; codex features list shows them",
  required: true,
  hint: "feature",
} as const;

const WRITTEN_AT_THE_TOP = {
  profile: { reason: "the switch is written into [features], which counts for every profile" },
} as const;

/** `codex features`. */
export const FEATURES_COMMAND: CommandSpec = {
  name: "features",
  summary: "Show what can be switched on and off, and switch it",
  positionals: [],
  flags: [...EVERYWHERE],
  commands: [
    {
      name: "list",
      summary: "Print every feature, how mature it is, and whether it is on here",
      details: "What counts is the whole configuration for this folder: files, -p, -c, --enable, " +
        "--disable.",
      positionals: [],
      flags: [...EVERYWHERE],
      takes: ["profile", "search"],
      needs: A_CONFIGURATION,
      load: () => import("./features_list_command.ts"),
    },
    {
      name: "enable",
      summary: "Switch a feature on in config.toml",
      positionals: [FEATURE],
      flags: [...EVERYWHERE],
      noEffect: WRITTEN_AT_THE_TOP,
      needs: A_CONFIGURATION,
      load: () => import("./features_enable_command.ts"),
    },
    {
      name: "disable",
      summary: "Switch a feature off in config.toml",
      positionals: [FEATURE],
      flags: [...EVERYWHERE],
      noEffect: WRITTEN_AT_THE_TOP,
      needs: A_CONFIGURATION,
      load: () => import("./features_disable_command.ts"),
    },
  ],
  needs: [],
};
