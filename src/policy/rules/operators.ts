import type { Budget } from "./budget.ts";
import type { BinaryOperator, UnaryOperator } from "./syntax.ts";
import {
  areEqual,
  compare,
  DictValue,
  elements,
  fault,
  isTrue,
  ListValue,
  RangeValue,
  toText,
  TupleValue,
  typeName,
  type Value,
  wholeNumber,
} from "./values.ts";

export function applyUnary(operator: UnaryOperator, operand: Value): Value {
  if (operator === "not") return !isTrue(operand);
  if (typeof operand !== "number") {
    throw fault(`"${operator}" is not for a ${typeName(operand)}`);
  }
  switch (operator) {
    case "-":
      return wholeNumber(-operand);
    case "+":
      return operand;
    case "~":
      return wholeNumber(-operand - 1);
  }
}

export function applyBinary(
  operator: BinaryOperator,
  left: Value,
  right: Value,
  budget: Budget,
): Value {
  switch (operator) {
    case "==":
      return areEqual(left, right, budget);
    case "!=":
      return !areEqual(left, right, budget);
    case "<":
      return compare(left, right, budget) < 0;
    case "<=":
      return compare(left, right, budget) <= 0;
    case ">":
      return compare(left, right, budget) > 0;
    case ">=":
      return compare(left, right, budget) >= 0;
    case "in":
      return contains(right, left, budget);
    case "not in":
      return !contains(right, left, budget);
  }
  if (typeof left === "number" && typeof right === "number") {
    return wholeNumber(arithmetic(operator, left, right));
  }
  const result = combine(operator, left, right, budget);
  if (result !== undefined) return result;
  throw fault(`"${operator}" is not for a ${typeName(left)} and a ${typeName(right)}`);
}

type Arithmetic = Exclude<
  BinaryOperator,
  "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in"
>;

function arithmetic(operator: Arithmetic, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "//":
      if (right === 0) throw fault("division by zero");
      return Math.floor(left / right);
    case "%":
      if (right === 0) throw fault("division by zero");
      return left - right * Math.floor(left / right);
    case "<<":
    case ">>":
      if (right < 0) throw fault("a shift by less than nothing");
      return operator === "<<"
        ? left * 2 ** right
        : right > 60
        ? (left < 0 ? -1 : 0)
        : Math.floor(left / 2 ** right);
    case "|":
      return Number(BigInt(left) | BigInt(right));
    case "^":
      return Number(BigInt(left) ^ BigInt(right));
    case "&":
      return Number(BigInt(left) & BigInt(right));
  }
}

/** Joining, repeating, formatting; `undefined` = the operator is not for these. */
function combine(
  operator: Arithmetic,
  left: Value,
  right: Value,
  budget: Budget,
): Value | undefined {
  if (operator === "+") return join(left, right, budget);
  if (operator === "*") {
    if (typeof left === "number") return repeat(right, left, budget);
    if (typeof right === "number") return repeat(left, right, budget);
  }
  if (operator === "%" && typeof left === "string") return formatPercent(left, right, budget);
  if (operator === "|" && left instanceof DictValue && right instanceof DictValue) {
    budget.cells(left.size + right.size);
    const merged = new DictValue();
    for (const [key, value] of [...left.entries(), ...right.entries()]) merged.set(key, value);
    return merged;
  }
  return undefined;
}

function join(left: Value, right: Value, budget: Budget): Value | undefined {
  if (typeof left === "string" && typeof right === "string") {
    budget.cells(left.length + right.length);
    return left + right;
  }
  const lists = left instanceof ListValue && right instanceof ListValue;
  const tuples = left instanceof TupleValue && right instanceof TupleValue;
  if (!lists && !tuples) return undefined;
  budget.cells(left.items.length + right.items.length);
  const items = [...left.items, ...right.items];
  return lists ? new ListValue(items) : new TupleValue(items);
}

function repeat(value: Value, times: number, budget: Budget): Value | undefined {
  const count = Math.max(0, times);
  if (typeof value === "string") {
    budget.cells(value.length * count);
    return value.repeat(value === "" ? 0 : count);
  }
  if (!(value instanceof ListValue) && !(value instanceof TupleValue)) return undefined;
  const total = value.items.length * count;
  budget.cells(total);
  const items = Array.from({ length: total }, (_, at) => value.items[at % value.items.length]!);
  return value instanceof ListValue ? new ListValue(items) : new TupleValue(items);
}

function contains(whole: Value, part: Value, budget: Budget): boolean {
  if (typeof whole === "string") {
    if (typeof part !== "string") throw fault("only a string can be in a string");
    budget.step((whole.length >> 4) + 1);
    return whole.includes(part);
  }
  if (whole instanceof DictValue) return whole.has(part);
  if (whole instanceof RangeValue) {
    if (typeof part !== "number" || whole.length === 0) return false;
    const at = (part - whole.start) / whole.step;
    return Number.isInteger(at) && at >= 0 && at < whole.length;
  }
  return elements(whole, budget).some((item) => areEqual(item, part, budget));
}

/** `"%s and %d" % (a, b)`. */
function formatPercent(format: string, values: Value, budget: Budget): string {
  const args = values instanceof TupleValue ? values.items : [values];
  let used = 0;
  budget.step(format.length);
  const text = format.replaceAll(/%(.?)/gs, (_, kind: string) => {
    if (kind === "%") return "%";
    const value = args[used++];
    if (value === undefined) throw fault("there are fewer values than places in the format");
    switch (kind) {
      case "s":
      case "r":
        return toText(value, budget, kind === "r");
      case "d":
        if (typeof value !== "number") throw fault("%d is for numbers");
        return String(value);
      default:
        throw fault(`%${kind} means nothing in a format`);
    }
  });
  if (used < args.length) throw fault("there are more values than places in the format");
  budget.cells(text.length);
  return text;
}
