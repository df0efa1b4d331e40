import { bool, choice, count, list, map, path, port, positive, string, table } from "./shape.ts";
import type { TableOf } from "./shape.ts";
import { HOOKS } from "./schema_hooks.ts";
import { PROFILE, SHARED_FIELDS } from "./schema_profile.ts";
import {
  AGENTS,
  APPS,
  GHOST_SNAPSHOT,
  MCP_SERVER,
  MEMORIES,
  NOTICE,
  OTEL,
  PROVIDER,
  SANDBOX_WORKSPACE_WRITE,
  SHELL_ENVIRONMENT_POLICY,
  SKILLS,
  TUI,
} from "./schema_tables.ts";

export { PROFILE_KEYS, type ProfileTable } from "./schema_profile.ts";

/**
 * `config.toml`, whole. The one description: types, checks, the JSON schema and the reference page come from here; run
 * `deno task config-docs` after a change.
 */
export const CONFIG_SCHEMA = table({
  ...SHARED_FIELDS,
  review_model: {
    below: "any",
    shape: string,
    doc: "Model for reviews; without it the session's own is used.",
    unused: true,
  },
  model_context_window: {
    below: "any",
    shape: positive,
    doc: "Tokens that the model can take at once. Set it for models that the catalogue does not " +
      "know; a wrong number means that the history is compacted too late or too early.",
    initial: "the model's own",
  },
  model_auto_compact_token_limit: {
    below: "any",
    shape: positive,
    doc: "Tokens past which the history is replaced by a summary.",
    initial: "nine tenths of the context window",
  },
  model_supports_reasoning_summaries: {
    below: "any",
    shape: bool,
    doc:
      "`true` asks the model to think aloud, for models that the catalogue does not know; `false` " +
      "takes nothing from those that it knows.",
    initial: "the model's own",
  },
  tool_output_token_limit: {
    below: "any",
    shape: count,
    doc: "Tokens of one tool's output that are kept in the history; the middle is left out.",
    initial: "the model's own",
  },
  sandbox_workspace_write: {
    shape: SANDBOX_WORKSPACE_WRITE,
    doc: 'Details of `sandbox_mode = "workspace-write"`; without that mode nothing here counts.',
  },
  shell_environment_policy: {
    shape: SHELL_ENVIRONMENT_POLICY,
    doc:
      "Which environment variables commands of the model get. Applied in this order: `inherit`, " +
      "`ignore_default_excludes`, `exclude`, `set`, `include_only`.",
  },
  tools: {
    shape: table({
      web_search: {
        below: [false],
        shape: bool,
        aliases: ["web_search_request"],
        doc: 'Outdated: `true` stands for `web_search = "live"`; works, with a notice.',
      },
      view_image: {
        below: "any",
        shape: bool,
        doc: "Outdated: once switched the tool that shows images to the model.",
        unused: true,
      },
    }),
    doc: "Outdated switches of tools.",
  },
  instructions: {
    below: "any",
    shape: string,
    doc: "Outdated. Write an AGENTS.md, or use `developer_instructions`.",
    unused: true,
  },
  developer_instructions: {
    below: "any",
    shape: string,
    doc: "Text that the model gets as a further message of the developer, after the built-in " +
      "instructions and before AGENTS.md.",
  },
  compact_prompt: {
    below: "any",
    shape: string,
    doc: "Prompt that asks for a summary when the history gets too long. Blank counts as unset.",
    initial: "a built-in prompt",
  },
  commit_attribution: {
    below: "any",
    shape: string,
    doc: "Trailer that commits of the model carry; blank means none.",
    default: "Codex <noreply@openai.com>",
    unused: true,
  },
  notify: {
    shape: list(string),
    doc:
      "Program, with its arguments, that is started after each turn. It gets one more argument: " +
      "a JSON object that tells of the turn.",
    initial: "nothing is started",
  },
  hooks: {
    shape: HOOKS,
    doc:
      "Commands of yours that are run at points of a session; see [hooks.md](hooks.md). They may " +
      "also stand in a file `hooks.json` beside this one.",
  },
  profile: {
    shape: string,
    doc:
      "Name of the profile that counts; `-p` goes before it. A name that `[profiles]` does not " +
      "define is an error.",
  },
  profiles: {
    shape: map(PROFILE),
    doc:
      "Named sets of keys. The active one goes before the same keys at the top, but not before `-c`.",
  },
  model_providers: {
    shape: map(PROVIDER),
    doc: "Servers that offer models, by name; choose one with `model_provider`. Entries called " +
      "`openai`, `ollama` or `lmstudio` do not replace the built-in ones; of the last two `wire_api` " +
      "alone counts.",
  },
  mcp_servers: {
    shape: map(MCP_SERVER),
    doc:
      "MCP servers that offer tools to the model, by name. An entry has `command` (a program that " +
      "is started) or `url` (a server that runs already).",
    unused: true,
  },
  mcp_oauth_credentials_store: {
    shape: choice("auto", "file", "keyring"),
    doc: "Where logins to MCP servers are kept.",
    default: "auto",
    unused: true,
  },
  mcp_oauth_callback_port: {
    below: "any",
    shape: port,
    doc: "Port to which a browser comes back after a login to an MCP server.",
    initial: "any free one",
    unused: true,
  },
  cli_auth_credentials_store: {
    shape: choice("file", "keyring", "auto", "ephemeral"),
    doc: "Where `codex login` keeps the login. `file`: `auth.json` in CODEX_HOME. `keyring`: the " +
      "system's keyring. `auto`: the keyring where it works, else the file. `ephemeral`: nowhere.",
    default: "file",
  },
  forced_login_method: {
    shape: choice("chatgpt", "api"),
    doc: "The only kind of login that is allowed; another one is logged out at the start.",
    initial: "both are allowed",
  },
  forced_chatgpt_workspace_id: {
    shape: string,
    doc: "The only ChatGPT workspace that a login may be for. Blank counts as unset.",
    initial: "any",
  },
  project_doc_max_bytes: {
    below: "any",
    shape: count,
    doc: "Bytes of AGENTS.md files that are read, all of them together. 0 reads none.",
    default: 32_768,
  },
  project_doc_fallback_filenames: {
    below: "any",
    shape: list(string),
    doc: "Names that are tried in folders without an AGENTS.md, in this order.",
    default: [],
  },
  project_root_markers: {
    shape: list(string),
    doc:
      "Files or folders that mark the root of a project; the nearest folder upwards that has one " +
      "is it. An empty list makes the working directory the root. Project files cannot set it.",
    default: [".git"],
  },
  projects: {
    shape: map(table({
      trust_level: {
        shape: choice("trusted", "untrusted"),
        doc:
          "`trusted`: the project's own `.codex` counts. `untrusted`: it does not, and commands " +
          "are asked about.",
      },
    })),
    doc: "Whether folders are trusted, by their absolute path. Written as exact paths, without a " +
      "slash at the end.",
  },
  history: {
    below: "any",
    shape: table({
      persistence: {
        shape: choice("save-all", "none"),
        required: true,
        doc: "Whether prompts are kept for the next session.",
        unused: true,
      },
      max_bytes: {
        shape: count,
        doc: "Size past which the oldest prompts are dropped.",
        initial: "no limit",
        unused: true,
      },
    }),
    doc: "The history of prompts, for the terminal interface.",
  },
  log_dir: {
    shape: path,
    doc: "Folder for log files.",
    initial: "`log` in CODEX_HOME",
    unused: true,
  },
  file_opener: {
    below: "any",
    shape: choice("vscode", "vscode-insiders", "windsurf", "cursor", "none"),
    doc: "Editor that links to files open.",
    default: "vscode",
    unused: true,
  },
  hide_agent_reasoning: {
    below: "any",
    shape: bool,
    doc: "`codex exec` prints no summaries of the model's thinking.",
    default: false,
  },
  show_raw_agent_reasoning: {
    below: "any",
    shape: bool,
    doc: "Show the model's thinking itself, for models that hand it out.",
    initial: "`false`; with `--oss` `true`",
  },
  check_for_update_on_startup: {
    below: "any",
    shape: bool,
    doc: "Look for a newer version at the start.",
    default: true,
    unused: true,
  },
  disable_paste_burst: {
    below: "any",
    shape: bool,
    doc: "Do not take fast typing for pasted text.",
    default: false,
    unused: true,
  },
  suppress_unstable_features_warning: {
    below: "any",
    shape: bool,
    doc: "Do not warn about features that are still under development.",
    default: false,
  },
  feedback: {
    shape: table({
      enabled: {
        below: [false],
        shape: bool,
        doc: "Whether feedback may be sent.",
        default: true,
        unused: true,
      },
    }),
    doc: "Feedback to the vendor.",
  },
  windows_wsl_setup_acknowledged: {
    below: "any",
    shape: bool,
    doc: "Written by the program, once the user has read about WSL.",
    default: false,
    unused: true,
  },
  tui: { below: "any", shape: TUI, doc: "The terminal interface.", unused: true },
  notice: {
    shape: NOTICE,
    doc: "What the user has seen or turned off; written by the terminal interface.",
    unused: true,
  },
  otel: { shape: OTEL, doc: "Where OpenTelemetry data goes.", unused: true },
  agents: { shape: AGENTS, doc: "Sub-agents, and the roles that they can have.", unused: true },
  memories: {
    below: "any",
    shape: MEMORIES,
    doc: "What is remembered across sessions.",
    unused: true,
  },
  skills: { shape: SKILLS, doc: "Skills: instructions for special tasks.", unused: true },
  apps: { shape: APPS, doc: "Connectors to other services, by their id.", unused: true },
  ghost_snapshot: {
    below: "any",
    shape: GHOST_SNAPSHOT,
    doc: "Snapshots of the working directory, for undo.",
    unused: true,
  },
});

/** A whole, checked `config.toml`. */
export type ConfigTable = TableOf<typeof CONFIG_SCHEMA.fields>;
