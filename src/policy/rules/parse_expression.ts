import { Fault } from "./error.ts";
import type {
  Argument,
  BinaryOperator,
  Clause,
  Expression,
  Parameter,
  UnaryOperator,
} from "./syntax.ts";
import type { TokenReader } from "./token_reader.ts";

/** Operators that bind alike, loosest first. Comparisons do not chain. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ["==", "!=", "<", "<=", ">", ">=", "in", "not in"],
  ["|"],
  ["^"],
  ["&"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "//", "%"],
];

/** One or more expressions; with a comma a tuple. */
export function parseExpressions(tokens: TokenReader): Expression {
  const { start } = tokens.current;
  const first = parseExpression(tokens);
  if (!tokens.at(",")) return first;
  const items = [first];
  while (tokens.accept(",") && startsExpression(tokens)) items.push(parseExpression(tokens));
  return { kind: "tuple", items, ...tokens.spanFrom(start) };
}

export function parseExpression(tokens: TokenReader): Expression {
  return tokens.nested(() => {
    const { start } = tokens.current;
    if (tokens.at("lambda")) return parseLambda(tokens);
    const value = parseOr(tokens);
    if (!tokens.accept("if")) return value;
    const test = parseOr(tokens);
    tokens.expect("else");
    const otherwise = parseExpression(tokens);
    return { kind: "conditional", test, then: value, otherwise, ...tokens.spanFrom(start) };
  });
}

function startsExpression(tokens: TokenReader): boolean {
  const { current } = tokens;
  switch (current.type) {
    case "name":
    case "integer":
    case "string":
    case "format":
      return true;
    case "sign":
      return ["(", "[", "{", "-", "+", "~"].includes(current.text);
    case "keyword":
      return current.text === "not" || current.text === "lambda";
    default:
      return false;
  }
}

function parseLambda(tokens: TokenReader): Expression {
  const { start } = tokens.take();
  const parameters = parseParameters(tokens, ":", false);
  tokens.expect(":");
  const body = parseExpression(tokens);
  return { kind: "lambda", parameters, body, ...tokens.spanFrom(start) };
}

/** What a function takes, up to the sign `closing`, which is left. Type annotations are read past. */
export function parseParameters(
  tokens: TokenReader,
  closing: string,
  annotated: boolean,
): Parameter[] {
  const parameters: Parameter[] = [];
  const names = new Set<string>();
  let kind: Parameter["kind"] = "plain";
  while (!tokens.at(closing)) {
    const { start } = tokens.current;
    const stars = tokens.accept("**") ? "kwargs" : tokens.accept("*") ? "args" : null;
    if (stars === "args" && tokens.at(",")) {
      kind = "named_only";
    } else {
      const name = tokens.expectName();
      if (names.has(name)) {
        throw new Fault("syntax", `the parameter ${name} is there twice`, tokens.spanFrom(start));
      }
      names.add(name);
      if (annotated && tokens.accept(":")) parseExpression(tokens);
      const fallback = stars === null && tokens.accept("=") ? parseExpression(tokens) : null;
      parameters.push({ name, kind: stars ?? kind, fallback });
      if (stars === "args") kind = "named_only";
    }
    if (!tokens.accept(",")) break;
  }
  return parameters;
}

function parseOr(tokens: TokenReader): Expression {
  return parseLogic(tokens, "or", () => parseLogic(tokens, "and", () => parseNot(tokens)));
}

function parseLogic(
  tokens: TokenReader,
  kind: "and" | "or",
  operand: () => Expression,
): Expression {
  const { start } = tokens.current;
  let left = operand();
  while (tokens.accept(kind)) {
    left = { kind, left, right: operand(), ...tokens.spanFrom(start) };
  }
  return left;
}

function parseNot(tokens: TokenReader): Expression {
  const { start } = tokens.current;
  if (!tokens.accept("not")) return parseBinary(tokens, 0);
  const operand = tokens.nested(() => parseNot(tokens));
  return { kind: "unary", operator: "not", operand, ...tokens.spanFrom(start) };
}

