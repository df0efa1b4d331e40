import {
  bool,
  choice,
  count,
  either,
  integer,
  list,
  map,
  path,
  positive,
  seconds,
  string,
  table,
} from "./shape.ts";

const STDIO_ONLY = ["args", "env", "env_vars", "cwd"] as const;
const HTTP_ONLY = ["url", "bearer_token_env_var", "http_headers", "env_http_headers"] as const;

/** `[model_providers.<id>]`. */
export const PROVIDER = table({
  name: {
    shape: string,
    required: true,
    doc: "Display name; the exact name `OpenAI` marks the vendor's own service.",
  },
  base_url: { shape: string, doc: "Address of the API.", initial: "the vendor's address" },
  env_key: { shape: string, doc: "Environment variable that holds the API key." },
  env_key_instructions: { shape: string, doc: "Text shown when that variable is not set." },
  experimental_bearer_token: { shape: string, doc: "Bearer token, literally." },
  wire_api: {
    shape: choice("responses", "chat"),
    doc: "Protocol: the Responses API, or Chat Completions.",
    initial: "responses",
  },
  query_params: { shape: map(string), doc: "Parameters added to every address." },
  http_headers: { shape: map(string), doc: "Headers sent with every request." },
  env_http_headers: {
    shape: map(string),
    doc: "Headers whose value is read from the environment variable named here.",
  },
  request_max_retries: { shape: count, doc: "Tries after a failed request.", initial: "4" },
  stream_max_retries: { shape: count, doc: "Tries after a broken stream.", initial: "5" },
  stream_idle_timeout_ms: {
    shape: count,
    doc: "Silence after which a stream counts as broken.",
    initial: "300000",
  },
  requires_openai_auth: {
    shape: bool,
    doc: "Send the OpenAI login to this provider.",
    initial: "false",
  },
  supports_websockets: { shape: bool, doc: "The provider speaks WebSocket.", initial: "false" },
});

/** `[mcp_servers.<name>]`. */
export const MCP_SERVER = {
  ...table({
    command: { shape: string, doc: "Program to start; makes this a stdio server." },
    args: { shape: list(string), doc: "Arguments of the program." },
    env: { shape: map(string), doc: "Environment variables to set." },
    env_vars: { shape: list(string), doc: "Environment variables to pass through." },
    cwd: { shape: string, doc: "Working directory of the program." },
    url: { shape: string, doc: "Address; makes this a streamable HTTP server." },
    bearer_token: { shape: string, doc: "Not supported; use bearer_token_env_var." },
    bearer_token_env_var: { shape: string, doc: "Environment variable with the token." },
    http_headers: { shape: map(string), doc: "Headers sent with every request." },
    env_http_headers: { shape: map(string), doc: "Headers read from environment variables." },
    enabled: { shape: bool, doc: "False keeps the entry without using it.", initial: "true" },
    required: { shape: bool, doc: "`exec` fails without this server.", initial: "false" },
    startup_timeout_sec: { shape: seconds, doc: "Longest start, in seconds.", initial: "10" },
    startup_timeout_ms: { shape: count, doc: "The same in milliseconds; loses when both are set." },
    tool_timeout_sec: { shape: seconds, doc: "Longest tool call, in seconds.", initial: "60" },
    enabled_tools: { shape: list(string), doc: "Only these tools.", initial: "all" },
    disabled_tools: { shape: list(string), doc: "Never these tools." },
    scopes: { shape: list(string), doc: "OAuth scopes to ask for." },
  }),
  whole: (server: Readonly<Record<string, unknown>>) => {
    const given = (key: string) => server[key] !== undefined;
    if (given("bearer_token")) {
      return {
        key: "bearer_token",
        wanted: "is not supported: put the token in an environment variable and name it in " +
          "bearer_token_env_var",
      };
    }
    const [kind, foreign] = given("command")
      ? ["a stdio server (one with `command`)", HTTP_ONLY] as const
      : ["a streamable HTTP server (one with `url`)", STDIO_ONLY] as const;
    if (!given("command") && !given("url")) {
      return { key: "", wanted: "needs either `command` or `url`" };
    }
    const offender = foreign.find(given);
    return offender === undefined
      ? null
      : { key: offender, wanted: `is not supported for ${kind}` };
  },
} as const;

const TLS = table({
  "ca-certificate": { shape: path, doc: "Certificate authority." },
  "client-certificate": { shape: path, doc: "Certificate of this client." },
  "client-private-key": { shape: path, doc: "Key of this client." },
});

const EXPORTER = either(
  choice("none", "statsig"),
  table({
    "otlp-http": {
      doc: "OTLP over HTTP.",
      shape: table({
        endpoint: { shape: string, required: true, doc: "Address of the collector." },
        protocol: { shape: choice("binary", "json"), required: true, doc: "Body format." },
        headers: { shape: map(string), doc: "Headers to send." },
        tls: { shape: TLS, doc: "Certificates." },
      }),
    },
    "otlp-grpc": {
      doc: "OTLP over gRPC.",
      shape: table({
        endpoint: { shape: string, required: true, doc: "Address of the collector." },
        headers: { shape: map(string), doc: "Headers to send." },
        tls: { shape: TLS, doc: "Certificates." },
      }),
    },
  }),
);

