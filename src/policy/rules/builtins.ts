import type { Budget } from "./budget.ts";
import { asNumber, takeArguments } from "./functions.ts";
import { hasMethod, methodOf } from "./methods.ts";
import {
  Callable,
  type CallArguments,
  compare,
  DictValue,
  elements,
  fault,
  isTrue,
  ListValue,
  RangeValue,
  sizeOf,
  toText,
  TupleValue,
  typeName,
  type Value,
  wholeNumber,
} from "./values.ts";

/** The functions that every file knows. There is no way from here to files, clocks or the network. */
export function builtins(budget: Budget): Map<string, Value> {
  const all = { ...conversions(budget), ...sequences(budget), ...others(budget) };
  return new Map(
    Object.entries(all).map(([name, call]) => [
      name,
      new Callable(name, (args) => {
        budget.step();
        return call(args);
      }),
    ]),
  );
}

type Builtins = Readonly<Record<string, (args: CallArguments) => Value>>;

function conversions(budget: Budget): Builtins {
  return {
    str: (args) => toText(one("str", args), budget),
    repr: (args) => toText(one("repr", args), budget, true),
    bool: (args) => isTrue(takeArguments("bool", ["x"], 0, args)[0] ?? null),
    type: (args) => typeName(one("type", args)),
    int: (args) => toNumber(args),
    list: (args) => new ListValue([...contents("list", args, budget)]),
    tuple: (args) => new TupleValue(contents("tuple", args, budget)),
    dict: (args) => {
      const dict = new DictValue();
      for (const item of contents("dict", { ...args, named: new Map() }, budget, true)) {
        const [key, value, ...rest] = elements(item, budget);
        if (key === undefined || value === undefined || rest.length > 0) {
          throw fault("dict needs pairs");
        }
        dict.set(key, value);
      }
      for (const [key, value] of args.named) dict.set(key, value);
      return dict;
    },
    chr: (args) => {
      const point = asNumber(one("chr", args), "chr");
      if (point < 0 || point > 0x10ffff) throw fault("there is no such character");
      return String.fromCodePoint(point);
    },
    ord: (args) => {
      const characters = [...toText(one("ord", args), budget)];
      if (characters.length !== 1) throw fault("ord takes one character");
      return characters[0]!.codePointAt(0)!;
    },
  };
}

function sequences(budget: Budget): Builtins {
  const inOrder = (items: readonly Value[], key: Value, reverse: boolean): Value[] => {
    const keyed = items.map((item) => ({ item, key: applied(key, item) }));
    keyed.sort((a, b) => (reverse ? -1 : 1) * compare(a.key, b.key, budget));
    return keyed.map(({ item }) => item);
  };
  const extreme = (name: string, sign: number) => (args: CallArguments): Value => {
    const key = args.named.get("key") ?? null;
    for (const each of args.named.keys()) {
      if (each !== "key") throw fault(`${name} knows no argument ${each}`);
    }
    const [first] = args.positional;
    const items = args.positional.length === 1 ? elements(first!, budget) : args.positional;
    if (items.length === 0) throw fault(`${name} of nothing`);
    return items.reduce((best, item) =>
      sign * compare(applied(key, item), applied(key, best), budget) > 0 ? item : best
    );
  };
  return {
    len: (args) => {
      const value = one("len", args);
      const size = typeof value === "string" ? characters(value, budget) : sizeOf(value);
      if (size === null) throw fault(`a ${typeName(value)} has no length`);
      return size;
    },
    range: (args) => range(args),
    enumerate: (args) => {
      const [items, start] = takeArguments("enumerate", ["iterable", "start"], 1, args);
      const from = start === undefined ? 0 : asNumber(start, "start");
      return new ListValue(
        elements(items!, budget).map((item, index) => new TupleValue([from + index, item])),
      );
    },
    zip: ({ positional }) => {
      const columns = positional.map((each) => elements(each, budget));
      const length = columns.length === 0 ? 0 : Math.min(...columns.map((each) => each.length));
      budget.cells(length * columns.length);
      return new ListValue(Array.from(
        { length },
        (_, index) => new TupleValue(columns.map((column) => column[index]!)),
      ));
    },
    reversed: (args) => new ListValue(elements(one("reversed", args), budget).toReversed()),
    sorted: (args) => {
      const [items, key, reverse] = takeArguments("sorted", ["x", "key", "reverse"], 1, args);
      return new ListValue(inOrder(elements(items!, budget), key ?? null, isTrue(reverse ?? null)));
    },
    min: extreme("min", -1),
    max: extreme("max", 1),
    any: (args) => elements(one("any", args), budget).some(isTrue),
    all: (args) => elements(one("all", args), budget).every(isTrue),
  };
}

function others(budget: Budget): Builtins {
  return {
    abs: (args) => Math.abs(asNumber(one("abs", args), "abs")),
    fail: ({ positional }) => {
      throw fault(`fail: ${positional.map((each) => toText(each, budget)).join(" ")}`);
    },
    hasattr: (args) => {
      const [object, name] = takeArguments("hasattr", ["x", "name"], 2, args);
      return typeof name === "string" && hasMethod(object!, name);
    },
    getattr: (args) => {
      const [object, name, otherwise] = takeArguments("getattr", ["x", "name", "default"], 2, args);
      if (typeof name !== "string") throw fault("getattr needs a name");
      if (otherwise !== undefined && !hasMethod(object!, name)) return otherwise;
      return methodOf(object!, name, budget);
    },
  };
}

function one(name: string, args: CallArguments): Value {
  return takeArguments(name, ["x"], 1, args)[0]!;
}

function contents(
  name: string,
  args: CallArguments,
  budget: Budget,
  pairs = false,
): readonly Value[] {
  const [value] = takeArguments(name, ["x"], 0, args);
  if (value === undefined) return [];
  if (pairs && value instanceof DictValue) {
    budget.cells(value.size);
    return value.entries().map((entry) => new TupleValue(entry));
  }
  return elements(value, budget);
}

function applied(key: Value, item: Value): Value {
  if (key === null) return item;
  if (!(key instanceof Callable)) throw fault("key must be a function");
  return key.call({ positional: [item], named: new Map() });
}

function characters(text: string, budget: Budget): number {
  budget.step(text.length >> 4);
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function range(args: CallArguments): RangeValue {
  const [a, b, c] = takeArguments("range", ["start", "stop", "step"], 1, args);
  const first = asNumber(a, "range");
  const step = c === undefined ? 1 : asNumber(c, "step");
  if (step === 0) throw fault("range needs a step");
  return b === undefined
    ? new RangeValue(0, first, step)
    : new RangeValue(first, asNumber(b, "stop"), step);
}

function toNumber(args: CallArguments): number {
  const [value, base] = takeArguments("int", ["x", "base"], 0, args);
  if (value === undefined) return 0;
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  if (typeof value !== "string") throw fault(`a ${typeName(value)} is no number`);
  const radix = base === undefined ? 10 : asNumber(base, "base");
  if (radix < 2 || radix > 36) throw fault("a base is between 2 and 36");
  const digits = /^[+-]?[0-9a-z]+$/i.test(value) ? value : "";
  const number = parseInt(digits, radix);
  const legal = [...digits.replace(/^[+-]/, "")].every((c) => parseInt(c, radix) < radix);
  if (digits === "" || !legal) throw fault("this text is no number");
  return wholeNumber(number);
}
