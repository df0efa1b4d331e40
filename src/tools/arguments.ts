import { ToolFailure } from "./errors.ts";

const PREFIX = "failed to parse function arguments: ";

/** The arguments of one function call, read field by field. Unknown fields are ignored unless said otherwise. */
export class Arguments {
  readonly #fields: Readonly<Record<string, unknown>>;

  private constructor(fields: Readonly<Record<string, unknown>>) {
    this.#fields = fields;
  }

  /** Throws {@link ToolFailure} when `json` is not an object in JSON. */
  static parse(json: string): Arguments {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch (error) {
      throw bad(error instanceof Error ? error.message : String(error));
    }
    return Arguments.of(value, "the arguments");
  }

  static of(value: unknown, what: string): Arguments {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw bad(`${what} must be an object`);
    }
    return new Arguments(value as Record<string, unknown>);
  }

  /** For tools whose schema is closed. */
  rejectUnknown(known: readonly string[]): void {
    for (const key of Object.keys(this.#fields)) {
      if (!known.includes(key)) {
        throw bad(`unknown field \`${key}\`, expected ${known.map((k) => `\`${k}\``).join(", ")}`);
      }
    }
  }

  string(key: string): string {
    return this.optionalString(key) ?? missing(key);
  }

  optionalString(key: string): string | null {
    const value = this.#present(key);
    if (value === null) return null;
    if (typeof value !== "string") throw wrongType(key, value, "a string");
    return value;
  }

  optionalBoolean(key: string): boolean | null {
    const value = this.#present(key);
    if (value === null) return null;
    if (typeof value !== "boolean") throw wrongType(key, value, "a boolean");
    return value;
  }

  /** A whole number, zero or more. */
  optionalUnsigned(key: string): number | null {
    const value = this.optionalInteger(key);
    if (value !== null && value < 0) throw wrongType(key, value, "a whole number, zero or more");
    return value;
  }

  optionalInteger(key: string): number | null {
    const value = this.#present(key);
    if (value === null) return null;
    if (typeof value !== "number" || !Number.isSafeInteger(value)) {
      throw wrongType(key, value, "a whole number");
    }
    return value;
  }

  integer(key: string): number {
    return this.optionalInteger(key) ?? missing(key);
  }

  strings(key: string): readonly string[] {
    return this.optionalStrings(key) ?? missing(key);
  }

  optionalStrings(key: string): readonly string[] | null {
    const value = this.#present(key);
    if (value === null) return null;
    if (!Array.isArray(value) || !value.every((entry) => typeof entry === "string")) {
      throw wrongType(key, value, "a list of strings");
    }
    return value;
  }

  /** A list of objects. */
  objects(key: string): readonly Arguments[] {
    const value = this.#present(key);
    if (value === null) return missing(key);
    if (!Array.isArray(value)) throw wrongType(key, value, "a list");
    return value.map((entry, index) => Arguments.of(entry, `${key}[${index}]`));
  }

  oneOf<const T extends string>(key: string, choices: readonly T[]): T {
    return this.optionalOneOf(key, choices) ?? missing(key);
  }

  optionalOneOf<const T extends string>(key: string, choices: readonly T[]): T | null {
    const value = this.optionalString(key);
    if (value === null) return null;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) {
      const expected = choices.map((choice) => `\`${choice}\``).join(", ");
      throw bad(`unknown variant \`${value}\` in \`${key}\`, expected one of ${expected}`);
    }
    return found;
  }

  #present(key: string): unknown {
    return this.#fields[key] ?? null;
  }
}

function bad(detail: string): ToolFailure {
  return new ToolFailure(PREFIX + detail);
}

function missing(key: string): never {
  throw bad(`missing field \`${key}\``);
}

function wrongType(key: string, value: unknown, wanted: string): ToolFailure {
  return bad(`invalid value ${JSON.stringify(value)} for \`${key}\`: expected ${wanted}`);
}