function parseBinary(tokens: TokenReader, level: number): Expression {
  const operators = LEVELS[level];
  if (operators === undefined) return parseUnary(tokens);
  const { start } = tokens.current;
  let left = parseBinary(tokens, level + 1);
  for (let count = 0;; count += 1) {
    const operator = takeOperator(tokens, operators);
    if (operator === null) return left;
    if (level === 0 && count > 0) {
      throw new Fault("syntax", "comparisons do not chain; use and", tokens.spanFrom(start));
    }
    const right = parseBinary(tokens, level + 1);
    left = { kind: "binary", operator, left, right, ...tokens.spanFrom(start) };
  }
}

function takeOperator(
  tokens: TokenReader,
  operators: readonly BinaryOperator[],
): BinaryOperator | null {
  if (operators.includes("not in") && tokens.accept("not")) {
    tokens.expect("in");
    return "not in";
  }
  return operators.find((operator) => tokens.accept(operator)) ?? null;
}

function parseUnary(tokens: TokenReader): Expression {
  const { start } = tokens.current;
  for (const operator of ["-", "+", "~"] satisfies UnaryOperator[]) {
    if (tokens.accept(operator)) {
      const operand = tokens.nested(() => parseUnary(tokens));
      return { kind: "unary", operator, operand, ...tokens.spanFrom(start) };
    }
  }
  return parsePrimary(tokens);
}

function parsePrimary(tokens: TokenReader): Expression {
  const { start } = tokens.current;
  let value = parseOperand(tokens);
  for (;;) {
    if (tokens.accept(".")) {
      const name = tokens.expectName();
      value = { kind: "attribute", object: value, name, ...tokens.spanFrom(start) };
    } else if (tokens.accept("(")) {
      const args = parseArguments(tokens);
      value = { kind: "call", callee: value, args, ...tokens.spanFrom(start) };
    } else if (tokens.accept("[")) {
      value = parseIndex(tokens, value, start);
    } else {
      return value;
    }
  }
}

function parseArguments(tokens: TokenReader): Argument[] {
  const args: Argument[] = [];
  while (!tokens.accept(")")) {
    if (tokens.accept("**")) {
      args.push({ kind: "kwargs", name: null, value: parseExpression(tokens) });
    } else if (tokens.accept("*")) {
      args.push({ kind: "args", name: null, value: parseExpression(tokens) });
    } else {
      const value = parseExpression(tokens);
      if (value.kind === "name" && tokens.accept("=")) {
        args.push({ kind: "named", name: value.name, value: parseExpression(tokens) });
      } else {
        args.push({ kind: "positional", name: null, value });
      }
    }
    if (!tokens.at(")")) tokens.expect(",");
  }
  return args;
}

function parseIndex(tokens: TokenReader, object: Expression, start: number): Expression {
  const bounds: [Expression | null, Expression | null, Expression | null] = [null, null, null];
  let colons = 0;
  while (!tokens.accept("]")) {
    if (tokens.at(":") && colons < 2) {
      tokens.take();
      colons += 1;
    } else if (bounds[colons] === null) {
      bounds[colons as 0 | 1 | 2] = parseExpressions(tokens);
    } else {
      throw tokens.unexpected('"]"');
    }
  }
  if (colons > 0) return { kind: "slice", object, bounds, ...tokens.spanFrom(start) };
  if (bounds[0] === null) throw new Fault("syntax", "an index is missing", tokens.spanFrom(start));
  return { kind: "index", object, index: bounds[0], ...tokens.spanFrom(start) };
}

function parseOperand(tokens: TokenReader): Expression {
  const token = tokens.current;
  const span = { start: token.start, end: token.end };
  switch (token.type) {
    case "integer":
      tokens.take();
      return { kind: "literal", value: token.value, ...span };
    case "string":
      return parseStrings(tokens);
    case "format":
      tokens.take();
      return { kind: "format", parts: token.parts, ...span };
    case "name":
      tokens.take();
      return constantOrName(token.text, span);
    case "sign":
      if (token.text === "(") return parseParenthesised(tokens);
      if (token.text === "[") return parseList(tokens);
      if (token.text === "{") return parseDict(tokens);
  }
  throw tokens.unexpected("an expression");
}

