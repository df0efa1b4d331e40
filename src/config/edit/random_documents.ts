/** Random config files and random edits for the property test, from a seed. */

import type { TomlTable, TomlValue } from "../toml.ts";
import { isTable } from "../toml.ts";
import type { ConfigEdit } from "./change.ts";
import { keyText, pathText } from "./toml_text.ts";

/** A few lines of a document that stand or fall together. */
export interface Chunk {
  readonly lines: readonly string[];
  /** The table or value that the lines are about. */
  readonly owner: readonly string[];
  readonly kind: "header" | "pair" | "comment_above" | "comment_apart" | "blank";
  /** Comments in these lines that nothing but a change of the owner itself may take away. */
  readonly comments: readonly string[];
  /** Comments within the value. */
  readonly inner: readonly string[];
}

export interface RandomDocument {
  readonly text: string;
  readonly chunks: readonly Chunk[];
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
  upTo(count: number): number {
    return Math.floor(this.next() * count);
  }
  chance(of: number): boolean {
    return this.next() < of;
  }
  pick<T>(from: readonly [T, ...T[]] | readonly T[]): T {
    return from[this.upTo(from.length)]!;
  }
}

const KEYS = ["a", "b", "model", "features", "c d", "/w/x.y", "ü", "", "42", "k-1"] as const;
const TABLES: readonly (readonly string[])[] = [
  ["features"],
  ["projects", "/w/x.y"],
  ["projects", "/w/z"],
  ["mcp_servers", "a"],
  ["mcp_servers", "a", "env"],
  ["mcp_servers", "b"],
  ["mcp_servers"],
  ["profiles", "p"],
  ["profiles", "p", "features"],
  ["tui"],
  ["a"],
  ["a", "b"],
  ["a", "b", "c d"],
];
const ARRAY = ["skills", "config"];

export function randomDocument(dice: Dice): RandomDocument {
  return new Generator(dice).document();
}

class Generator {
  readonly #chunks: Chunk[] = [];
  readonly #eol: string;
  #comments = 0;

  constructor(private readonly dice: Dice) {
    this.#eol = dice.chance(0.4) ? "\r\n" : "\n";
  }

  document(): RandomDocument {
    const { dice } = this;
    this.#apart([]);
    this.#pairs([], dice.upTo(5));
    const tables = TABLES.filter(() => dice.chance(0.35));
    if (dice.chance(0.3)) tables.reverse();
    for (const path of tables) {
      this.#above(path);
      this.#header(path, `[${dice.chance(0.2) ? " " : ""}${this.#written(path)}]`);
      this.#pairs(path, dice.upTo(4));
      this.#apart(path);
    }
    for (let index = 0; index < dice.upTo(4); index += 1) {
      const path = [...ARRAY, String(index)];
      this.#above(path);
      this.#header(path, `[[${pathText(ARRAY)}]]`);
      this.#pairs(path, dice.upTo(3));
      this.#apart(path);
    }
    const text = this.#chunks.flatMap(({ lines }) => lines).map((line) => line + this.#eol).join(
      "",
    );
    const torn = dice.chance(0.2) ? text.replace(/\r?\n$/, "") : text;
    return { text: torn, chunks: this.#chunks };
  }

