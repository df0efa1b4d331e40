import {
  type Feature,
  FEATURE_ALIASES,
  FEATURES,
  isHarmlessFeature,
} from "../src/config/features.ts";
import { LATER_KEYS, LATER_SAFETY_KEYS } from "../src/config/later_keys.ts";
import { CONFIG_SCHEMA, PROFILE_KEYS } from "../src/config/schema.ts";
import type { Field, Fields, Shape } from "../src/config/shape.ts";
import { AREAS, BY_SYSTEM, EFFECTIVE_FEATURES, type SystemValues } from "./config_areas.ts";
import { capital } from "./config_json_schema.ts";

const INTRODUCTION = `# config.toml

<!-- Made by \`deno task config-docs\` from src/config/schema.ts. Change the texts there. -->

Your settings are in \`~/.codex/config.toml\`, or in the folder that \`CODEX_HOME\` names. A missing file
is an empty one. \`codex doctor\` says whether it loads and what is wrong with it.

\`\`\`toml
model = "gpt-5.3-codex"
model_reasoning_effort = "high"
approval_policy = "on-request"
sandbox_mode = "workspace-write"

[sandbox_workspace_write]
network_access = true

[shell_environment_policy]
exclude = ["AWS_*", "*_PASSWORD"]

[model_providers.mine]
name = "Mine"
base_url = "https://llm.example.com/v1"
env_key = "MY_API_KEY"

[profiles.careful]
sandbox_mode = "read-only"
model_reasoning_effort = "xhigh"

[projects."/home/me/work"]
trust_level = "trusted"
\`\`\`

## What counts

Later ones go before earlier ones, key by key; lists are replaced as a whole:

1. the machine's file, \`/etc/codex/config.toml\` (Windows: \`%ProgramData%\\OpenAI\\Codex\\config.toml\`)
2. your file
3. \`.codex/config.toml\` of the project, from its root down to the working directory, if you trust the
   project
4. \`-c key=value\`, \`--enable\`, \`--disable\`
5. the machine's \`/etc/codex/managed_config.toml\` (Windows: \`managed_config.toml\` in CODEX_HOME),
   and on macOS managed preferences

The active profile goes before all files for the keys that it sets, but not before \`-c\`. Flags such
as \`-m\` and \`-s\` go before everything. What an administrator requires in \`requirements.toml\` then
limits what comes of it.

In a folder inside a trusted project the commands of the model may write, also to its \`.codex\`. So
only that counts there which can loosen nothing, unless you trust that very folder: see
[below](#folders-inside-a-trusted-project).

A path is relative to the folder of the file that it stands in, and with \`-c\` to the working
directory; \`~\` is your home.

[config.schema.json](config.schema.json) is a JSON schema of the same. An editor that knows Taplo's
\`#:schema\`, as many do for TOML, completes and checks your file with it: copy the schema beside the
file, and begin the file with \`#:schema ./config.schema.json\`.
`;

/** The reference page, before it is formatted. */
export function configPage(): string {
  const listed = AREAS.flatMap(({ keys }) => keys);
  const known = Object.keys(CONFIG_SCHEMA.fields);
  const lost = known.filter((key) => !listed.includes(key));
  const extra = listed.filter((key, at) => !known.includes(key) || listed.indexOf(key) !== at);
  if (lost.length + extra.length > 0) {
    throw new Error(`scripts/config_areas.ts: missing ${lost}, unknown or twice ${extra}`);
  }
  const fields: Fields = CONFIG_SCHEMA.fields;
  const expanded = new Map<Shape, string>();
  const parts = AREAS.map(({ title, keys }) => {
    const entries = keys.flatMap((key) => entriesOf(key, fields[key]!, false, expanded));
    return `## ${title}\n\n${entries.join("\n")}\n`;
  });
  return [INTRODUCTION, ...parts, featuresPart(), inheritedTrustPart(), unknownPart()].join("\n");
}

