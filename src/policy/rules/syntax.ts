import type { Span } from "./error.ts";

/** An expression of the rules language. */
export type Expression = Span & ExpressionKind;

type ExpressionKind =
  | { readonly kind: "literal"; readonly value: null | boolean | number | string }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "format"; readonly parts: readonly (string | { readonly name: string })[] }
  | { readonly kind: "list" | "tuple"; readonly items: readonly Expression[] }
  | { readonly kind: "dict"; readonly entries: readonly (readonly [Expression, Expression])[] }
  | {
    readonly kind: "comprehension";
    /** Set for a dictionary. */
    readonly key: Expression | null;
    readonly value: Expression;
    readonly clauses: readonly Clause[];
  }
  | { readonly kind: "unary"; readonly operator: UnaryOperator; readonly operand: Expression }
  | {
    readonly kind: "binary";
    readonly operator: BinaryOperator;
    readonly left: Expression;
    readonly right: Expression;
  }
  | {
    readonly kind: "and" | "or";
    readonly left: Expression;
    readonly right: Expression;
  }
  | {
    readonly kind: "conditional";
    readonly test: Expression;
    readonly then: Expression;
    readonly otherwise: Expression;
  }
  | {
    readonly kind: "lambda";
    readonly parameters: readonly Parameter[];
    readonly body: Expression;
  }
  | { readonly kind: "call"; readonly callee: Expression; readonly args: readonly Argument[] }
  | { readonly kind: "index"; readonly object: Expression; readonly index: Expression }
  | {
    readonly kind: "slice";
    readonly object: Expression;
    readonly bounds: readonly [Expression | null, Expression | null, Expression | null];
  }
  | { readonly kind: "attribute"; readonly object: Expression; readonly name: string };

export type UnaryOperator = "not" | "-" | "+" | "~";

export type BinaryOperator =
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "in"
  | "not in"
  | "|"
  | "^"
  | "&"
  | "<<"
  | ">>"
  | "+"
  | "-"
  | "*"
  | "//"
  | "%";

export type Clause =
  | { readonly kind: "for"; readonly target: Expression; readonly iterable: Expression }
  | { readonly kind: "if"; readonly test: Expression };

export interface Parameter {
  readonly name: string;
  /** `args` = `*name`, `kwargs` = `**name`; what follows `args` or a bare `*` goes by name only. */
  readonly kind: "plain" | "named_only" | "args" | "kwargs";
  readonly fallback: Expression | null;
}

export interface Argument {
  readonly kind: "positional" | "named" | "args" | "kwargs";
  /** Set for `named`. */
  readonly name: string | null;
  readonly value: Expression;
}

/** A statement of the rules language. */
export type Statement = Span & StatementKind;

type StatementKind =
  | { readonly kind: "expression"; readonly value: Expression }
  | {
    readonly kind: "assign";
    readonly target: Expression;
    /** Of `+=` and its like; `null` for `=`. */
    readonly operator: BinaryOperator | null;
    readonly value: Expression;
  }
  | {
    readonly kind: "if";
    readonly test: Expression;
    readonly then: readonly Statement[];
    readonly otherwise: readonly Statement[];
  }
  | {
    readonly kind: "for";
    readonly target: Expression;
    readonly iterable: Expression;
    readonly body: readonly Statement[];
  }
  | {
    readonly kind: "def";
    readonly name: string;
    readonly parameters: readonly Parameter[];
    readonly body: readonly Statement[];
  }
  | { readonly kind: "return"; readonly value: Expression | null }
  | { readonly kind: "break" | "continue" | "pass" };