  #header(owner: readonly string[], header: string): void {
    const comment = this.#maybeComment(0.2);
    this.#chunks.push({
      lines: [comment === null ? header : `${header} ${comment}`],
      owner,
      kind: "header",
      comments: comment === null ? [] : [comment],
      inner: [],
    });
  }

  #pairs(table: readonly string[], count: number): void {
    const { dice } = this;
    const indent = dice.chance(0.1) ? "  " : "";
    for (let index = 0; index < count; index += 1) {
      const keys = Array.from({ length: dice.chance(0.2) ? 2 : 1 }, () => dice.pick(KEYS));
      const owner = [...table, ...keys];
      this.#above(owner);
      const inner: string[] = [];
      const comment = this.#maybeComment(0.25);
      const value = this.#value(2, inner);
      const tail = comment === null ? "" : `\t${comment}`;
      const equals = dice.chance(0.2) ? "=" : " = ";
      this.#chunks.push({
        lines: `${indent}${this.#written(keys)}${equals}${value}${tail}`.split(this.#eol),
        owner,
        kind: "pair",
        comments: comment === null ? [] : [comment],
        inner,
      });
    }
  }

  #above(owner: readonly string[]): void {
    const { dice } = this;
    if (dice.chance(0.3)) this.#blank();
    for (let count = dice.chance(0.3) ? 1 + dice.upTo(2) : 0; count > 0; count -= 1) {
      const comment = this.#comment();
      const comments = [comment];
      this.#chunks.push({ lines: comments, owner, kind: "comment_above", comments, inner: [] });
    }
  }

  /** Comments with a blank line behind them. */
  #apart(owner: readonly string[]): void {
    if (!this.dice.chance(0.3)) return;
    const comments = [this.#comment()];
    this.#chunks.push({ lines: comments, owner, kind: "comment_apart", comments, inner: [] });
    this.#blank();
  }

  #blank(): void {
    this.#chunks.push({ lines: [""], owner: [], kind: "blank", comments: [], inner: [] });
  }

  #comment(): string {
    this.#comments += 1;
    return this.dice.pick(["# note", "#x = 1", "# [t]", '# "é😀'] as const) +
      ` <${this.#comments}>`;
  }

  #maybeComment(chance: number): string | null {
    return this.dice.chance(chance) ? this.#comment() : null;
  }

  #written(path: readonly string[]): string {
    const dot = this.dice.chance(0.1) ? " . " : ".";
    return path.map((key) => {
      const quotes = this.dice.chance(0.2);
      return quotes && !key.includes("'") ? `'${key}'` : keyText(key);
    }).join(dot);
  }

  #value(depth: number, inner: string[]): string {
    const { dice } = this;
    const kind = dice.upTo(depth === 0 ? 10 : 13);
    if (kind === 10) {
      const pairs = Array.from(
        { length: dice.upTo(4) },
        () => `${this.#written([dice.pick(KEYS)])} = ${this.#value(0, [])}`,
      );
      return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
    }
    if (kind === 11) {
      return `[${Array.from({ length: dice.upTo(4) }, () => this.#value(0, [])).join(",")}]`;
    }
    if (kind === 12) {
      const items = Array.from({ length: dice.upTo(4) }, () => {
        const comment = this.#maybeComment(0.3);
        if (comment !== null) inner.push(comment);
        return `  ${this.#value(0, [])},${comment === null ? "" : ` ${comment}`}`;
      });
      return ["[", ...items, "]"].join(this.#eol);
    }
    return dice.pick(
      [
        "true",
        "-17",
        "0xFF",
        "9223372036854775807",
        "1.0",
        "nan",
        "1979-05-27T07:32:00Z",
        "07:32:00",
        '"a # b"',
        `"""a${this.#eol}# no comment"""`,
        "'C:\\x'",
        '"tab\\t \\u00e9 \\" end"',
        '""',
        `"""${this.#eol}# no comment${this.#eol}x = "1"""""`,
        `'''${this.#eol}[no.header]${this.#eol}'''`,
      ] as const,
    );
  }
}

/** An edit that may or may not concern something that is there. */
export function randomEdit(dice: Dice, table: TomlTable): ConfigEdit {
  const known = pathsOf(table, []);
  const path = known.length > 0 && dice.chance(0.6)
    ? dice.pick(known)
    : [...dice.pick(TABLES), ...(dice.chance(0.5) ? [dice.pick(KEYS)] : [])];
  const inlineTables = dice.chance(0.3) ? "keep" as const : "expand" as const;
  switch (dice.upTo(8)) {
    case 0:
    case 1:
      return { type: "remove", path };
    case 2:
      return {
        type: "append_element",
        path: ARRAY,
        value: asTable({ path: "/n", enabled: false }),
      };
    case 3:
      return {
        type: "update_element",
        path: ARRAY,
        index: dice.upTo(3),
        value: asTable({ enabled: dice.chance(0.5), [dice.pick(KEYS)]: "x" }),
      };
    case 4:
      return { type: "remove_element", path: ARRAY, index: dice.upTo(3) };
    case 5:
      return {
        type: "set",
        path,
        inlineTables,
        value: asTable({ a: 1n, "c d": [1n, "two"], env: asTable({ X: "1" }) }),
      };
    default:
      return {
        type: "set",
        path: dice.chance(0.4) ? [...path, dice.pick(KEYS)] : path,
        inlineTables,
        value: dice.pick<TomlValue>([true, "text \"'\n\u0007", 5n, 2, [], ["x"], asTable({})]),
      };
  }
}

function pathsOf(table: TomlTable, base: readonly string[]): string[][] {
  return Object.entries(table).flatMap(([key, value]) => {
    const path = [...base, key];
    return isTable(value) ? [path, ...pathsOf(value, path)] : [path];
  });
}

function asTable(entries: Readonly<Record<string, TomlValue>>): TomlTable {
  return Object.assign(Object.create(null), entries);
}