/** The entry of a key, and those of the keys below it. `idle` = the table above it has no effect. */
function entriesOf(
  name: string,
  field: Field,
  idle: boolean,
  expanded: Map<Shape, string>,
): string[] {
  const isTop = !/[.[]/.test(name);
  const before = isTable(field.shape) ? undefined : tablesOf(field.shape)
    .map(({ shape }) => expanded.get(shape))[0];
  const facts = [
    before === undefined ? typeText(field.shape) : `as \`${before}\``,
    ...defaultFacts(field),
    ...(isTop ? [`profile: ${PROFILE_KEYS.includes(name) ? "yes" : "no"}`] : []),
  ];
  const without = field.unused || idle;
  const aliases = (field.aliases ?? []).map((alias) => `\`${alias}\``);
  const text = [
    field.doc,
    ...(aliases.length === 0 ? [] : [`Older spelling: ${aliases.join(", ")}.`]),
    ...(without ? ["_No effect in this version._"] : []),
  ].join(" ");
  const own = `- **\`${name}\`** (${facts.join("; ")}). ${text}`;
  if (before !== undefined) return [own];
  const below = tablesOf(field.shape).flatMap(({ suffix, shape }) => {
    expanded.set(shape, name);
    const rest = shape.rest === undefined ? [] : tablesOf(shape.rest);
    return [
      ...fieldEntries(`${name}${suffix}`, shape.fields, without, expanded),
      ...rest.flatMap((each) =>
        fieldEntries(`${name}${suffix}.<name>${each.suffix}`, each.shape.fields, without, expanded)
      ),
    ];
  });
  return [own, ...below];
}

function fieldEntries(
  prefix: string,
  fields: Fields,
  idle: boolean,
  expanded: Map<Shape, string>,
): string[] {
  return Object.entries(fields)
    // A profile's keys are those of the top; only what it has besides is told again.
    .filter(([key]) => !(prefix === "profiles.<name>" && Object.hasOwn(CONFIG_SCHEMA.fields, key)))
    .flatMap(([key, field]) => entriesOf(`${prefix}.${key}`, field, idle, expanded));
}

type TableShape = Extract<Shape, { kind: "table" }>;

function isTable(shape: Shape): shape is TableShape {
  return shape.kind === "table";
}

/** The tables that a value can be or hold, and what comes between the key and theirs. */
function tablesOf(shape: Shape): { suffix: string; shape: TableShape }[] {
  switch (shape.kind) {
    case "table":
      return [{ suffix: "", shape }];
    case "map":
      return tablesOf(shape.of).map((each) => ({ ...each, suffix: `.<name>${each.suffix}` }));
    case "list":
      return tablesOf(shape.of).map((each) => ({ ...each, suffix: `[]${each.suffix}` }));
    case "either":
      return shape.options.flatMap(tablesOf);
    default:
      return [];
  }
}

function typeText(shape: Shape): string {
  switch (shape.kind) {
    case "string":
      return "text";
    case "path":
      return "path";
    case "bool":
      return "`true` or `false`";
    case "integer":
      return `whole number${boundsText(shape.min, shape.max)}`;
    case "number":
      return `number from ${shape.min} up`;
    case "choice":
      return shape.values.map((value) => `\`${JSON.stringify(value)}\``).join(", ");
    case "list":
      return `list of ${manyText(shape.of)}`;
    case "map":
      return isTable(shape.of) ? "tables by name" : `table of ${manyText(shape.of)} by name`;
    case "either":
      return shape.options.map(typeText).join(" or ");
    case "table":
      return "table";
    default:
      return shape satisfies never;
  }
}

function manyText(shape: Shape): string {
  switch (shape.kind) {
    case "string":
      return "texts";
    case "path":
      return "paths";
    case "table":
      return "tables";
    default:
      return typeText(shape);
  }
}

function boundsText(min: number, max: number): string {
  if (!Number.isSafeInteger(min)) return "";
  return Number.isSafeInteger(max) ? ` from ${min} to ${max}` : ` from ${min} up`;
}

function defaultFacts({ shape, required, default: value, initial }: Field): string[] {
  if (required) return ["required"];
  if (initial !== undefined) return [`default: ${initial}`];
  if (value !== undefined) return [`default: \`${JSON.stringify(value)}\``];
  return shape.kind === "table" || shape.kind === "map" ? [] : ["default: unset"];
}

function featuresPart(): string {
  const entries = FEATURES.map((feature) => {
    const facts = `${stageText(feature)}; ${stateText(feature)}`;
    const idle = EFFECTIVE_FEATURES.includes(feature.key) ? "" : " _No effect in this version._";
    return `- **\`${feature.key}\`** (${facts}). ${capital(feature.doc)}.${idle}`;
  });
  const aliases = Object.entries(FEATURE_ALIASES).map(([alias, key]) =>
    `- \`${alias}\`: \`${key}\``
  );
  return `## Features

Switched by \`[features]\`, \`--enable\`, \`--disable\` or \`codex features enable\`. What is under
development may be incomplete or change without notice; what is removed is accepted and does
nothing. Experimental ones that are on are named to the model's server.

${entries.join("\n")}

Older spellings, which work with a notice:

${aliases.join("\n")}
`;
}

function stageText({ key, stage }: Feature): string {
  const values = BY_SYSTEM[key]?.stage;
  return values === undefined ? stage : bySystem(values, (value) => value);
}

function stateText({ key, defaultOn }: Feature): string {
  const word = (on: boolean) => on ? "on" : "off";
  const values = BY_SYSTEM[key]?.on;
  return values === undefined ? word(defaultOn) : bySystem(values, word);
}

const SYSTEM_NAMES = { linux: "Linux", darwin: "macOS", windows: "Windows" } as const;

function bySystem<T>(values: SystemValues<T>, word: (value: T) => string): string {
  const others = (["linux", "darwin", "windows"] as const).flatMap((system) => {
    const value = values[system];
    return value === undefined ? [] : [`on ${SYSTEM_NAMES[system]} ${word(value)}`];
  });
  return [word(values.usual), ...others].join(", ");
}

/** What counts in a folder that is trusted only as a part of its project. */
function inheritedTrustPart(): string {
  const { free, tight } = harmlessKeys(CONFIG_SCHEMA.fields, "");
  const features = FEATURES.map(({ key }) => key).filter(isHarmlessFeature);
  return `## Folders inside a trusted project

Trust in a project is trust in the \`.codex\` of its root, which the sandbox protects. Of the
\`.codex/config.toml\` of a folder inside it, and of a linked work tree inside its main checkout, only
these keys count, in profiles, too:

${free.map((key) => `\`${key}\``).join(", ")}; in \`features\` ${
    features.map((key) => `\`${key}\``).join(", ")
  }.

