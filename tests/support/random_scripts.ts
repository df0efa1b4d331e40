/** Numbers below 1 that are the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const NAMES: readonly string[] = [
  ...["alpha", "beta", "ls", "cat", "echo", "find", "rg", "git", "sed", "grep", "uniq", "base64"],
  ...["cd", "true", "false", "wc", "head", "bash", "env", "rm", "git status", "git log", "sed -n"],
];
const LITERALS: readonly string[] = [
  ...[
    "a",
    "b.c",
    "src/x",
    "-l",
    "-n",
    "--",
    "-",
    "x=y",
    "5",
    "1,5p",
    "-delete",
    "-exec",
    "-z",
    ".",
  ],
  ...["--pre=x", "--output=f", "-c", "-o", "a:b", "@", "%", "+", "a,b", "é", "#", "a#b", "]", "in"],
  ...["do", "then", "if", "}", "{}", "!", "a!", "~", "~/x", "~root", "^", "=ls", "x~y", "status"],
  ...[
    "à",
    "\u00a0",
    "a\u00a0b",
    "\u200b",
    "\ufeff",
    "\r",
    "日本",
    "0x",
    "07",
    "1.5",
    "-1",
    "a=~",
    "a:~",
  ],
];
const ESCAPED: readonly string[] = [
  "\\ ",
  "\\$",
  "\\'",
  '\\"',
  "\\\\",
  "\\a",
  "\\*",
  "\\\n",
  "\\{",
  "\\;",
];
const EXPANSIONS: readonly string[] = [
  ...["$x", "${x}", "${x:-y}", "${x#*}", "$1", "$@", "$?", "$$", "$(alpha)", "`alpha`", "$((1+2))"],
  ...["$[1]", "$'a\\n'", '$"a"', "<(alpha)", "$", "${x[@]}", "$(<f)", "$((a[$(beta)]))"],
];
const PATTERNS: readonly string[] = [
  ...["*", "?", "[a-z]*", "*.c", "-*", "src/*", "{a,b}", "{1..3}", "{-delete,x}", "a{b,c}d", "{a"],
  ...["a}", "{,}", "{a,b", "!(a)", "@(a|b)", "+(a)", "**", "[!a]", "{a,{b,c}}", "{a\\,b}"],
];
const IN_QUOTES: readonly string[] = [
  ...[
    "a",
    " ",
    "b c",
    "\\",
    "\\\\",
    "*",
    "{x,y}",
    "#",
    ";",
    "&&",
    "|",
    ">",
    "!",
    "\n",
    "~",
    "=",
    "é",
  ],
];
const IN_DOUBLE: readonly string[] = ["'", '\\"', "\\$x", "\\`", "\\a", "\\\n"];
const IN_DOUBLE_EXPANDED: readonly string[] = [
  "$x",
  "${x}",
  "$(alpha)",
  "`alpha`",
  "$",
  "$[1]",
  "$'",
];
const REDIRECTIONS: readonly string[] = [
  ...[">f", "> f", ">>f", "<f", "2>&1", "&>f", ">|f", "<<<w", "<>f", "3>f", ">&2", "{fd}>f"],
];
const NOISE = "\\\"'`$&|;<>(){}[]!#*?~=- \n\t\r\fa";

const SEPARATORS: readonly string[] = [
  ...["; ", ";", " && ", " || ", " | ", "\n", "\n\n", "|", "&&", " ;\n", "\n\\\n", "\n\n\\\n "],
  ...["\\\n; ", " \\\n && ", "|\\\n", "&& \n\\\n ", ";\\\n", "\n \\\n\t"],
];

type Pick = <T>(items: readonly T[]) => T;

/** Writes scripts: mostly plain ones, and all that a shell knows beside. */
export class ScriptWriter {
  constructor(private readonly random: () => number) {}

  /** One script. About one in ten is damaged at a random place. */
  next(): string {
    const script = this.#list(2);
    return this.#chance(0.1) ? this.#damaged(script) : script;
  }

