import {
  ADD_DIR,
  ASK_FOR_APPROVAL,
  BYPASS,
  BYPASS_HOOK_TRUST,
  CD,
  EVERYWHERE,
  FULL_AUTO,
  IMAGE,
  LOCAL_PROVIDER,
  MODEL,
  OSS,
  PROFILE,
  SANDBOX,
  SEARCH,
} from "./shared_flags.ts";
import type { CommandSpec, FlagSpec, Permission } from "./spec.ts";

/** A session starts programs, reads and writes files, and talks to a server. */
const A_SESSION: readonly Permission[] = ["read", "write", "net", "env", "run", "sys", "ffi"];

/** Flags that may also stand behind `resume`. */
const ALSO_BEHIND: readonly FlagSpec[] = [
  MODEL,
  FULL_AUTO,
  BYPASS,
  BYPASS_HOOK_TRUST,
  { long: "skip-git-repo-check", doc: "Run outside of a git repository, too" },
  { long: "ephemeral", doc: "Keep no session file" },
  {
    long: "json",
    aliases: ["experimental-json"],
    doc: "Print events as JSON lines on stdout",
  },
];

/** What may stand in front of `exec`: dropping `-s read-only` or `-C` without a word would be dangerous. */
const FROM_ROOT = {
  takes: [
    ...[IMAGE, MODEL, OSS, LOCAL_PROVIDER, PROFILE, SANDBOX, FULL_AUTO, BYPASS, CD, ADD_DIR],
    ...[SEARCH, BYPASS_HOOK_TRUST],
  ].map(({ long }) => long),
  noEffect: { [ASK_FOR_APPROVAL.long]: { reason: "exec never asks", unless: "never" } },
};

const RESUME: CommandSpec = {
  name: "resume",
  summary: "Continue an earlier session",
  positionals: [
    { name: "SESSION_ID", doc: "Id or name of the session; with --last this is the prompt" },
    { name: "PROMPT", doc: "What to do next; - reads it from stdin" },
  ],
  flags: [
    { long: "last", doc: "Continue the newest session of this folder" },
    { long: "all", doc: "With --last: look at the sessions of every folder" },
    IMAGE,
    ...ALSO_BEHIND,
    ...EVERYWHERE,
  ],
  conflicts: [[BYPASS.long, FULL_AUTO.long]],
  ...FROM_ROOT,
  needs: A_SESSION,
  load: () => import("./exec_command.ts"),
};

/** `codex exec`. */
export const EXEC: CommandSpec = {
  name: "exec",
  aliases: ["e"],
  summary: "Run one prompt without a terminal UI",
  details: "Without PROMPT, or with -, the prompt is read from stdin. Only the final answer goes " +
    "to stdout; everything else goes to stderr.",
  positionals: [{ name: "PROMPT", doc: "What to do; - reads it from stdin" }],
  flags: [
    {
      ...IMAGE,
      greedy: true,
      details: "Several names may follow. A last word that is neither a file nor looks like an " +
        "image is taken for the prompt.",
    },
    ...ALSO_BEHIND,
    OSS,
    LOCAL_PROVIDER,
    SANDBOX,
    PROFILE,
    CD,
    ADD_DIR,
    {
      long: "output-schema",
      value: "FILE",
      nonEmpty: true,
      hint: "file",
      doc: "JSON Schema that the final answer has to follow",
    },
    {
      long: "color",
      value: "WHEN",
      choices: ["always", "never", "auto"],
      default: "auto",
      doc: "Colours in the output; auto looks at the terminal",
    },
    {
      long: "output-last-message",
      short: "o",
      value: "FILE",
      nonEmpty: true,
      hint: "file",
      doc: "Also write the final answer to this file",
    },
    ...EVERYWHERE,
  ],
  conflicts: [[BYPASS.long, FULL_AUTO.long]],
  commands: [RESUME],
  reserved: ["review"],
  versionName: "codex-cli-exec",
  ...FROM_ROOT,
  needs: A_SESSION,
  load: () => import("./exec_command.ts"),
};