/** Two string literals side by side are a forgotten comma. */
function parseStrings(tokens: TokenReader): Expression {
  const token = tokens.take();
  if (tokens.current.type === "string") {
    throw tokens.unexpected('an operator or ","');
  }
  const value = token.type === "string" ? token.value : "";
  return { kind: "literal", value, start: token.start, end: token.end };
}

function constantOrName(name: string, span: { start: number; end: number }): Expression {
  switch (name) {
    case "None":
      return { kind: "literal", value: null, ...span };
    case "True":
      return { kind: "literal", value: true, ...span };
    case "False":
      return { kind: "literal", value: false, ...span };
    default:
      return { kind: "name", name, ...span };
  }
}

function parseParenthesised(tokens: TokenReader): Expression {
  const { start } = tokens.take();
  if (tokens.accept(")")) return { kind: "tuple", items: [], ...tokens.spanFrom(start) };
  const value = parseExpressions(tokens);
  tokens.expect(")");
  return value;
}

function parseList(tokens: TokenReader): Expression {
  const { start } = tokens.take();
  const items: Expression[] = [];
  while (!tokens.accept("]")) {
    items.push(parseExpression(tokens));
    if (items.length === 1 && tokens.at("for")) {
      const clauses = parseClauses(tokens);
      tokens.expect("]");
      const value = items[0]!;
      return { kind: "comprehension", key: null, value, clauses, ...tokens.spanFrom(start) };
    }
    if (!tokens.at("]")) tokens.expect(",");
  }
  return { kind: "list", items, ...tokens.spanFrom(start) };
}

function parseDict(tokens: TokenReader): Expression {
  const { start } = tokens.take();
  const entries: [Expression, Expression][] = [];
  while (!tokens.accept("}")) {
    const key = parseExpression(tokens);
    tokens.expect(":");
    const value = parseExpression(tokens);
    if (entries.length === 0 && tokens.at("for")) {
      const clauses = parseClauses(tokens);
      tokens.expect("}");
      return { kind: "comprehension", key, value, clauses, ...tokens.spanFrom(start) };
    }
    entries.push([key, value]);
    if (!tokens.at("}")) tokens.expect(",");
  }
  return { kind: "dict", entries, ...tokens.spanFrom(start) };
}

function parseClauses(tokens: TokenReader): Clause[] {
  const clauses: Clause[] = [];
  for (;;) {
    if (tokens.accept("for")) {
      const target = parseTarget(tokens);
      tokens.expect("in");
      clauses.push({ kind: "for", target, iterable: parseOr(tokens) });
    } else if (tokens.accept("if")) {
      clauses.push({ kind: "if", test: parseOr(tokens) });
    } else {
      return clauses;
    }
    // Each clause is a loop inside the one before it.
    if (clauses.length > 32) throw tokens.unexpected("fewer clauses");
  }
}

/** What a loop assigns to: one or more targets in front of `in`. */
export function parseTarget(tokens: TokenReader): Expression {
  const { start } = tokens.current;
  const items = [parsePrimary(tokens)];
  let tuple = false;
  while (tokens.accept(",")) {
    tuple = true;
    if (tokens.at("in")) break;
    items.push(parsePrimary(tokens));
  }
  const target: Expression = tuple
    ? { kind: "tuple", items, ...tokens.spanFrom(start) }
    : items[0]!;
  checkTarget(target);
  return target;
}

/** Only names, elements, and lists of those can be assigned to. */
export function checkTarget(target: Expression): void {
  switch (target.kind) {
    case "name":
    case "index":
      return;
    case "list":
    case "tuple":
      for (const item of target.items) checkTarget(item);
      return;
    default:
      throw new Fault("syntax", "this cannot be assigned to", target);
  }
}
