import type { Budget } from "./budget.ts";
import { Fault } from "./error.ts";

/** What a rules file computes with. Whole numbers only. */
export type Value =
  | null
  | boolean
  | number
  | string
  | ListValue
  | TupleValue
  | DictValue
  | RangeValue
  | Callable;

export class ListValue {
  constructor(readonly items: Value[]) {}
}

export class TupleValue {
  constructor(readonly items: readonly Value[]) {}
}

export class DictValue {
  /** By the text that stands for the key. */
  readonly #entries = new Map<string, readonly [Value, Value]>();

  get(key: Value): Value | undefined {
    return this.#entries.get(keyText(key))?.[1];
  }

  has(key: Value): boolean {
    return this.#entries.has(keyText(key));
  }

  set(key: Value, value: Value): void {
    const text = keyText(key);
    this.#entries.set(text, [this.#entries.get(text)?.[0] ?? key, value]);
  }

  delete(key: Value): void {
    this.#entries.delete(keyText(key));
  }

  clear(): void {
    this.#entries.clear();
  }

  get size(): number {
    return this.#entries.size;
  }

  entries(): (readonly [Value, Value])[] {
    return [...this.#entries.values()];
  }
}

/** What `range` gives: counted, not stored. */
export class RangeValue {
  readonly length: number;

  constructor(readonly start: number, readonly stop: number, readonly step: number) {
    this.length = Math.max(0, Math.ceil((stop - start) / step));
  }
}

export interface CallArguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

export class Callable {
  constructor(
    readonly name: string,
    /** @throws Fault */
    readonly call: (args: CallArguments) => Value,
  ) {}
}

export function fault(message: string): Fault {
  return new Fault("rule", message);
}

export function typeName(value: Value): string {
  if (value === null) return "NoneType";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return "int";
  if (typeof value === "string") return "string";
  if (value instanceof ListValue) return "list";
  if (value instanceof TupleValue) return "tuple";
  if (value instanceof DictValue) return "dict";
  if (value instanceof RangeValue) return "range";
  return "function";
}

export function isTrue(value: Value): boolean {
  if (value === null) return false;
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value !== 0;
  return sizeOf(value) !== 0;
}

/** Number of elements; characters of a string are counted as their parts. `null` = has none. */
export function sizeOf(value: Value): number | null {
  if (typeof value === "string") return value.length;
  if (value instanceof ListValue || value instanceof TupleValue) return value.items.length;
  if (value instanceof DictValue) return value.size;
  if (value instanceof RangeValue) return value.length;
  return null;
}

/** The elements of a value, as they are now: what is added while they are gone through does not count. */
export function elements(value: Value, budget: Budget): readonly Value[] {
  budget.step(sizeOf(value) ?? 0);
  budget.cells(sizeOf(value) ?? 0);
  if (value instanceof ListValue) return value.items.slice();
  if (value instanceof TupleValue) return value.items;
  if (value instanceof DictValue) return value.entries().map(([key]) => key);
  if (value instanceof RangeValue) {
    return Array.from({ length: value.length }, (_, index) => value.start + index * value.step);
  }
  throw fault(`a ${typeName(value)} has no elements to go through`);
}

export function wholeNumber(value: number): number {
  if (!Number.isSafeInteger(value)) throw fault("a number has become too large");
  return value === 0 ? 0 : value;
}

export function areEqual(left: Value, right: Value, budget: Budget): boolean {
  budget.step();
  if (left instanceof ListValue && right instanceof ListValue) {
    return allEqual(left.items, right.items, budget);
  }
  if (left instanceof TupleValue && right instanceof TupleValue) {
    return allEqual(left.items, right.items, budget);
  }
  if (left instanceof DictValue && right instanceof DictValue) {
    if (left.size !== right.size) return false;
    budget.enter();
    const equal = left.entries().every(([key, value]) => {
      const other = right.get(key);
      return other !== undefined && areEqual(value, other, budget);
    });
    budget.leave();
    return equal;
  }
  if (left instanceof RangeValue && right instanceof RangeValue) {
    return left.length === right.length &&
      (left.length === 0 || (left.start === right.start && left.step === right.step));
  }
  if (typeof left === "string") budget.step(left.length >> 6);
  return left === right;
}

function allEqual(left: readonly Value[], right: readonly Value[], budget: Budget): boolean {
  if (left.length !== right.length) return false;
  budget.enter();
  const equal = left.every((item, index) => areEqual(item, right[index]!, budget));
  budget.leave();
  return equal;
}

/** Negative, zero or positive, as the left one sorts before, with or behind the right one. */
export function compare(left: Value, right: Value, budget: Budget): number {
  budget.step();
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  if (typeof left === "string" && typeof right === "string") {
    budget.step(Math.min(left.length, right.length) >> 6);
    return left < right ? -1 : left > right ? 1 : 0;
  }
  const bothLists = left instanceof ListValue && right instanceof ListValue;
  const bothTuples = left instanceof TupleValue && right instanceof TupleValue;
  if (!bothLists && !bothTuples) {
    throw fault(`a ${typeName(left)} cannot be compared with a ${typeName(right)}`);
  }
  budget.enter();
  let order = left.items.length - right.items.length;
  for (let index = 0; index < Math.min(left.items.length, right.items.length); index += 1) {
    const difference = compare(left.items[index]!, right.items[index]!, budget);
    if (difference === 0) continue;
    order = difference;
    break;
  }
  budget.leave();
  return order;
}

/** The value as text, as `str` gives it; inside of lists, and with `repr`, strings are quoted. */
export function toText(value: Value, budget: Budget, quoted = false): string {
  const text = textOf(value, budget, quoted);
  budget.cells(text.length);
  return text;
}

function textOf(value: Value, budget: Budget, quoted: boolean): string {
  budget.step();
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return quoted ? JSON.stringify(value) : value;
  if (value instanceof Callable) return `<function ${value.name}>`;
  if (value instanceof RangeValue) {
    const step = value.step === 1 ? "" : `, ${value.step}`;
    return `range(${value.start}, ${value.stop}${step})`;
  }
  budget.enter();
  const inner = (each: Value) => toText(each, budget, true);
  let text: string;
  if (value instanceof ListValue) text = `[${value.items.map(inner).join(", ")}]`;
  else if (value instanceof TupleValue) {
    text = `(${value.items.map(inner).join(", ")}${value.items.length === 1 ? "," : ""})`;
  } else {
    text = `{${value.entries().map(([key, each]) => `${inner(key)}: ${inner(each)}`).join(", ")}}`;
  }
  budget.leave();
  return text;
}

/** Longest text that can be a key: looking one up costs its length each time. */
const MAX_KEY = 500;

/** What stands for a key of a dictionary. Only values that never change can be one. */
function keyText(key: Value): string {
  if (typeof key === "string") {
    if (key.length > MAX_KEY) throw fault("a key is too long");
    return `s${key}`;
  }
  if (key === null || typeof key === "boolean" || typeof key === "number") return `v${key}`;
  if (
    key instanceof TupleValue && key.items.length <= MAX_KEY / 10 &&
    key.items.every((item) => !(item instanceof TupleValue))
  ) {
    return `t${JSON.stringify(key.items.map(keyText))}`;
  }
  throw fault(`a ${typeName(key)} cannot be a key`);
}
