import { CD, EVERYWHERE, PROFILE } from "./shared_flags.ts";
import type { CommandSpec } from "./spec.ts";

/** `codex doctor`. */
export const DOCTOR: CommandSpec = {
  name: "doctor",
  summary: "Look at the installation, and say what to mend",
  details: "Checks the program, the configuration, the login, the sandbox, the network and what " +
    "surrounds them. Changes nothing and shows no secrets. The exit code is 1 when there is a " +
    "problem; warnings do not count.",
  positionals: [],
  flags: [
    { long: "json", doc: "Print a JSON document" },
    { long: "offline", doc: "Make no connection: the model's server is not tried" },
    PROFILE,
    CD,
    ...EVERYWHERE,
  ],
  takes: [PROFILE, CD].map(({ long }) => long),
  needs: ["read", "write", "net", "env", "run", "sys", "ffi"],
  load: () => import("./doctor_command.ts"),
};
