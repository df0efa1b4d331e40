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

/** Keys of `[mcp_servers.<name>]` that a server with `url` must not have. */
export const STDIO_ONLY = ["args", "env", "env_vars", "cwd"] as const;
/** Keys of `[mcp_servers.<name>]` that a server with `command` must not have. */
export const HTTP_ONLY = [
  "url",
  "bearer_token_env_var",
  "http_headers",
  "env_http_headers",
] as const;

/** `[model_providers.<id>]`. */
export const PROVIDER = table({
  name: {
    shape: string,
    required: true,
    doc: "Name to show. The exact name `OpenAI` marks the vendor's own service.",
  },
  base_url: {
    shape: string,
    doc:
      "Address of the API, up to and without `/responses` or `/chat/completions`; often ends in " +
      "`/v1`.",
    initial: "the vendor's own address",
  },
  env_key: {
    shape: string,
    doc:
      "Name of the environment variable that holds the API key. If it is not set, requests fail " +
      "and name it.",
  },
  env_key_instructions: {
    shape: string,
    doc: "Text for the person when that variable is not set, such as where to get a key.",
  },
  experimental_bearer_token: {
    shape: string,
    doc: "The token itself. It then lies readable in this file: `env_key` is better.",
  },
  wire_api: {
    shape: choice("responses", "chat"),
    doc: "Protocol that the server speaks: the Responses API, or the older Chat Completions.",
    default: "responses",
  },
  query_params: {
    shape: map(string),
    doc: "Parameters added to every address, such as `api-version`.",
  },
  http_headers: {
    shape: map(string),
    doc: "Headers sent with every request. One that HTTP cannot carry is left out.",
  },
  env_http_headers: {
    shape: map(string),
    doc: "Headers whose value comes from the environment variable named here. Not sent while the " +
      "variable is unset or blank.",
  },
  request_max_retries: {
    shape: count,
    doc: "How often a request is repeated that failed before an answer; 100 at most.",
    default: 4,
  },
  stream_max_retries: {
    shape: count,
    doc: "How often a turn goes on after its stream broke; 100 at most.",
    default: 5,
  },
  stream_idle_timeout_ms: {
    shape: count,
    doc: "Milliseconds of silence after which a stream counts as broken.",
    default: 300_000,
  },
  requires_openai_auth: {
    shape: bool,
    doc: "Send the OpenAI login to this server. Only for servers that you trust with it.",
    default: false,
  },
  supports_websockets: {
    shape: bool,
    doc: "Whether the server speaks WebSocket, too.",
    default: false,
    unused: true,
  },
});