Of these keys only the values that tighten:

${tight.map(([key, values]) => `- \`${key}\`: ${values}`).join("\n")}

The rest is named in a warning; with \`--strict-config\` it is an error. Of \`.codex/rules\` there, only
rules count that forbid or ask. To let all of it count, give that folder a \`trust_level\` of its own.
`;
}

function harmlessKeys(
  fields: Fields,
  prefix: string,
): { free: string[]; tight: (readonly [string, string])[] } {
  const found: ReturnType<typeof harmlessKeys> = { free: [], tight: [] };
  for (const [name, { shape, below }] of Object.entries(fields)) {
    const key = prefix + name;
    if (below === "any") found.free.push(key);
    else if (below !== undefined) {
      found.tight.push([key, below.map((value) => `\`${JSON.stringify(value)}\``).join(", ")]);
    } else if (name !== "profiles") {
      for (const inner of tablesOf(shape)) {
        const { free, tight } = harmlessKeys(inner.shape.fields, `${key}${inner.suffix}.`);
        found.free.push(...free);
        found.tight.push(...tight);
      }
    }
  }
  return found;
}

/** What happens to keys that are not on the page. */
function unknownPart(): string {
  const tables = Object.entries(LATER_KEYS).map(([table, keys]) => {
    const place = table === "" ? "at the top" : `\`${header(table)}\``;
    return `- ${place}: ${keys.map((key) => `\`${key}\``).join(", ")}`;
  });
  return [
    "## Keys of other versions",
    "",
    "A key or a feature that nobody knows is told in one warning when a command starts, with its place " +
    "and what was probably meant, and has no effect. With `--strict-config` it is an error.",
    "",
    "Later versions of the program know these. They are passed over without a word, so that one file can " +
    `serve several versions; only ${
      LATER_SAFETY_KEYS.map((key) => `\`${key}\``).join(" and ")
    } are ` +
    "told like unknown keys, since people rely on them for their safety:",
    "",
    ...tables,
    "",
  ].join("\n");
}

function header(table: string): string {
  return table === "skills.config.*" ? "[[skills.config]]" : `[${table.replaceAll("*", "<name>")}]`;
}