export const OTEL = table({
  log_user_prompt: { shape: bool, doc: "Export prompts.", initial: "false" },
  environment: { shape: string, doc: "Label of the environment.", initial: "dev" },
  exporter: { shape: EXPORTER, doc: "Where logs go.", initial: "none" },
  trace_exporter: { shape: EXPORTER, doc: "Where traces go.", initial: "as `exporter`" },
  metrics_exporter: { shape: EXPORTER, doc: "Where metrics go.", initial: "statsig" },
});

export const TUI = table({
  notifications: {
    shape: either(bool, list(string)),
    doc: "Desktop notifications: all, none, or some of agent-turn-complete, approval-requested.",
    initial: "true",
  },
  notification_method: {
    shape: choice("auto", "osc9", "bel"),
    doc: "How the terminal is told.",
    initial: "auto",
  },
  animations: { shape: bool, doc: "Moving parts.", initial: "true" },
  show_tooltips: { shape: bool, doc: "Tips on the first screen.", initial: "true" },
  alternate_screen: {
    shape: choice("auto", "always", "never"),
    doc: "Use the terminal's second screen.",
    initial: "auto",
  },
  status_line: { shape: list(string), doc: "Items of the status line." },
});

export const NOTICE = table({
  hide_full_access_warning: { shape: bool, doc: "Written by the program." },
  hide_world_writable_warning: { shape: bool, doc: "Written by the program." },
  hide_rate_limit_model_nudge: { shape: bool, doc: "Written by the program." },
  hide_gpt5_1_migration_prompt: { shape: bool, doc: "Written by the program." },
  "hide_gpt-5.1-codex-max_migration_prompt": { shape: bool, doc: "Written by the program." },
  model_migrations: { shape: map(string), doc: "Old model → new model, as seen by the user." },
});

export const AGENTS = {
  ...table({
    max_threads: { shape: positive, doc: "Sub-agents at a time.", initial: "6" },
  }),
  rest: table({
    description: { shape: string, doc: "When to use this role." },
    config_file: { shape: path, doc: "Config fragment of the role." },
  }),
} as const;

export const MEMORIES = table({
  max_raw_memories_for_global: { shape: count, doc: "Memories joined.", initial: "1024" },
  max_rollout_age_days: { shape: integer, doc: "Oldest session read.", initial: "30" },
  max_rollouts_per_startup: { shape: count, doc: "Sessions read a start.", initial: "8" },
  min_rollout_idle_hours: { shape: integer, doc: "Rest before reading.", initial: "12" },
  phase_1_model: { shape: string, doc: "Model that extracts." },
  phase_2_model: { shape: string, doc: "Model that joins." },
});

export const SKILLS = table({
  config: {
    doc: "Skills switched on or off.",
    shape: list(table({
      path: { shape: path, required: true, doc: "The skill." },
      enabled: { shape: bool, required: true, doc: "On or off." },
    })),
  },
});

export const APPS = map(table({
  enabled: { shape: bool, doc: "On or off.", initial: "true" },
  disabled_reason: { shape: choice("unknown", "user"), doc: "Why it is off." },
}));

export const GHOST_SNAPSHOT = table({
  ignore_large_untracked_files: {
    shape: integer,
    aliases: ["ignore_untracked_files_over_bytes"],
    doc: "Bytes past which an untracked file is left out; 0 = no limit.",
    initial: "10 MiB",
  },
  ignore_large_untracked_dirs: {
    shape: integer,
    aliases: ["large_untracked_dir_warning_threshold"],
    doc: "Files past which an untracked folder is left out; 0 = no limit.",
    initial: "200",
  },
  disable_warnings: { shape: bool, doc: "Do not report what was left out.", initial: "false" },
});

export const SANDBOX_WORKSPACE_WRITE = table({
  writable_roots: { shape: list(path), doc: "Writable besides the working directory." },
  network_access: { shape: bool, doc: "Commands may use the network.", initial: "false" },
  exclude_tmpdir_env_var: { shape: bool, doc: "`$TMPDIR` is not writable.", initial: "false" },
  exclude_slash_tmp: { shape: bool, doc: "`/tmp` is not writable.", initial: "false" },
  git_writable: {
    shape: bool,
    doc: "`git commit` works; hooks and configuration stay protected.",
    initial: "false",
  },
});

export const SHELL_ENVIRONMENT_POLICY = table({
  inherit: { shape: choice("all", "core", "none"), doc: "What to start with.", initial: "all" },
  ignore_default_excludes: {
    shape: bool,
    doc: "False drops names that look like secrets.",
    initial: "true",
  },
  exclude: { shape: list(string), doc: "Names to drop; `*` and `?` are wild." },
  set: { shape: map(string), doc: "Variables to set." },
  include_only: { shape: list(string), doc: "When not empty, only these names stay." },
  experimental_use_profile: { shape: bool, doc: "Accepted, without effect." },
});
