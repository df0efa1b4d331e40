import type { Parameter } from "./syntax.ts";
import {
  type CallArguments,
  DictValue,
  fault,
  ListValue,
  TupleValue,
  type Value,
} from "./values.ts";

/** Hands each parameter of a function of the file its value. `defaults` goes by position. */
export function bindParameters(
  name: string,
  parameters: readonly Parameter[],
  defaults: readonly (Value | undefined)[],
  args: CallArguments,
  bind: (name: string, value: Value) => void,
): void {
  const named = new Map(args.named);
  let at = 0;
  parameters.forEach((parameter, index) => {
    if (parameter.kind === "args") {
      bind(parameter.name, new TupleValue(args.positional.slice(at)));
      at = args.positional.length;
      return;
    }
    if (parameter.kind === "kwargs") {
      const rest = new DictValue();
      for (const [key, value] of named) rest.set(key, value);
      named.clear();
      bind(parameter.name, rest);
      return;
    }
    const positional = parameter.kind === "plain" ? args.positional[at] : undefined;
    if (positional !== undefined) {
      if (named.has(parameter.name)) throw fault(`${name}: ${parameter.name} is given twice`);
      at += 1;
      bind(parameter.name, positional);
      return;
    }
    const value = named.get(parameter.name) ??
      (named.has(parameter.name) ? null : defaults[index]);
    if (value === undefined) throw fault(`${name}: ${parameter.name} is missing`);
    named.delete(parameter.name);
    bind(parameter.name, value);
  });
  if (at < args.positional.length) throw fault(`${name} takes fewer arguments`);
  refuseRest(name, named);
}

/**
 * The arguments of a built-in function, in the order of `names`; `undefined` = not given. The first `required`
 * must be there.
 */
export function takeArguments(
  name: string,
  names: readonly string[],
  required: number,
  args: CallArguments,
): (Value | undefined)[] {
  if (args.positional.length > names.length) throw fault(`${name} takes fewer arguments`);
  const named = new Map(args.named);
  const values = names.map((each, index) => {
    const positional = args.positional[index];
    if (positional === undefined) {
      const value = named.get(each) ?? (named.has(each) ? null : undefined);
      named.delete(each);
      if (value === undefined && index < required) throw fault(`${name}: ${each} is missing`);
      return value;
    }
    if (named.has(each)) throw fault(`${name}: ${each} is given twice`);
    return positional;
  });
  refuseRest(name, named);
  return values;
}

function refuseRest(name: string, named: ReadonlyMap<string, Value>): void {
  for (const key of named.keys()) throw fault(`${name} knows no argument ${key}`);
}

export function asString(value: Value | undefined, what: string): string {
  if (typeof value !== "string") throw fault(`${what} must be a string`);
  return value;
}

export function asNumber(value: Value | undefined, what: string): number {
  if (typeof value !== "number") throw fault(`${what} must be a whole number`);
  return value;
}

export function asList(value: Value | undefined, what: string): ListValue {
  if (!(value instanceof ListValue)) throw fault(`${what} must be a list`);
  return value;
}