  #chance(share: number): boolean {
    return this.random() < share;
  }

  readonly #pick: Pick = (items) => items[Math.floor(this.random() * items.length)]!;

  #several(most: number, write: () => string, between: string | (() => string)): string {
    let text = write();
    for (let left = Math.floor(this.random() * most); left > 0; left--) {
      text += (typeof between === "string" ? between : between()) + write();
    }
    return text;
  }

  #list(depth: number): string {
    const separator = () =>
      this.#chance(0.95)
        ? this.#pick(SEPARATORS)
        : this.#pick([" & ", " |& ", " ;; ", " | | ", "&"]);
    const end = this.#chance(0.9) ? "" : this.#pick([";", " ", "\n", " # note", " &", "\\"]);
    return this.#several(3, () => this.#command(depth), separator) + end;
  }

  #command(depth: number): string {
    if (depth > 0 && this.#chance(0.08)) return this.#compound(depth - 1);
    const name = this.#chance(0.93) ? this.#pick(NAMES) : this.#word();
    const blank = () =>
      this.#chance(0.94) ? " " : this.#pick(["  ", "\t", " \\\n", "\\\n ", "\\\n"]);
    const args = this.#chance(0.15) ? "" : " " + this.#several(3, () => this.#word(), blank);
    const before = this.#chance(0.97)
      ? ""
      : this.#pick(["x=1 ", "! ", "time ", "x+=2 ", "a[0]=1 "]);
    const after = this.#chance(0.95) ? "" : ` ${this.#pick(REDIRECTIONS)}`;
    const document = this.#chance(0.98) ? "" : this.#document();
    return before + name + args + after + document;
  }

  #document(): string {
    const mark = this.#pick(["EOF", "'EOF'", "\\EOF", '"EOF"']);
    const dash = this.#pick(["", "-"]);
    return ` <<${dash}${mark}\n${this.#pick(["text", "$x", "$(alpha)", "'a"])}\nEOF\n`;
  }

  #compound(depth: number): string {
    const list = () => this.#list(depth);
    switch (Math.floor(this.random() * 9)) {
      case 0:
        return `(${list()})`;
      case 1:
        return `{ ${list()}; }`;
      case 2:
        return `if ${list()}; then ${list()}; fi`;
      case 3:
        return `for i in ${this.#word()}; do ${list()}; done`;
      case 4:
        return `while ${list()}; do ${list()}; break; done`;
      case 5:
        return `case ${this.#word()} in a) ${list()};; esac`;
      case 6:
        return `f() { ${list()}; }; f`;
      case 7:
        return `[[ ${this.#word()} ]]`;
      default:
        return `bash -c ${this.#quoted()}`;
    }
  }

  #word(): string {
    return this.#several(this.#chance(0.7) ? 1 : 3, () => this.#part(), "");
  }

  #part(): string {
    const kind = this.random();
    if (kind < 0.55) return this.#pick(LITERALS);
    if (kind < 0.75) return this.#quoted();
    if (kind < 0.83) return this.#pick(ESCAPED);
    if (kind < 0.94) return this.#pick(PATTERNS);
    return this.#pick(EXPANSIONS);
  }

  #quoted(): string {
    if (this.#chance(0.5)) return `'${this.#several(3, () => this.#pick(IN_QUOTES), "")}'`;
    const inside = () =>
      this.#chance(0.7)
        ? this.#pick(IN_QUOTES.filter((text) => !text.endsWith("\\") || text === "\\\\"))
        : this.#pick(this.#chance(0.8) ? IN_DOUBLE : IN_DOUBLE_EXPANDED);
    return `"${this.#several(3, inside, "")}"`;
  }

  #damaged(script: string): string {
    const at = Math.floor(this.random() * (script.length + 1));
    const cut = this.#chance(0.5) ? 1 : 0;
    const put = this.#chance(0.7) ? NOISE.charAt(Math.floor(this.random() * NOISE.length)) : "";
    return script.slice(0, at) + put + script.slice(at + cut);
  }
}
