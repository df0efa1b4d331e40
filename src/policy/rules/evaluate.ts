import type { Budget } from "./budget.ts";
import { Fault } from "./error.ts";
import { bindParameters } from "./functions.ts";
import { methodOf } from "./methods.ts";
import { applyBinary, applyUnary } from "./operators.ts";
import { itemOf, setItem, sliceOf } from "./subscripts.ts";
import type { Argument, Clause, Expression, Parameter, Statement } from "./syntax.ts";
import {
  Callable,
  type CallArguments,
  DictValue,
  elements,
  fault,
  isTrue,
  ListValue,
  toText,
  TupleValue,
  typeName,
  type Value,
} from "./values.ts";

/** Names and what they stand for, the inner ones first. */
class Scope {
  readonly #names = new Map<string, Value>();

  constructor(private readonly outer: Scope | ReadonlyMap<string, Value>) {}

  get(name: string): Value | undefined {
    return this.#names.get(name) ?? (this.#names.has(name) ? null : this.outer.get(name));
  }

  set(name: string, value: Value): void {
    this.#names.set(name, value);
  }
}

type Ending = "break" | "continue" | { readonly returned: Value };

/**
 * Runs a file's statements with these names known from the beginning.
 *
 * @throws Fault, with its place
 */
export function runStatements(
  statements: readonly Statement[],
  globals: ReadonlyMap<string, Value>,
  budget: Budget,
): void {
  const evaluator = new Evaluator(budget);
  evaluator.run(statements, new Scope(globals));
}

class Evaluator {
  constructor(private readonly budget: Budget) {}

  run(statements: readonly Statement[], scope: Scope): Ending | null {
    for (const statement of statements) {
      this.budget.step();
      const ending = this.#at(statement, () => this.#statement(statement, scope));
      if (ending !== null) return ending;
    }
    return null;
  }

