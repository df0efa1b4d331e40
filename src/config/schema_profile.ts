import { isHarmlessFeature } from "./features.ts";
import { bool, choice, list, map, path, string, table, type TableOf } from "./shape.ts";

/** Keys that may stand at the top and in `[profiles.<name>]`. */
export const SHARED_FIELDS = {
  model: {
    below: "any",
    shape: string,
    doc: "Name of the model to use, as its server calls it. `-m` goes before it.",
    initial: "the provider's newest coding model",
  },
  model_provider: {
    shape: string,
    doc: "Which server to ask: `openai`, `ollama`, `lmstudio`, or the name of a table below " +
      "`[model_providers]`. A name that nothing defines is an error.",
    default: "openai",
  },
  model_reasoning_effort: {
    below: "any",
    shape: choice("none", "minimal", "low", "medium", "high", "xhigh"),
    doc:
      "How long the model thinks before it answers. More is slower, costs more, and helps with " +
      "hard tasks. Not every model knows every step.",
    initial: "the model's own",
  },
  model_reasoning_summary: {
    below: "any",
    shape: choice("auto", "concise", "detailed", "none"),
    doc: "How much the model tells about its thinking. `none` asks for no summaries.",
    default: "auto",
  },
  model_verbosity: {
    below: "any",
    shape: choice("low", "medium", "high"),
    doc: "How long answers are, for models that can be told.",
    initial: "the model's own",
  },
  personality: {
    below: "any",
    shape: choice("none", "friendly", "pragmatic"),
    doc: "Tone of answers, for models that have several. `none` adds nothing to the instructions.",
    initial: '`"pragmatic"` while the feature `personality` is on',
  },
  approval_policy: {
    below: ["untrusted"],
    shape: choice("untrusted", "on-failure", "on-request", "never"),
    doc:
      "When a person is asked before a command runs. `untrusted`: always, but for commands that " +
      "are known to read only. `on-request`: when the model asks to leave the sandbox. `never`: not " +
      "at all, and what the sandbox refuses stays refused. `on-failure` is outdated. `codex exec` " +
      "always behaves as with `never`.",
    initial: '`"untrusted"` in folders that are marked so, else `"on-request"`',
  },
  sandbox_mode: {
    below: ["read-only"],
    shape: choice("read-only", "workspace-write", "danger-full-access"),
    doc: "What commands of the model may touch. `read-only`: read everything, write nothing, no " +
      "network. `workspace-write`: also write below the working directory and in temporary folders; " +
      "`[sandbox_workspace_write]` has the details. `danger-full-access`: no sandbox at all.",
    initial: '`"workspace-write"` in folders with a `trust_level`, else `"read-only"`',
  },
  web_search: {
    below: ["disabled"],
    shape: choice("disabled", "cached", "live"),
    doc: "Whether the model may search the web. `cached` answers from an index and makes no new " +
      "connections; `live` looks at the web of now. `--search` means `live`.",
    default: "cached",
  },
  model_instructions_file: {
    shape: path,
    doc:
      "File whose text replaces the built-in instructions. It must exist and must not be empty. " +
      "Models are trained on their own instructions, so this often makes them worse.",
  },
  experimental_compact_prompt_file: {
    shape: path,
    doc: "File with the prompt that asks for a summary when the history gets too long. " +
      "`compact_prompt` goes before it. It must exist and must not be empty.",
  },
  experimental_instructions_file: {
    below: "any",
    shape: path,
    doc: "Outdated: ignored with a notice. Use `model_instructions_file`.",
    unused: true,
  },
  chatgpt_base_url: {
    shape: string,
    doc:
      "Address of the services behind a ChatGPT login, such as what its administrators require. " +
      "The model is asked elsewhere: see `model_providers`.",
    default: "https://chatgpt.com/backend-api/",
  },
  oss_provider: {
    shape: string,
    doc:
      "Which local server `--oss` uses: `ollama` or `lmstudio`. `--local-provider` goes before it.",
  },
  analytics: {
    shape: table({
      enabled: {
        below: [false],
        shape: bool,
        doc: "Whether usage data may be sent.",
        initial: "unset; this program sends none",
        unused: true,
      },
    }),
    doc: "Usage data that is sent to the vendor.",
  },
  js_repl_node_path: {
    shape: path,
    doc: "The `node` that runs the JavaScript console.",
    unused: true,
  },
  js_repl_node_module_dirs: {
    shape: list(path),
    doc: "Folders in which the JavaScript console looks for packages.",
    default: [],
    unused: true,
  },
  zsh_path: {
    shape: path,
    doc: "A patched zsh that tells which commands a script runs.",
    unused: true,
  },
  windows: {
    shape: table({
      sandbox: {
        shape: choice("elevated", "unelevated"),
        doc: "Which of the two sandboxes of Windows to use. This program chooses by itself.",
        unused: true,
      },
    }),
    doc: "Settings for Windows alone.",
  },
  experimental_use_unified_exec_tool: {
    below: "any",
    shape: bool,
    doc: "Outdated spelling of `features.unified_exec`; works, with a notice.",
  },
  experimental_use_freeform_apply_patch: {
    below: "any",
    shape: bool,
    doc: "Outdated spelling of `features.apply_patch_freeform`; works, with a notice.",
  },
  features: {
    shape: { ...map(bool), below: isHarmlessFeature },
    doc: "Features switched on (`true`) or off (`false`) by name; see the list of features. " +
      "`--enable` and `--disable` do the same for one run.",
  },
} as const;

/** `[profiles.<name>]`. */
export const PROFILE = table({
  ...SHARED_FIELDS,
  include_apply_patch_tool: {
    below: "any",
    shape: bool,
    doc: "Outdated spelling of `features.apply_patch_freeform`; works, with a notice.",
  },
  tools_web_search: {
    below: [false],
    shape: bool,
    doc: 'Outdated: `true` stands for `web_search = "live"`; works, with a notice.',
  },
  tools_view_image: {
    below: "any",
    shape: bool,
    doc: "Outdated: once switched the tool that shows images to the model.",
    unused: true,
  },
});

/** A checked `[profiles.<name>]`. */
export type ProfileTable = TableOf<typeof PROFILE.fields>;

/** Names of the keys that a profile may set. */
export const PROFILE_KEYS: readonly string[] = Object.keys(PROFILE.fields);
