/** The five-type subset of JSON Schema in which tools describe their parameters. */
export type ParameterSchema =
  | { readonly type: "string" | "number" | "boolean"; readonly description?: string }
  | { readonly type: "array"; readonly items: ParameterSchema; readonly description?: string }
  | {
    readonly type: "object";
    readonly properties: Readonly<Record<string, ParameterSchema>>;
    readonly required?: readonly string[];
    readonly additionalProperties: false;
  };

export const text = (description?: string): ParameterSchema => scalar("string", description);
export const number = (description?: string): ParameterSchema => scalar("number", description);
export const boolean = (description?: string): ParameterSchema => scalar("boolean", description);

export function list(items: ParameterSchema, description?: string): ParameterSchema {
  return description === undefined ? { type: "array", items } : {
    type: "array",
    items,
    description,
  };
}

/** A closed object; keys are sorted, as servers have come to see them. */
export function object(
  properties: Readonly<Record<string, ParameterSchema>>,
  required: readonly string[],
): ParameterSchema {
  const sorted = Object.fromEntries(
    Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
  );
  return required.length === 0
    ? { type: "object", properties: sorted, additionalProperties: false }
    : { type: "object", properties: sorted, required, additionalProperties: false };
}

/** A function tool in wire form. */
export function functionSpec(
  name: string,
  description: string,
  parameters: ParameterSchema,
): Readonly<Record<string, unknown>> {
  return { type: "function", name, description, strict: false, parameters };
}

function scalar(type: "string" | "number" | "boolean", description?: string): ParameterSchema {
  return description === undefined ? { type } : { type, description };
}
