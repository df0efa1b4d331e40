import type { Budget } from "./budget.ts";
import { asNumber, asString, takeArguments } from "./functions.ts";
import {
  type CallArguments,
  elements,
  fault,
  ListValue,
  toText,
  TupleValue,
  type Value,
  wholeNumber,
} from "./values.ts";

type StringMethod = (self: string, args: CallArguments, budget: Budget) => Value;

const WHITE = /\s+/;

/** Methods of strings that never look at characters by number, and so need no count of them. */
export const STRING_METHODS: ReadonlyMap<string, StringMethod> = new Map<string, StringMethod>([
  ["upper", plain((text) => text.toUpperCase())],
  ["lower", plain((text) => text.toLowerCase())],
  ["capitalize", plain((text) => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase())],
  ["isdigit", plain((text) => /^[0-9]+$/.test(text))],
  ["isalpha", plain((text) => /^\p{L}+$/u.test(text))],
  ["isalnum", plain((text) => /^[\p{L}\p{N}]+$/u.test(text))],
  ["isspace", plain((text) => /^\s+$/.test(text))],
  ["isupper", plain((text) => text !== text.toLowerCase() && text === text.toUpperCase())],
  ["islower", plain((text) => text !== text.toUpperCase() && text === text.toLowerCase())],
  [
    "splitlines",
    plain((text) => {
      const lines = text.split(/\r\n|\n|\r/);
      if (lines.at(-1) === "") lines.pop();
      return new ListValue(lines);
    }),
  ],
  ["strip", stripping(true, true)],
  ["lstrip", stripping(true, false)],
  ["rstrip", stripping(false, true)],
  ["startswith", affix((text, part) => text.startsWith(part))],
  ["endswith", affix((text, part) => text.endsWith(part))],
  ["removeprefix", (self, args, budget) => {
    const part = asString(takeArguments("removeprefix", ["x"], 1, args)[0], "removeprefix");
    budget.step(1 + (part.length >> 4));
    return self.startsWith(part) ? self.slice(part.length) : self;
  }],
  ["removesuffix", (self, args, budget) => {
    const part = asString(takeArguments("removesuffix", ["x"], 1, args)[0], "removesuffix");
    budget.step(1 + (part.length >> 4));
    return part !== "" && self.endsWith(part) ? self.slice(0, -part.length) : self;
  }],
  ["join", (self, args, budget) => {
    const [items] = takeArguments("join", ["to_join"], 1, args);
    const parts = elements(items!, budget).map((item) => asString(item, "every part"));
    budget.cells(parts.reduce((sum, part) => sum + part.length + self.length, 0));
    return parts.join(self);
  }],
  ["replace", (self, args, budget) => {
    const [old, by, count] = takeArguments("replace", ["old", "new", "count"], 2, args);
    const pattern = asString(old, "old");
    const pieces = self.split(pattern);
    const most = count === undefined ? Infinity : Math.max(0, asNumber(count, "count"));
    return glue(pieces, pattern, asString(by, "new"), most, budget);
  }],
  ["count", (self, args, budget) => {
    const part = asString(takeArguments("count", ["needle"], 1, args)[0], "count");
    budget.cells(self.length);
    return part === "" ? [...self].length + 1 : self.split(part).length - 1;
  }],
  ["find", searching("find", (text, part) => text.indexOf(part))],
  ["rfind", searching("rfind", (text, part) => text.lastIndexOf(part))],
  ["index", searching("index", (text, part) => found(text.indexOf(part)))],
  ["rindex", searching("rindex", (text, part) => found(text.lastIndexOf(part)))],
  ["split", splitting(false)],
  ["rsplit", splitting(true)],
  ["partition", parting((text, part) => text.indexOf(part), false)],
  ["rpartition", parting((text, part) => text.lastIndexOf(part), true)],
  ["elems", (self, _, budget) => new ListValue(charactersOf(self, budget))],
  ["format", (self, args, budget) => formatBraces(self, args, budget)],
]);

function plain(work: (text: string) => Value): StringMethod {
  return (self, args, budget) => {
    takeArguments("this method", [], 0, args);
    budget.step(self.length >> 4);
    budget.cells(self.length);
    return work(self);
  };
}

function charactersOf(text: string, budget: Budget): string[] {
  budget.cells(text.length);
  return [...text];
}

