import { ADD_DIR, BYPASS, CD, EVERYWHERE, FULL_AUTO, PROFILE, SANDBOX } from "./shared_flags.ts";
import type { CommandSpec, FlagSpec, Permission } from "./spec.ts";

const NEEDS: readonly Permission[] = ["read", "write", "net", "env", "run", "sys", "ffi"];

const FLAGS: readonly FlagSpec[] = [
  {
    long: FULL_AUTO.long,
    doc: "Let the command write in the working directory and in temporary folders",
  },
  { long: "explain", doc: "Tell which sandbox it is, why, and what it does not enforce" },
  ...EVERYWHERE,
];

const LOG_DENIALS: FlagSpec = {
  long: "log-denials",
  doc: "List afterwards what the command was refused",
};

function onSystem(
  name: string,
  aliases: readonly string[],
  summary: string,
  flags: readonly FlagSpec[],
): CommandSpec {
  return {
    name,
    ...(aliases.length === 0 ? {} : { aliases }),
    summary,
    details: "The command may read everything, write nothing and has no network, unless flags " +
      "and [sandbox_workspace_write] say otherwise. Its exit code is passed on; 125 = the sandbox " +
      "could not be set up, 126 = the command cannot be executed, 127 = there is no such command.",
    positionals: [{
      name: "COMMAND",
      doc: "What to run, with its arguments",
      takesRest: true,
      hint: "command",
    }],
    flags,
    takes: [PROFILE, CD, ADD_DIR, FULL_AUTO, SANDBOX].map(({ long }) => long),
    noEffect: { [BYPASS.long]: { reason: "this command runs nothing without a sandbox" } },
    needs: NEEDS,
    load: () => import("./sandbox_command.ts"),
  };
}

const MACOS = "Run a command in the sandbox of macOS";
const LINUX = "Run a command in the sandbox of Linux";

/** `codex sandbox`. */
export const SANDBOX_COMMAND: CommandSpec = {
  name: "sandbox",
  summary: "Run a command the way commands of the model are run",
  positionals: [],
  flags: EVERYWHERE,
  commands: [
    onSystem("macos", ["seatbelt"], MACOS, [LOG_DENIALS, ...FLAGS]),
    onSystem("linux", ["landlock"], LINUX, FLAGS),
    onSystem("windows", [], "Run a command in the sandbox of Windows", FLAGS),
  ],
  needs: [],
};

/** Older names of the sandbox commands, for scripts that use them. */
export const OLDER_SANDBOX_COMMANDS: readonly CommandSpec[] = [
  onSystem("seatbelt", [], MACOS, [LOG_DENIALS, ...FLAGS]),
  onSystem("landlock", [], LINUX, FLAGS),
];
