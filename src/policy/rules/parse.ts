import type { Budget } from "./budget.ts";
import { Fault } from "./error.ts";
import {
  checkTarget,
  parseExpression,
  parseExpressions,
  parseParameters,
  parseTarget,
} from "./parse_expression.ts";
import type { BinaryOperator, Statement } from "./syntax.ts";
import { TokenReader } from "./token_reader.ts";

const AUGMENTED: Readonly<Record<string, BinaryOperator>> = {
  "+=": "+",
  "-=": "-",
  "*=": "*",
  "//=": "//",
  "%=": "%",
  "|=": "|",
  "&=": "&",
  "^=": "^",
  "<<=": "<<",
  ">>=": ">>",
};

/** Where a statement stands, which decides whether `return`, `break` and `continue` make sense. */
interface Surroundings {
  readonly inFunction: boolean;
  readonly inLoop: boolean;
}

/**
 * Reads a whole file.
 *
 * @throws Fault
 */
export function parseRules(text: string, budget: Budget): Statement[] {
  const tokens = new TokenReader(text, budget);
  const statements: Statement[] = [];
  try {
    while (tokens.current.type !== "end") {
      if (!tokens.acceptLayout("newline")) {
        parseLine(tokens, statements, { inFunction: false, inLoop: false });
      }
    }
  } catch (error) {
    if (error instanceof Fault) error.span ??= tokens.current;
    throw error;
  }
  return statements;
}

/** One compound statement, or a line of simple ones. */
function parseLine(tokens: TokenReader, into: Statement[], around: Surroundings): void {
  if (tokens.at("if")) into.push(parseIf(tokens, around));
  else if (tokens.at("for")) into.push(parseFor(tokens, around));
  else if (tokens.at("def")) into.push(parseDef(tokens));
  else parseSimpleLine(tokens, into, around);
}

function parseSimpleLine(tokens: TokenReader, into: Statement[], around: Surroundings): void {
  do {
    into.push(parseSimple(tokens, around));
  } while (tokens.accept(";") && tokens.current.type !== "newline");
  if (!tokens.acceptLayout("newline")) throw tokens.unexpected("the end of the line");
}

function parseBlock(tokens: TokenReader, around: Surroundings): Statement[] {
  tokens.expect(":");
  return tokens.nested(() => {
    const statements: Statement[] = [];
    if (!tokens.acceptLayout("newline")) {
      parseSimpleLine(tokens, statements, around);
      return statements;
    }
    if (!tokens.acceptLayout("indent")) throw tokens.unexpected("an indented block");
    while (!tokens.acceptLayout("dedent")) {
      if (!tokens.acceptLayout("newline")) parseLine(tokens, statements, around);
    }
    return statements;
  });
}

function parseIf(tokens: TokenReader, around: Surroundings): Statement {
  return tokens.nested(() => {
    const { start } = tokens.take();
    const test = parseExpression(tokens);
    const then = parseBlock(tokens, around);
    let otherwise: Statement[] = [];
    if (tokens.at("elif")) otherwise = [parseIf(tokens, around)];
    else if (tokens.accept("else")) otherwise = parseBlock(tokens, around);
    return { kind: "if", test, then, otherwise, ...tokens.spanFrom(start) };
  });
}

function parseFor(tokens: TokenReader, around: Surroundings): Statement {
  const { start } = tokens.take();
  const target = parseTarget(tokens);
  tokens.expect("in");
  const iterable = parseExpressions(tokens);
  const body = parseBlock(tokens, { ...around, inLoop: true });
  return { kind: "for", target, iterable, body, ...tokens.spanFrom(start) };
}

function parseDef(tokens: TokenReader): Statement {
  const { start } = tokens.take();
  const name = tokens.expectName();
  tokens.expect("(");
  const parameters = parseParameters(tokens, ")", true);
  tokens.expect(")");
  if (tokens.accept("->")) parseExpression(tokens);
  const body = parseBlock(tokens, { inFunction: true, inLoop: false });
  return { kind: "def", name, parameters, body, ...tokens.spanFrom(start) };
}

function parseSimple(tokens: TokenReader, { inFunction, inLoop }: Surroundings): Statement {
  const { current } = tokens;
  const { start } = current;
  const word = current.type === "keyword" ? current.text : null;
  switch (word) {
    case "pass":
      tokens.take();
      return { kind: "pass", ...tokens.spanFrom(start) };
    case "break":
    case "continue": {
      const span = tokens.take();
      if (!inLoop) throw new Fault("syntax", `${word} stands outside of a loop`, span);
      return { kind: word, start: span.start, end: span.end };
    }
    case "return": {
      const span = tokens.take();
      if (!inFunction) throw new Fault("syntax", "return stands outside of a function", span);
      const value = tokens.current.type === "newline" || tokens.at(";")
        ? null
        : parseExpressions(tokens);
      return { kind: "return", value, ...tokens.spanFrom(start) };
    }
    case "load":
      throw new Fault("syntax", "load is not available: rules cannot read other files", current);
    default:
      return parseAssignment(tokens);
  }
}

function parseAssignment(tokens: TokenReader): Statement {
  const { start } = tokens.current;
  const first = parseExpressions(tokens);
  // The type of a variable is read past.
  const annotated = first.kind === "name" && tokens.accept(":");
  if (annotated) parseExpression(tokens);
  const sign = tokens.current.type === "sign" ? tokens.current.text : "";
  const operator = annotated ? null : AUGMENTED[sign] ?? null;
  if (operator === null && !tokens.at("=")) {
    if (annotated) throw tokens.unexpected('"="');
    return { kind: "expression", value: first, ...tokens.spanFrom(start) };
  }
  tokens.take();
  checkTarget(first);
  if (operator !== null && (first.kind === "tuple" || first.kind === "list")) {
    throw new Fault("syntax", "this cannot be assigned to", first);
  }
  const value = parseExpressions(tokens);
  return { kind: "assign", target: first, operator, value, ...tokens.spanFrom(start) };
}