  /** Gives a fault the place of the innermost piece of text that it comes from. */
  #at<T>(span: { start: number; end: number }, work: () => T): T {
    this.budget.enter();
    try {
      return work();
    } catch (error) {
      if (error instanceof Fault) error.span ??= span;
      throw error;
    } finally {
      this.budget.leave();
    }
  }

  #statement(statement: Statement, scope: Scope): Ending | null {
    switch (statement.kind) {
      case "expression":
        this.#value(statement.value, scope);
        return null;
      case "assign":
        this.#assignment(statement, scope);
        return null;
      case "if": {
        const test = isTrue(this.#value(statement.test, scope));
        return this.run(test ? statement.then : statement.otherwise, scope);
      }
      case "for":
        return this.#loop(statement, scope);
      case "def":
        scope.set(
          statement.name,
          this.#function(
            statement.name,
            statement.parameters,
            scope,
            (inner) => this.run(statement.body, inner),
          ),
        );
        return null;
      case "return":
        return { returned: statement.value === null ? null : this.#value(statement.value, scope) };
      case "break":
      case "continue":
        return statement.kind;
      case "pass":
        return null;
    }
  }

  #assignment(statement: Extract<Statement, { kind: "assign" }>, scope: Scope): void {
    const { target, operator } = statement;
    const value = this.#value(statement.value, scope);
    if (operator === null) {
      this.#assign(target, value, scope);
      return;
    }
    const before = this.#value(target, scope);
    if (operator === "+" && before instanceof ListValue) {
      // A list grows in place, so that other names for it see it.
      const more = elements(value, this.budget);
      for (const item of more) before.items.push(item);
      return;
    }
    this.#assign(target, applyBinary(operator, before, value, this.budget), scope);
  }

  #assign(target: Expression, value: Value, scope: Scope): void {
    this.budget.step();
    switch (target.kind) {
      case "name":
        scope.set(target.name, value);
        return;
      case "index": {
        const object = this.#value(target.object, scope);
        setItem(object, this.#value(target.index, scope), value, this.budget);
        return;
      }
      case "list":
      case "tuple": {
        const items = elements(value, this.budget);
        if (items.length !== target.items.length) {
          throw fault(`${items.length} values for ${target.items.length} names`);
        }
        target.items.forEach((each, index) => this.#assign(each, items[index]!, scope));
        return;
      }
      default:
        throw fault("this cannot be assigned to");
    }
  }

  #loop(statement: Extract<Statement, { kind: "for" }>, scope: Scope): Ending | null {
    const iterable = this.#value(statement.iterable, scope);
    for (const item of elements(iterable, this.budget)) {
      this.#assign(statement.target, item, scope);
      const ending = this.run(statement.body, scope);
      if (ending === "break") break;
      if (ending !== null && ending !== "continue") return ending;
    }
    return null;
  }

  #function(
    name: string,
    parameters: readonly Parameter[],
    scope: Scope,
    body: (inner: Scope) => Ending | null,
  ): Callable {
    // Defaults are worked out once, where the function is made.
    const defaults = parameters.map(({ fallback }) =>
      fallback === null ? undefined : this.#value(fallback, scope)
    );
    return new Callable(name, (args) => {
      const inner = new Scope(scope);
      bindParameters(name, parameters, defaults, args, (each, value) => inner.set(each, value));
      const ending = body(inner);
      return ending !== null && typeof ending === "object" ? ending.returned : null;
    });
  }

  #value(expression: Expression, scope: Scope): Value {
    this.budget.step();
    return this.#at(expression, () => this.#evaluate(expression, scope));
  }

  #evaluate(expression: Expression, scope: Scope): Value {
    const value = (each: Expression) => this.#value(each, scope);
    switch (expression.kind) {
      case "literal":
        return expression.value;
      case "name":
        return lookUp(expression.name, scope);
      case "format":
        return this.#format(expression.parts, scope);
      case "list":
      case "tuple": {
        this.budget.cells(expression.items.length);
        const items = expression.items.map(value);
        return expression.kind === "list" ? new ListValue(items) : new TupleValue(items);
      }
      case "dict":
        return this.#dict(expression.entries, scope);
      case "comprehension":
        return this.#comprehension(expression, scope);
      case "unary":
        return applyUnary(expression.operator, value(expression.operand));
      case "binary": {
        const left = value(expression.left);
        return applyBinary(expression.operator, left, value(expression.right), this.budget);
      }
      case "and": {
        const left = value(expression.left);
        return isTrue(left) ? value(expression.right) : left;
      }
      case "or": {
        const left = value(expression.left);
        return isTrue(left) ? left : value(expression.right);
      }
      case "conditional":
        return value(isTrue(value(expression.test)) ? expression.then : expression.otherwise);
      case "lambda":
        return this.#function("lambda", expression.parameters, scope, (inner) => ({
          returned: this.#value(expression.body, inner),
        }));
      case "call":
        return this.#call(value(expression.callee), expression.args, scope);
      case "index": {
        const object = value(expression.object);
        return itemOf(object, value(expression.index), this.budget);
      }
      case "slice": {
        const object = value(expression.object);
        const bounds = expression.bounds.map((each) => each === null ? null : value(each));
        return sliceOf(object, bounds, this.budget);
      }
      case "attribute":
        return methodOf(value(expression.object), expression.name, this.budget);
    }
  }

  #format(parts: readonly (string | { readonly name: string })[], scope: Scope): string {
    const text = parts.map((part) =>
      typeof part === "string" ? part : toText(lookUp(part.name, scope), this.budget)
    ).join("");
    this.budget.cells(text.length);
    return text;
  }

  #dict(entries: readonly (readonly [Expression, Expression])[], scope: Scope): DictValue {
    this.budget.cells(entries.length);
    const dict = new DictValue();
    for (const [key, value] of entries) {
      const name = this.#value(key, scope);
      if (dict.has(name)) throw fault(`the key ${toText(name, this.budget, true)} is there twice`);
      dict.set(name, this.#value(value, scope));
    }
    return dict;
  }

  #comprehension(
    expression: Extract<Expression, { kind: "comprehension" }>,
    scope: Scope,
  ): ListValue | DictValue {
    const inner = new Scope(scope);
    const list = new ListValue([]);
    const dict = new DictValue();
    const { key } = expression;
    this.#clauses(expression.clauses, 0, inner, () => {
      this.budget.cells(1);
      if (key === null) list.items.push(this.#value(expression.value, inner));
      else dict.set(this.#value(key, inner), this.#value(expression.value, inner));
    });
    return key === null ? list : dict;
  }

  #clauses(clauses: readonly Clause[], at: number, scope: Scope, add: () => void): void {
    this.budget.step();
    const clause = clauses[at];
    if (clause === undefined) return add();
    if (clause.kind === "if") {
      if (isTrue(this.#value(clause.test, scope))) this.#clauses(clauses, at + 1, scope, add);
      return;
    }
    for (const item of elements(this.#value(clause.iterable, scope), this.budget)) {
      this.#assign(clause.target, item, scope);
      this.#clauses(clauses, at + 1, scope, add);
    }
  }

  #call(callee: Value, args: readonly Argument[], scope: Scope): Value {
    if (!(callee instanceof Callable)) throw fault(`a ${typeName(callee)} cannot be called`);
    return callee.call(this.#arguments(args, scope));
  }

  #arguments(args: readonly Argument[], scope: Scope): CallArguments {
    const positional: Value[] = [];
    const named = new Map<string, Value>();
    const name = (key: string, value: Value) => {
      if (named.has(key)) throw fault(`${key} is given twice`);
      named.set(key, value);
    };
    for (const { kind, name: key, value: expression } of args) {
      const value = this.#value(expression, scope);
      if (kind === "positional") {
        if (named.size > 0) throw fault("an argument without a name stands behind one with a name");
        positional.push(value);
      } else if (kind === "args") {
        for (const item of elements(value, this.budget)) positional.push(item);
      } else if (kind === "named") {
        name(key!, value);
      } else {
        if (!(value instanceof DictValue)) throw fault(`** needs a dict, not a ${typeName(value)}`);
        this.budget.step(value.size);
        for (const [each, item] of value.entries()) {
          if (typeof each !== "string") throw fault("names of arguments are strings");
          name(each, item);
        }
      }
    }
    return { positional, named };
  }
}

function lookUp(name: string, scope: Scope): Value {
  const value = scope.get(name);
  if (value === undefined) throw fault(`${name} is not known here`);
  return value;
}
