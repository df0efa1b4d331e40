import type { Budget } from "./budget.ts";
import { asNumber, takeArguments } from "./functions.ts";
import { STRING_METHODS } from "./string_methods.ts";
import { place } from "./subscripts.ts";
import {
  areEqual,
  Callable,
  type CallArguments,
  DictValue,
  elements,
  fault,
  ListValue,
  toText,
  TupleValue,
  typeName,
  type Value,
} from "./values.ts";

type Method<T> = (self: T, args: CallArguments, budget: Budget) => Value;

const LIST_METHODS: ReadonlyMap<string, Method<ListValue>> = new Map<string, Method<ListValue>>([
  ["append", (self, args, budget) => {
    const [item] = takeArguments("append", ["x"], 1, args);
    budget.cells(1);
    self.items.push(item!);
    return null;
  }],
  ["extend", (self, args, budget) => {
    const [more] = takeArguments("extend", ["x"], 1, args);
    for (const item of elements(more!, budget)) self.items.push(item);
    return null;
  }],
  ["insert", (self, args, budget) => {
    const [index, item] = takeArguments("insert", ["index", "x"], 2, args);
    budget.step(self.items.length >> 4);
    budget.cells(1);
    self.items.splice(asNumber(index, "index"), 0, item!);
    return null;
  }],
  ["pop", (self, args, budget) => {
    const [index] = takeArguments("pop", ["index"], 0, args);
    budget.step(self.items.length >> 4);
    return self.items.splice(place(index ?? -1, self.items.length), 1)[0]!;
  }],
  ["remove", (self, args, budget) => {
    const [item] = takeArguments("remove", ["x"], 1, args);
    self.items.splice(indexOf(self, item!, budget), 1);
    return null;
  }],
  ["index", (self, args, budget) => {
    const [item] = takeArguments("index", ["x"], 1, args);
    return indexOf(self, item!, budget);
  }],
  ["clear", (self, args) => {
    takeArguments("clear", [], 0, args);
    self.items.length = 0;
    return null;
  }],
]);

const DICT_METHODS: ReadonlyMap<string, Method<DictValue>> = new Map<string, Method<DictValue>>([
  ["get", (self, args) => {
    const [key, otherwise] = takeArguments("get", ["key", "default"], 1, args);
    const value = self.get(key!);
    return value === undefined ? otherwise ?? null : value;
  }],
  ["keys", (self, _, budget) => new ListValue([...elements(self, budget)])],
  ["values", (self, _, budget) => {
    budget.cells(self.size);
    return new ListValue(self.entries().map(([, value]) => value));
  }],
  ["items", (self, _, budget) => {
    budget.cells(self.size * 2);
    return new ListValue(self.entries().map((entry) => new TupleValue(entry)));
  }],
  ["pop", (self, args, budget) => {
    const [key, otherwise] = takeArguments("pop", ["key", "default"], 1, args);
    const value = self.get(key!);
    self.delete(key!);
    if (value !== undefined) return value;
    if (otherwise === undefined) throw fault(`there is no key ${toText(key!, budget, true)}`);
    return otherwise;
  }],
  ["setdefault", (self, args, budget) => {
    const [key, otherwise] = takeArguments("setdefault", ["key", "default"], 1, args);
    const value = self.get(key!);
    if (value !== undefined) return value;
    budget.cells(1);
    self.set(key!, otherwise ?? null);
    return otherwise ?? null;
  }],
  ["update", (self, args, budget) => {
    const [more] = takeArguments("update", ["x"], 0, { ...args, named: new Map() });
    const entries = more instanceof DictValue
      ? more.entries()
      : more === undefined
      ? []
      : elements(more, budget).map((item) => pair(item, budget));
    budget.cells(entries.length + args.named.size);
    for (const [key, value] of [...entries, ...args.named]) self.set(key, value);
    return null;
  }],
  ["clear", (self) => {
    self.clear();
    return null;
  }],
]);

function find(object: Value, name: string): Method<never> | undefined {
  if (typeof object === "string") return STRING_METHODS.get(name) as Method<never> | undefined;
  if (object instanceof ListValue) return LIST_METHODS.get(name) as Method<never> | undefined;
  if (object instanceof DictValue) return DICT_METHODS.get(name) as Method<never> | undefined;
  return undefined;
}

export function hasMethod(object: Value, name: string): boolean {
  return find(object, name) !== undefined;
}

/** `object.name`. */
export function methodOf(object: Value, name: string, budget: Budget): Callable {
  const method = find(object, name) as Method<Value> | undefined;
  if (method === undefined) throw fault(`a ${typeName(object)} has no ${name}`);
  return new Callable(name, (args) => {
    budget.step();
    return method(object, args, budget);
  });
}

function indexOf(list: ListValue, item: Value, budget: Budget): number {
  const index = list.items.findIndex((each) => areEqual(each, item, budget));
  if (index === -1) throw fault(`${toText(item, budget, true)} is not in the list`);
  return index;
}

function pair(item: Value, budget: Budget): readonly [Value, Value] {
  const [key, value, ...rest] = elements(item, budget);
  if (key === undefined || value === undefined || rest.length > 0) throw fault("pairs are needed");
  return [key, value];
}
