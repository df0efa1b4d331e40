import type { Budget } from "./budget.ts";
import {
  DictValue,
  fault,
  ListValue,
  RangeValue,
  toText,
  TupleValue,
  typeName,
  type Value,
} from "./values.ts";

/** `object[index]`. */
export function itemOf(object: Value, index: Value, budget: Budget): Value {
  if (object instanceof DictValue) {
    const value = object.get(index);
    if (value === undefined) throw fault(`there is no key ${toText(index, budget, true)}`);
    return value;
  }
  const sequence = sequenceOf(object, budget);
  return sequence.at(place(index, sequence.length));
}

/** `object[index] = value`. */
export function setItem(object: Value, index: Value, value: Value, budget: Budget): void {
  budget.cells(1);
  if (object instanceof DictValue) object.set(index, value);
  else if (object instanceof ListValue) object.items[place(index, object.items.length)] = value;
  else throw fault(`a ${typeName(object)} cannot be changed`);
}

/** `object[from:to:step]`; `null` = not given. */
export function sliceOf(
  object: Value,
  bounds: readonly (Value | null)[],
  budget: Budget,
): Value {
  const sequence = sequenceOf(object, budget);
  const [from = null, to = null, by = null] = bounds;
  const step = numberOr(by, 1);
  if (step === 0) throw fault("a slice needs a step");
  const { length } = sequence;
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (value: Value | null, otherwise: number) => {
    const number = numberOr(value, NaN);
    if (Number.isNaN(number)) return otherwise;
    return Math.min(high, Math.max(low, number < 0 ? number + length : number));
  };
  const start = clamp(from, step > 0 ? low : high);
  const stop = clamp(to, step > 0 ? high : low);
  const count = Math.max(0, Math.ceil((stop - start) / step));
  budget.cells(count);
  return sequence.build(
    Array.from({ length: count }, (_, index) => sequence.at(start + index * step)),
  );
}

interface Sequence {
  readonly length: number;
  at(index: number): Value;
  build(items: Value[]): Value;
}

function sequenceOf(value: Value, budget: Budget): Sequence {
  if (typeof value === "string") {
    // Characters, not UTF-16 units.
    budget.step(value.length);
    const characters = [...value];
    return {
      length: characters.length,
      at: (index) => characters[index]!,
      build: (items) => items.join(""),
    };
  }
  if (value instanceof RangeValue) {
    return {
      length: value.length,
      at: (index) => value.start + index * value.step,
      build: (items) => new ListValue(items),
    };
  }
  if (!(value instanceof ListValue) && !(value instanceof TupleValue)) {
    throw fault(`a ${typeName(value)} has no elements by number`);
  }
  return {
    length: value.items.length,
    at: (index) => value.items[index]!,
    build: (items) => value instanceof ListValue ? new ListValue(items) : new TupleValue(items),
  };
}

/** The position that an index means; negative ones count from the end. */
export function place(index: Value, length: number): number {
  if (typeof index !== "number") throw fault(`a ${typeName(index)} is no position`);
  const at = index < 0 ? index + length : index;
  if (at < 0 || at >= length) throw fault(`there is no element ${index}`);
  return at;
}

function numberOr(value: Value | null, otherwise: number): number {
  if (value === null) return otherwise;
  if (typeof value !== "number") throw fault(`a ${typeName(value)} is no position`);
  return value;
}
