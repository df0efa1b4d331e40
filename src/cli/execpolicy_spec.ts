import { EVERYWHERE } from "./shared_flags.ts";
import type { CommandSpec } from "./spec.ts";

const CHECK: CommandSpec = {
  name: "check",
  summary: "Tell which rules match a command",
  details: "Prints JSON; the exit code is 0 whatever the rules say. The command is taken word by " +
    "word: a script for a shell is not taken apart.",
  positionals: [{
    name: "COMMAND",
    doc: "The command, with its arguments",
    takesRest: true,
    required: true,
  }],
  flags: [
    {
      long: "rules",
      short: "r",
      value: "PATH",
      repeats: true,
      nonEmpty: true,
      required: true,
      hint: "file",
      doc: "File with rules",
    },
    { long: "pretty", doc: "Break the JSON into lines" },
    ...EVERYWHERE,
  ],
  needs: ["read"],
  load: () => import("./execpolicy_command.ts"),
};

/** `codex execpolicy`, for those who write rules. */
export const EXECPOLICY: CommandSpec = {
  name: "execpolicy",
  summary: "Try out rules about commands",
  hidden: true,
  positionals: [],
  flags: EVERYWHERE,
  commands: [CHECK],
  needs: [],
};
