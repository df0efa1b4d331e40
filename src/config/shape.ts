/**
 * A small language of data for describing a TOML value. One description yields the TypeScript type
 * ({@link ValueOf}), the check (`check.ts`), the absolutising of paths (`paths.ts`), the JSON schema for editors and the
 * reference page (`scripts/config_docs.ts`).
 */
export type Shape =
  | { readonly kind: "string" }
  /** A file or folder, made absolute against the place that the layer comes from. */
  | { readonly kind: "path" }
  | { readonly kind: "bool" }
  | { readonly kind: "integer"; readonly min: number; readonly max: number }
  | { readonly kind: "number"; readonly min: number }
  | { readonly kind: "choice"; readonly values: readonly string[] }
  | { readonly kind: "list"; readonly of: Shape }
  | {
    readonly kind: "map";
    readonly of: Shape;
    /** Tells the entries that count wholly where {@link Field.below} matters. */
    readonly below?: (key: string) => boolean;
  }
  | { readonly kind: "either"; readonly options: readonly Shape[] }
  | {
    readonly kind: "table";
    readonly fields: Fields;
    /** Every key that `fields` does not name. Absent = such keys are ignored. */
    readonly rest?: Shape;
    /** Says what is wrong with a table whose fields are right one by one; `null` = nothing. */
    readonly whole?: (
      table: Readonly<Record<string, unknown>>,
    ) => { key: string; wanted: string } | null;
  };

export interface Field {
  readonly shape: Shape;
  /** What it does and how to use it, for the reference page and for editors. Markdown. */
  readonly doc: string;
  /** The value that counts where nobody sets one. */
  readonly default?: Default;
  /** The same in words, where it is no fixed value. */
  readonly initial?: string;
  /** This version checks the value and does nothing with it. */
  readonly unused?: true;
  readonly required?: true;
  /** Older spellings of the key. */
  readonly aliases?: readonly string[];
  /**
   * What counts of it in a folder of a project that is trusted only as a part of it (`inherited_trust.ts`): everything, or
   * the values that can only tighten. Absent = nothing, but for the fields of a table that say so themselves.
   */
  readonly below?: "any" | readonly Default[];
}

/** A value as it stands in a file. */
export type Default = string | number | boolean | readonly string[];

export type Fields = Readonly<Record<string, Field>>;

/** The TypeScript type of a value that was checked against a shape. */
export type ValueOf<S> = S extends { kind: "string" | "path" } ? string
  : S extends { kind: "bool" } ? boolean
  : S extends { kind: "integer" | "number" } ? number
  : S extends { kind: "choice"; values: readonly (infer V)[] } ? V
  : S extends { kind: "list"; of: infer O } ? readonly ValueOf<O>[]
  : S extends { kind: "map"; of: infer O } ? Readonly<Record<string, ValueOf<O>>>
  : S extends { kind: "either"; options: readonly (infer O)[] } ? ValueOf<O>
  : S extends { kind: "table"; fields: infer F } ? TableOf<F>
  : never;

export type TableOf<F> = {
  readonly [K in keyof F]?: F[K] extends { shape: infer S } ? ValueOf<S> : never;
};

/** Largest integer of TOML (64 bits); larger than what a number holds exactly, so values are clamped. */
const INT64_MAX = 9_223_372_036_854_775_807;

export const string = { kind: "string" } as const;
export const path = { kind: "path" } as const;
export const bool = { kind: "bool" } as const;
/** A whole number from 0 up. */
export const count = { kind: "integer", min: 0, max: INT64_MAX } as const;
/** A whole number from 1 up. */
export const positive = { kind: "integer", min: 1, max: INT64_MAX } as const;
/** Any whole number. */
export const integer = { kind: "integer", min: -INT64_MAX, max: INT64_MAX } as const;
/** Seconds, with a fraction if wanted. */
export const seconds = { kind: "number", min: 0 } as const;
export const port = { kind: "integer", min: 0, max: 65_535 } as const;

export function choice<const V extends readonly string[]>(...values: V) {
  return { kind: "choice", values } as const;
}

export function list<const S extends Shape>(of: S) {
  return { kind: "list", of } as const;
}

export function map<const S extends Shape>(of: S) {
  return { kind: "map", of } as const;
}

export function either<const S extends readonly Shape[]>(...options: S) {
  return { kind: "either", options } as const;
}

export function table<const F extends Fields>(fields: F) {
  return { kind: "table", fields } as const;
}
