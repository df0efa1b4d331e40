/** A value of a JSON schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** Keywords that say something to people alone. */
const SILENT: ReadonlySet<string> = new Set(["$schema", "title", "description", "default"]);

type Rule = (value: unknown, wanted: never, schema: Schema) => readonly string[];

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  array: Array.isArray,
  object: isObject,
};

const RULES: Readonly<Record<string, Rule>> = {
  type: (value, wanted: string) => TYPES[wanted]!(value) ? [] : [`is no ${wanted}`],
  enum: (value, wanted: readonly unknown[]) => wanted.includes(value) ? [] : ["is none of them"],
  minimum: (value, wanted: number) =>
    typeof value !== "number" || value >= wanted ? [] : [`is below ${wanted}`],
  maximum: (value, wanted: number) =>
    typeof value !== "number" || value <= wanted ? [] : [`is above ${wanted}`],
  items: (value, wanted: Schema) =>
    Array.isArray(value) ? value.flatMap((item, at) => offences(wanted, item, String(at))) : [],
  properties: (value, wanted: Readonly<Record<string, Schema>>) =>
    entriesOf(value).flatMap(([key, item]) =>
      Object.hasOwn(wanted, key) ? offences(wanted[key]!, item, key) : []
    ),
  additionalProperties: (value, wanted: Schema | boolean, schema) =>
    entriesOf(value)
      .filter(([key]) => !Object.hasOwn(schema["properties"] ?? {}, key))
      .flatMap(([key, item]) =>
        wanted === false
          ? [`has the unknown key ${key}`]
          : wanted === true
          ? []
          : offences(wanted, item, key)
      ),
  required: (value, wanted: readonly string[]) =>
    isObject(value)
      ? wanted.filter((key) => !Object.hasOwn(value, key)).map((key) => `lacks ${key}`)
      : [],
  minProperties: (value, wanted: number) =>
    !isObject(value) || Object.keys(value).length >= wanted ? [] : ["has too few keys"],
  maxProperties: (value, wanted: number) =>
    !isObject(value) || Object.keys(value).length <= wanted ? [] : ["has too many keys"],
  not: (value, wanted: Schema) => offences(wanted, value).length > 0 ? [] : ["is what it must not"],
  allOf: (value, wanted: readonly Schema[]) => wanted.flatMap((each) => offences(each, value)),
  anyOf: (value, wanted: readonly Schema[]) =>
    wanted.some((each) => offences(each, value).length === 0) ? [] : ["fits nothing of anyOf"],
  oneOf: (value, wanted: readonly Schema[]) => {
    const fits = wanted.filter((each) => offences(each, value).length === 0).length;
    return fits === 1 ? [] : [`fits ${fits} of oneOf`];
  },
};

/**
 * What is wrong with a value by a JSON schema (draft-07); empty = nothing. Knows the keywords that our own schema
 * has, and throws at any other.
 */
export function offences(schema: Schema, value: unknown, at = ""): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, wanted]) => {
    if (SILENT.has(keyword)) return [];
    const rule = RULES[keyword];
    if (rule === undefined) throw new Error(`the keyword ${keyword} is not known here`);
    return rule(value, wanted as never, schema).map((text) => `${at} ${text}`.trim());
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function entriesOf(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}
