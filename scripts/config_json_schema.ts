import { FEATURE_ALIASES, FEATURES } from "../src/config/features.ts";
import { CONFIG_SCHEMA } from "../src/config/schema.ts";
import { HTTP_ONLY, STDIO_ONLY } from "../src/config/schema_tables.ts";
import type { Field, Shape } from "../src/config/shape.ts";

type Json = { readonly [key: string]: unknown };

/** `config.toml` as a JSON schema (draft-07), for editors. Stricter than the program: no key that it does not know. */
export function configJsonSchema(): Json {
  return {
    "$schema": "http://json-schema.org/draft-07/schema#",
    title: "config.toml of codex",
    description: "Made by `deno task config-docs` from the program's own table of keys.",
    ...schemaOf(CONFIG_SCHEMA, []),
  };
}

function schemaOf(shape: Shape, path: readonly string[]): Json {
  switch (shape.kind) {
    case "string":
    case "path":
      return { type: "string" };
    case "bool":
      return { type: "boolean" };
    case "integer":
      return {
        type: "integer",
        ...(Number.isSafeInteger(shape.min) ? { minimum: shape.min } : {}),
        ...(Number.isSafeInteger(shape.max) ? { maximum: shape.max } : {}),
      };
    case "number":
      return { type: "number", minimum: shape.min };
    case "choice":
      return { type: "string", enum: shape.values };
    case "list":
      return { type: "array", items: schemaOf(shape.of, path) };
    case "map":
      return path.at(-1) === "features" ? featuresSchema() : {
        type: "object",
        additionalProperties: schemaOf(shape.of, [...path, "*"]),
      };
    case "either":
      return { anyOf: shape.options.map((option) => schemaOf(option, path)) };
    case "table":
      return tableSchema(shape, path);
    default:
      return shape satisfies never;
  }
}

function tableSchema(shape: Extract<Shape, { kind: "table" }>, path: readonly string[]): Json {
  const properties: Record<string, Json> = {};
  for (const [name, field] of Object.entries(shape.fields)) {
    const own = schemaOf(field.shape, [...path, name]);
    properties[name] = { ...own, description: description(field), ...defaultOf(field) };
    for (const alias of field.aliases ?? []) {
      properties[alias] = { ...own, description: `Older spelling of \`${name}\`.` };
    }
  }
  const required = Object.entries(shape.fields)
    .filter(([, field]) => field.required)
    .map(([name]) => name);
  return {
    type: "object",
    properties,
    additionalProperties: shape.rest === undefined ? false : schemaOf(shape.rest, [...path, "*"]),
    ...(required.length === 0 ? {} : { required }),
    ...(shape.whole === undefined ? {} : wholeRule(path)),
  };
}

/** In the words of JSON schema what a table's own check says. */
function wholeRule(path: readonly string[]): Json {
  const none = (keys: readonly string[]) => keys.map((key) => ({ not: { required: [key] } }));
  if (path.join(".") === "mcp_servers.*") {
    return {
      oneOf: [
        { required: ["command"], allOf: none([...HTTP_ONLY, "bearer_token"]) },
        { required: ["url"], allOf: none(["command", ...STDIO_ONLY, "bearer_token"]) },
      ],
    };
  }
  if (path[0] === "otel") return { minProperties: 1, maxProperties: 1 };
  if (path[0] === "hooks") {
    const others = { type: "string", enum: ["prompt", "agent", "mcp_tool"] };
    return { anyOf: [{ required: ["command"] }, { properties: { type: others } }] };
  }
  throw new Error(`${path.join(".")}: how is its check said in JSON schema?`);
}

function featuresSchema(): Json {
  const properties: Record<string, Json> = {};
  for (const { key, doc } of FEATURES) {
    properties[key] = { type: "boolean", description: `${capital(doc)}.` };
  }
  for (const [alias, key] of Object.entries(FEATURE_ALIASES)) {
    properties[alias] = { type: "boolean", description: `Older spelling of \`${key}\`.` };
  }
  return { type: "object", properties, additionalProperties: false };
}

/** The text of a key, with what the schema itself does not say. */
export function description(field: Field): string {
  return [
    field.doc,
    ...(field.shape.kind === "path"
      ? ["A relative path counts from the folder of the file; `~` is your home."]
      : []),
    ...(field.initial === undefined ? [] : [`Default: ${field.initial}.`]),
    ...(field.unused ? ["No effect in this version."] : []),
  ].join(" ");
}

function defaultOf(field: Field): Json {
  return field.default === undefined ? {} : { default: field.default };
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
