import type { FlagSpec } from "./spec.ts";

/** Of the whole command line, wherever it stands. */
export const STRICT_CONFIG: FlagSpec = {
  long: "strict-config",
  doc: "Refuse what does not count in config.toml",
  details: "Keys that nobody knows, and what a folder inside a trusted project may not set. " +
    "Without it they are told in a warning.",
};

/** Flags that every command has. */
export const EVERYWHERE: readonly FlagSpec[] = [
  {
    long: "config",
    short: "c",
    value: "KEY=VALUE",
    repeats: true,
    doc: 'Set a key of config.toml for this run, such as model="o3"',
    details:
      "The value is read as TOML, and taken as text where it is none. Dots lead into tables: " +
      "-c shell_environment_policy.inherit=all. Of two that set one key the later one counts.",
  },
  {
    long: "enable",
    value: "FEATURE",
    hint: "feature",
    repeats: true,
    doc: "Switch a feature on",
    details: "The same as -c features.FEATURE=true.",
  },
  {
    long: "disable",
    value: "FEATURE",
    hint: "feature",
    repeats: true,
    doc: "Switch a feature off",
    details: "The same as -c features.FEATURE=false; --disable beats --enable.",
  },
  STRICT_CONFIG,
];

export const MODEL: FlagSpec = {
  long: "model",
  short: "m",
  value: "MODEL",
  doc: "Model to use",
};

export const IMAGE: FlagSpec = {
  long: "image",
  short: "i",
  value: "FILE",
  repeats: true,
  commas: true,
  nonEmpty: true,
  hint: "file",
  doc: "Image to attach to the prompt; a list with commas is fine",
};

export const OSS: FlagSpec = { long: "oss", doc: "Use a model that runs on this machine" };

export const LOCAL_PROVIDER: FlagSpec = {
  long: "local-provider",
  value: "PROVIDER",
  doc: "Server for --oss: lmstudio or ollama",
  details: "Without it, oss_provider of config.toml says which.",
};

export const SANDBOX: FlagSpec = {
  long: "sandbox",
  short: "s",
  value: "MODE",
  choices: ["read-only", "workspace-write", "danger-full-access"],
  doc: "What commands of the model may touch",
  details:
    "read-only: they read files and change nothing. workspace-write: they also write in the " +
    "working directory and in temporary folders. danger-full-access: no sandbox at all.",
};

export const PROFILE: FlagSpec = {
  long: "profile",
  short: "p",
  value: "PROFILE",
  doc: "Profile of config.toml to use",
  details: "A table [profiles.NAME] with keys that stand in for those of the top level.",
};

export const FULL_AUTO: FlagSpec = {
  long: "full-auto",
  doc: "Let commands write in the working directory (--sandbox workspace-write)",
};

export const BYPASS: FlagSpec = {
  long: "dangerously-bypass-approvals-and-sandbox",
  aliases: ["yolo"],
  doc: "Run commands without asking and without a sandbox. DANGEROUS: only where the whole " +
    "machine is walled off already",
};

export const BYPASS_HOOK_TRUST: FlagSpec = {
  long: "dangerously-bypass-hook-trust",
  doc: "Run the hooks of a trusted project without a review. DANGEROUS: only where you know them",
};

export const CD: FlagSpec = {
  long: "cd",
  short: "C",
  value: "DIR",
  nonEmpty: true,
  hint: "folder",
  doc: "Folder to work in",
};

export const ADD_DIR: FlagSpec = {
  long: "add-dir",
  value: "DIR",
  repeats: true,
  nonEmpty: true,
  hint: "folder",
  doc: "Further folder that commands may write to",
};

export const ASK_FOR_APPROVAL: FlagSpec = {
  long: "ask-for-approval",
  short: "a",
  value: "POLICY",
  choices: ["untrusted", "on-failure", "on-request", "never"],
  doc: "When a person is asked before a command runs",
  details:
    "untrusted: before all but harmless ones. on-request: when the model asks for it. never: " +
    "failures go back to the model. on-failure: when a command fails in the sandbox; no longer " +
    "advised. exec never asks.",
};

export const SEARCH: FlagSpec = { long: "search", doc: "Let the model search the web live" };

/** Flags of the root: for the terminal UI, and handed on to the commands that have them. */
export const INTERACTIVE: readonly FlagSpec[] = [
  { ...IMAGE, greedy: true },
  MODEL,
  OSS,
  LOCAL_PROVIDER,
  PROFILE,
  SANDBOX,
  ASK_FOR_APPROVAL,
  FULL_AUTO,
  BYPASS,
  BYPASS_HOOK_TRUST,
  CD,
  SEARCH,
  ADD_DIR,
  { long: "no-alt-screen", doc: "Keep the terminal UI in the scrollback" },
];
