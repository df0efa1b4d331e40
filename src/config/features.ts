import { closest } from "./closest.ts";
import { ConfigError } from "./error.ts";

export type FeatureStage =
  | "stable"
  | "experimental"
  | "under development"
  | "deprecated"
  | "removed";

/** One switch of the registry. */
export interface Feature {
  readonly key: string;
  readonly stage: FeatureStage;
  readonly defaultOn: boolean;
  /** What it does, in a few words. */
  readonly doc: string;
}

const ON_LINUX = Deno.build.os === "linux";
const ON_MACOS = Deno.build.os === "darwin";
const ON_WINDOWS = Deno.build.os === "windows";

function stable(key: string, defaultOn: boolean, doc: string): Feature {
  return { key, stage: "stable", defaultOn, doc };
}

function off(key: string, stage: FeatureStage, doc: string): Feature {
  return { key, stage, defaultOn: false, doc };
}

/** Every switch there is, in the order in which `codex features list` shows them. */
export const FEATURES: readonly Feature[] = [
  stable("undo", false, "keep a commit of each turn's start, for undo"),
  stable("shell_tool", true, "let the model run commands"),
  stable("unified_exec", !ON_WINDOWS, "run commands in a terminal that lives on"),
  off("shell_zsh_fork", "under development", "watch commands through a patched zsh"),
  stable("shell_snapshot", true, "reuse the environment of the login shell"),
  off("js_repl", "under development", "offer a JavaScript console to the model"),
  off("js_repl_tools_only", "under development", "offer nothing but that console"),
  off("web_search_request", "deprecated", "older form of web_search = live"),
  off("web_search_cached", "deprecated", "older form of web_search = cached"),
  off("search_tool", "removed", "no effect"),
  off("codex_git_commit", "under development", "add an attribution line to commits"),
  off("runtime_metrics", "under development", "measure turns"),
  off("sqlite", "under development", "index sessions in a database"),
  off("memory_tool", "under development", "remember things across sessions"),
  off("child_agents_md", "under development", "more guidance about nested AGENTS.md"),
  off("apply_patch_freeform", "under development", "patches as free text"),
  off(
    "use_linux_sandbox_bwrap",
    ON_LINUX ? "experimental" : "under development",
    "confine commands with bubblewrap",
  ),
  off("request_rule", "removed", "no effect"),
  off("experimental_windows_sandbox", "removed", "older form of windows.sandbox"),
  off("elevated_windows_sandbox", "removed", "older form of windows.sandbox"),
  off("remote_models", "removed", "no effect"),
  {
    key: "powershell_utf8",
    stage: ON_WINDOWS ? "stable" : "under development",
    defaultOn: ON_WINDOWS,
    doc: "make PowerShell write UTF-8",
  },
  stable("enable_request_compression", true, "compress requests to the vendor"),
  off("multi_agent", "experimental", "let the model start sub-agents"),
  off("apps", "experimental", "connectors"),
  off("apps_mcp_gateway", "under development", "reach connectors over another route"),
  stable("skill_mcp_dependency_install", true, "offer to add servers that a skill needs"),
  off("skill_env_var_dependency_prompt", "under development", "ask for variables a skill needs"),
  stable("steer", true, "Enter sends while a turn runs"),
  stable("collaboration_modes", true, "modes Plan and Default"),
  stable("personality", true, "tone of answers can be chosen"),
  off(
    "prevent_idle_sleep",
    ON_MACOS ? "experimental" : "under development",
    "keep the machine awake during a turn",
  ),
  off("responses_websockets", "under development", "stream over WebSocket"),
  off("responses_websockets_v2", "under development", "stream over WebSocket, newer form"),
  stable("hooks", true, "run the hooks of hooks.json and config.toml"),
];

/** Older spellings that are still understood. */
export const FEATURE_ALIASES: Readonly<Record<string, string>> = {
  connectors: "apps",
  enable_experimental_windows_sandbox: "experimental_windows_sandbox",
  experimental_use_unified_exec_tool: "unified_exec",
  experimental_use_freeform_apply_patch: "apply_patch_freeform",
  include_apply_patch_tool: "apply_patch_freeform",
  web_search: "web_search_request",
  collab: "multi_agent",
  codex_hooks: "hooks",
};

/** Every name that is understood. */
export const FEATURE_NAMES: readonly string[] = [
  ...FEATURES.map(({ key }) => key),
  ...Object.keys(FEATURE_ALIASES),
];

/** The registry key that a name stands for; `null` = nobody knows the name. */
export function featureKey(name: string): string | null {
  if (FEATURES.some((feature) => feature.key === name)) return name;
  return Object.hasOwn(FEATURE_ALIASES, name) ? FEATURE_ALIASES[name] ?? null : null;
}

/** Those that give neither the model nor a command anything more to do, whichever way they stand. */
const HARMLESS_FEATURES: readonly string[] = [
  "undo",
  "unified_exec",
  "search_tool",
  "codex_git_commit",
  "runtime_metrics",
  "sqlite",
  "memory_tool",
  "child_agents_md",
  "apply_patch_freeform",
  "request_rule",
  "remote_models",
  "powershell_utf8",
  "enable_request_compression",
  "steer",
  "collaboration_modes",
  "personality",
  "prevent_idle_sleep",
  "responses_websockets",
  "responses_websockets_v2",
];

/** Whether a name may be switched in a folder that is trusted only as a part of its project; so may one that means nothing. */
export function isHarmlessFeature(name: string): boolean {
  const key = featureKey(name);
  return key === null || HARMLESS_FEATURES.includes(key);
}

/**
 * `--enable` and `--disable` as config overrides. They count after every `-c`, and a feature that is named
 * by both is off.
 *
 * @throws ConfigError `unknown_feature`
 */
export function featureOverrides(
  enable: readonly string[],
  disable: readonly string[],
): string[] {
  for (const name of [...enable, ...disable]) {
    if (featureKey(name) === null) {
      const near = closest(name, FEATURE_NAMES);
      const hint = near === null ? "" : `. Did you mean ${near}?`;
      throw new ConfigError("unknown_feature", `Unknown feature flag: ${name}${hint}`, {
        key: name,
      });
    }
  }
  return [
    ...enable.map((name) => `features.${name}=true`),
    ...disable.map((name) => `features.${name}=false`),
  ];
}
