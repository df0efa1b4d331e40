import type { FlagSpec } from "./spec.ts";

/** Flags that every command has. */
export const EVERYWHERE: readonly FlagSpec[] = [
  {
    long: "config",
    short: "c",
    value: "KEY=VALUE",
    repeats: true,
    doc: 'Set a key of config.toml for this run, such as model="o3"; the value is TOML or text',
  },
  { long: "enable", value: "FEATURE", repeats: true, doc: "Switch a feature on" },
  { long: "disable", value: "FEATURE", repeats: true, doc: "Switch a feature off" },
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
  doc: "Image to attach to the prompt; a list with commas is fine",
};

export const OSS: FlagSpec = { long: "oss", doc: "Use a model that runs on this machine" };

export const LOCAL_PROVIDER: FlagSpec = {
  long: "local-provider",
  value: "PROVIDER",
  doc: "Server for --oss: lmstudio or ollama",
};

export const SANDBOX: FlagSpec = {
  long: "sandbox",
  short: "s",
  value: "MODE",
  choices: ["read-only", "workspace-write", "danger-full-access"],
  doc: "What commands of the model may touch",
};

export const PROFILE: FlagSpec = {
  long: "profile",
  short: "p",
  value: "PROFILE",
  doc: "Profile of config.toml to use",
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

export const CD: FlagSpec = {
  long: "cd",
  short: "C",
  value: "DIR",
  nonEmpty: true,
  doc: "Folder to work in",
};

export const ADD_DIR: FlagSpec = {
  long: "add-dir",
  value: "DIR",
  repeats: true,
  nonEmpty: true,
  doc: "Further folder that commands may write to",
};

export const ASK_FOR_APPROVAL: FlagSpec = {
  long: "ask-for-approval",
  short: "a",
  value: "POLICY",
  choices: ["untrusted", "on-failure", "on-request", "never"],
  doc: "When a person is asked before a command runs; exec never asks",
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
  CD,
  SEARCH,
  ADD_DIR,
  { long: "no-alt-screen", doc: "Keep the terminal UI in the scrollback" },
];