/** `[mcp_servers.<name>]`. */
export const MCP_SERVER = {
  ...table({
    command: { shape: string, doc: "Program to start; it is spoken to on its input and output." },
    args: { shape: list(string), doc: "Arguments of the program.", default: [] },
    env: { shape: map(string), doc: "Environment variables that the program gets, with values." },
    env_vars: {
      shape: list(string),
      doc:
        "Names of environment variables that are passed through, besides the usual ones such as " +
        "HOME and PATH.",
      default: [],
    },
    cwd: { shape: string, doc: "Folder in which the program is started. Taken as it is written." },
    url: { shape: string, doc: "Address of a server that speaks streamable HTTP." },
    bearer_token: {
      shape: string,
      doc: "Refused: put the token into an environment variable and name it in " +
        "`bearer_token_env_var`.",
    },
    bearer_token_env_var: {
      shape: string,
      doc: "Environment variable with the token for the server.",
    },
    http_headers: { shape: map(string), doc: "Headers sent with every request." },
    env_http_headers: {
      shape: map(string),
      doc: "Headers whose value comes from the environment variable named here.",
    },
    enabled: {
      shape: bool,
      doc: "`false` keeps the entry without using it.",
      default: true,
    },
    required: {
      shape: bool,
      doc: "`codex exec` fails if this server does not start.",
      default: false,
    },
    startup_timeout_sec: {
      shape: seconds,
      doc: "Seconds that the server may take to start.",
      default: 10,
    },
    startup_timeout_ms: {
      shape: count,
      doc: "The same in milliseconds; `startup_timeout_sec` goes before it.",
    },
    tool_timeout_sec: {
      shape: seconds,
      doc: "Seconds that one call of a tool may take.",
      default: 60,
    },
    enabled_tools: {
      shape: list(string),
      doc: "Tools that may be used.",
      initial: "all",
    },
    disabled_tools: {
      shape: list(string),
      doc: "Tools that may not be used; goes before `enabled_tools`.",
      initial: "none",
    },
    scopes: { shape: list(string), doc: "OAuth scopes to ask for at the login.", initial: "none" },
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
  "ca-certificate": { shape: path, doc: "File with the certificates to trust." },
  "client-certificate": { shape: path, doc: "File with our own certificate." },
  "client-private-key": { shape: path, doc: "File with the key of our own certificate." },
});

const EXPORTER = either(
  choice("none", "statsig"),
  {
    ...table({
      "otlp-http": {
        doc: "Send by OTLP over HTTP.",
        shape: table({
          endpoint: { shape: string, required: true, doc: "Address of the collector." },
          protocol: {
            shape: choice("binary", "json"),
            required: true,
            doc: "Format of what is sent.",
          },
          headers: { shape: map(string), doc: "Headers to send along." },
          tls: { shape: TLS, doc: "Certificates." },
        }),
      },
      "otlp-grpc": {
        doc: "Send by OTLP over gRPC.",
        shape: table({
          endpoint: { shape: string, required: true, doc: "Address of the collector." },
          headers: { shape: map(string), doc: "Headers to send along." },
          tls: { shape: TLS, doc: "Certificates." },
        }),
      },
    }),
    whole: (exporter: Readonly<Record<string, unknown>>) => {
      const given = ["otlp-http", "otlp-grpc"].filter((key) => exporter[key] !== undefined);
      return given.length === 1
        ? null
        : { key: "", wanted: "needs either `otlp-http` or `otlp-grpc`, and one of them only" };
    },
  } as const,
);

export const OTEL = table({
  log_user_prompt: {
    shape: bool,
    doc: "Send the text of prompts, too.",
    default: false,
  },
  environment: {
    shape: string,
    doc: "Label by which environments are told apart.",
    default: "dev",
  },
  exporter: { shape: EXPORTER, doc: "Where log events go.", default: "none" },
  trace_exporter: { shape: EXPORTER, doc: "Where traces go.", initial: "as `exporter`" },
  metrics_exporter: { shape: EXPORTER, doc: "Where metrics go.", default: "statsig" },
});

export const TUI = table({
  notifications: {
    shape: either(bool, list(string)),
    doc: "Notifications of the desktop: all, none, or a list of `agent-turn-complete` and " +
      "`approval-requested`.",
    default: true,
  },
  notification_method: {
    shape: choice("auto", "osc9", "bel"),
    doc: "How the terminal is told: by an escape sequence, or by its bell.",
    default: "auto",
  },
  animations: { shape: bool, doc: "Show things that move.", default: true },
  show_tooltips: { shape: bool, doc: "Show tips on the first screen.", default: true },
  alternate_screen: {
    shape: choice("auto", "always", "never"),
    doc:
      "Use the terminal's second screen, which leaves nothing in the scrollback. `auto`: not in " +
      "Zellij. `--no-alt-screen` means `never`.",
    default: "auto",
  },
  status_line: {
    shape: list(string),
    doc: "What the last line shows, from: `model-name`, `model-with-reasoning`, `current-dir`, " +
      "`project-root`, `git-branch`, `context-remaining`, `context-used`, `five-hour-limit`, " +
      "`weekly-limit`, `codex-version`, `context-window-size`, `used-tokens`, " +
      "`total-input-tokens`, `total-output-tokens`, `session-id`.",
    initial: "`model-with-reasoning`, `context-remaining`, `current-dir`",
  },
});

export const NOTICE = table({
  hide_full_access_warning: { shape: bool, doc: "The warning about full access was turned off." },
  hide_world_writable_warning: {
    shape: bool,
    doc: "The warning about folders that everybody can write to was turned off.",
  },
  hide_rate_limit_model_nudge: {
    below: "any",
    shape: bool,
    doc: "The hint to use a smaller model near a limit was turned off.",
  },
  hide_gpt5_1_migration_prompt: {
    below: "any",
    shape: bool,
    doc: "The move to gpt-5.1 was answered.",
  },
  "hide_gpt-5.1-codex-max_migration_prompt": {
    below: "any",
    shape: bool,
    doc: "The move to gpt-5.1-codex-max was answered.",
  },
  model_migrations: {
    below: "any",
    shape: map(string),
    doc: "Models that the user has agreed to replace: the older name, and the newer one.",
  },
});

export const AGENTS = {
  ...table({
    max_threads: {
      shape: positive,
      doc: "Sub-agents that may run at a time.",
      default: 6,
    },
  }),
  rest: table({
    description: { shape: string, doc: "What the role is for; the model chooses by it." },
    config_file: {
      shape: path,
      doc: "File with keys of config.toml that count for agents of this role.",
    },
  }),
} as const;

export const MEMORIES = table({
  max_raw_memories_for_global: {
    shape: count,
    doc: "Memories that are joined at most; 4096 is the limit.",
    default: 1024,
  },
  max_rollout_age_days: {
    shape: integer,
    doc: "Days after which a session is no longer read; from 0 to 90.",
    default: 30,
  },
  max_rollouts_per_startup: {
    shape: count,
    doc: "Sessions that are read at one start; 128 is the limit.",
    default: 8,
  },
  min_rollout_idle_hours: {
    shape: integer,
    doc: "Hours that a session must have rested before it is read; from 1 to 48.",
    default: 12,
  },
  phase_1_model: { shape: string, doc: "Model that reads sessions.", initial: "chosen" },
  phase_2_model: { shape: string, doc: "Model that joins what was read.", initial: "chosen" },
});

export const SKILLS = table({
  config: {
    doc: "Skills that are switched on or off.",
    shape: list(table({
      path: { shape: path, required: true, doc: "Where the skill is." },
      enabled: { shape: bool, required: true, doc: "Whether it counts." },
    })),
    default: [],
  },
});

export const APPS = map(table({
  enabled: { below: [false], shape: bool, doc: "`false` takes the connector away.", default: true },
  disabled_reason: {
    below: "any",
    shape: choice("unknown", "user"),
    doc: "Who switched it off; written by the program.",
  },
}));

export const GHOST_SNAPSHOT = table({
  ignore_large_untracked_files: {
    shape: integer,
    aliases: ["ignore_untracked_files_over_bytes"],
    doc: "Bytes past which a file that git does not track is left out. 0 or less: none is.",
    default: 10_485_760,
  },
  ignore_large_untracked_dirs: {
    shape: integer,
    aliases: ["large_untracked_dir_warning_threshold"],
    doc:
      "Number of files past which a folder that git does not track is left out. 0 or less: none " +
      "is.",
    default: 200,
  },
  disable_warnings: {
    shape: bool,
    doc: "Do not tell what was left out.",
    default: false,
  },
});

export const SANDBOX_WORKSPACE_WRITE = table({
  writable_roots: {
    shape: list(path),
    doc: "Folders that commands may write to besides the working directory. `--add-dir` adds more.",
    default: [],
  },
  network_access: {
    below: [false],
    shape: bool,
    doc: "Whether commands may use the network.",
    default: false,
  },
  exclude_tmpdir_env_var: {
    below: [true],
    shape: bool,
    doc: "`true` keeps commands from writing to the folder that `$TMPDIR` names.",
    default: false,
  },
  exclude_slash_tmp: {
    below: [true],
    shape: bool,
    doc: "`true` keeps commands from writing to `/tmp`.",
    default: false,
  },
  git_writable: {
    below: [false],
    shape: bool,
    doc: "Lets `git commit` work: objects, refs and the index can be written, hooks and git's " +
      "configuration stay protected. The reference does not know this key.",
    default: false,
  },
});

export const SHELL_ENVIRONMENT_POLICY = table({
  inherit: {
    shape: choice("all", "core", "none"),
    doc: "What to start from: the whole environment, a few variables such as HOME and PATH, or " +
      "nothing.",
    default: "all",
  },
  ignore_default_excludes: {
    shape: bool,
    doc: "`false` drops variables whose name contains KEY, SECRET or TOKEN.",
    default: true,
  },
  exclude: {
    shape: list(string),
    doc: "Names to drop. `*` stands for any text, `?` for one letter; case does not matter.",
    default: [],
  },
  set: { shape: map(string), doc: "Variables to set, with their values." },
  include_only: {
    shape: list(string),
    doc: "If not empty, only names that match one of these stay; also of those that `set` sets.",
    default: [],
  },
  experimental_use_profile: {
    shape: bool,
    doc: "Once: run commands in a login shell.",
    unused: true,
  },
});