function stripping(left: boolean, right: boolean): StringMethod {
  return (self, args, budget) => {
    const [set] = takeArguments("strip", ["chars"], 0, args);
    const strip = new Set(set === undefined || set === null ? [] : asString(set, "chars"));
    const goes = (char: string) => strip.size === 0 ? /^\s$/.test(char) : strip.has(char);
    const chars = charactersOf(self, budget);
    let start = 0;
    let end = chars.length;
    while (left && start < end && goes(chars[start]!)) start += 1;
    while (right && end > start && goes(chars[end - 1]!)) end -= 1;
    return chars.slice(start, end).join("");
  };
}

function affix(test: (text: string, part: string) => boolean): StringMethod {
  return (self, args, budget) => {
    const [part] = takeArguments("this method", ["x"], 1, args);
    const parts = part instanceof TupleValue ? part.items : [part!];
    return parts.some((each) => {
      const text = asString(each, "every part");
      budget.step(1 + (text.length >> 4));
      return test(self, text);
    });
  };
}

function searching(
  name: string,
  search: (text: string, part: string) => number,
): StringMethod {
  return (self, args, budget) => {
    const part = asString(takeArguments(name, ["needle"], 1, args)[0], name);
    budget.step((self.length >> 4) + 1);
    const at = search(self, part);
    // Positions count characters.
    return at === -1 ? -1 : charactersOf(self.slice(0, at), budget).length;
  };
}

function found(at: number): number {
  if (at === -1) throw fault("the text is not there");
  return at;
}

function splitting(fromRight: boolean): StringMethod {
  return (self, args, budget) => {
    const [by, most] = takeArguments("split", ["sep", "maxsplit"], 0, args);
    const separator = by === undefined || by === null ? null : asString(by, "sep");
    if (separator === "") throw fault("sep must not be empty");
    budget.cells(self.length);
    const text = separator === null ? self.trim() : self;
    const pieces = separator === null
      ? (text === "" ? [] : text.split(WHITE))
      : text.split(separator);
    const limit = most === undefined || most === null ? -1 : asNumber(most, "maxsplit");
    if (limit < 0 || pieces.length <= limit + 1) return new ListValue(pieces);
    if (separator === null) throw fault("maxsplit needs a sep");
    return new ListValue(
      fromRight
        ? [
          pieces.slice(0, pieces.length - limit).join(separator),
          ...pieces.slice(pieces.length - limit),
        ]
        : [...pieces.slice(0, limit), pieces.slice(limit).join(separator)],
    );
  };
}

function parting(
  search: (text: string, part: string) => number,
  fromRight: boolean,
): StringMethod {
  return (self, args, budget) => {
    const part = asString(takeArguments("partition", ["x"], 1, args)[0], "partition");
    budget.step(1 + (self.length >> 4));
    if (part === "") throw fault("the text to part at must not be empty");
    const at = search(self, part);
    if (at === -1) return new TupleValue(fromRight ? ["", "", self] : [self, "", ""]);
    return new TupleValue([self.slice(0, at), part, self.slice(at + part.length)]);
  };
}

function glue(
  pieces: readonly string[],
  old: string,
  by: string,
  most: number,
  budget: Budget,
): string {
  const replaced = Math.min(most, pieces.length - 1);
  const kept = pieces.reduce((sum, piece) => sum + piece.length, 0);
  budget.cells(kept + replaced * by.length + (pieces.length - 1 - replaced) * old.length);
  const head = pieces.slice(0, replaced + 1).join(by);
  return [head, ...pieces.slice(replaced + 1)].join(old);
}

/** `"{} {name!r}".format(…)`. */
function formatBraces(format: string, args: CallArguments, budget: Budget): string {
  budget.step(format.length);
  let next = 0;
  const text = format.replaceAll(
    /\{\{|\}\}|\{([^{}]*)\}|[{}]/g,
    (match: string, field?: string) => {
      if (match === "{{") return "{";
      if (match === "}}") return "}";
      if (field === undefined) throw fault("a brace stands alone; write it twice");
      const [, name = "", conversion] = /^([^!]*)(?:!([rs]))?$/.exec(field) ?? [];
      const value = name === ""
        ? args.positional[next++]
        : /^[0-9]+$/.test(name)
        ? args.positional[wholeNumber(Number(name))]
        : args.named.get(name);
      if (value === undefined) throw fault(`there is nothing for {${field}}`);
      return toText(value, budget, conversion === "r");
    },
  );
  budget.cells(text.length);
  return text;
}
