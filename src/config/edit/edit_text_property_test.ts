import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { ConfigError } from "../error.ts";
import type { TomlTable } from "../toml.ts";
import { isTable } from "../toml.ts";
import type { ConfigEdit } from "./change.ts";
import { editText } from "./edit_text.ts";
import { isPrefix, samePath } from "../places.ts";
import { type Chunk, Dice, randomDocument, randomEdit } from "./random_documents.ts";
import { copyTable, sameValue } from "./same_value.ts";

const FILE = "/home/u/.codex/config.toml";
const ROUNDS = Number(Deno.env.get("CONFIG_EDIT_ROUNDS") ?? "6000");

/** The effect of an edit as the plainest possible program has it; `null` = the edit has to be refused. */
function expected(before: TomlTable, edit: ConfigEdit): TomlTable | null {
  const root = copyTable(before);
  let table = root;
  const create = edit.type === "set" || edit.type === "append_element";
  for (const key of edit.path.slice(0, -1)) {
    let next = Object.hasOwn(table, key) ? table[key] : undefined;
    if (Array.isArray(next) && next.some(isTable)) return null;
    if (!isTable(next)) {
      if (!create) return edit.type === "remove" ? root : null;
      next = Object.create(null) as TomlTable;
      table[key] = next;
    }
    table = next;
  }
  const key = edit.path.at(-1)!;
  const old = Object.hasOwn(table, key) ? table[key] : undefined;
  switch (edit.type) {
    case "set":
      table[key] = edit.value;
      return root;
    case "remove":
      delete table[key];
      return root;
    case "append_element":
      if (old !== undefined && !(Array.isArray(old) && old.every(isTable))) return null;
      table[key] = [...old ?? [], edit.value];
      return root;
    case "update_element": {
      const element = Array.isArray(old) ? old[edit.index] : undefined;
      if (!isTable(element)) return null;
      for (const [name, value] of Object.entries(edit.value)) element[name] = value;
      return root;
    }
    case "remove_element":
      if (!Array.isArray(old) || !isTable(old[edit.index]) || !old.every(isTable)) return null;
      old.splice(edit.index, 1);
      return root;
  }
}

/** Empty tables and arrays taken out, all the way: a table without a header is gone with its last key. */
function withoutEmpty(table: TomlTable): TomlTable {
  const result: TomlTable = Object.create(null);
  for (const [key, value] of Object.entries(table)) {
    const kept = isTable(value) ? withoutEmpty(value) : value;
    const size = Array.isArray(kept) ? kept.length : isTable(kept) ? Object.keys(kept).length : 1;
    if (size > 0) result[key] = kept;
  }
  return result;
}

function target(edit: ConfigEdit): readonly string[] {
  return "index" in edit ? [...edit.path, String(edit.index)] : edit.path;
}

/** Lines that the edit has no reason to touch. */
function mustStay(chunk: Chunk, edit: ConfigEdit): boolean {
  const path = target(edit);
  if (chunk.kind === "blank") return false;
  const isBelow = isPrefix(path, chunk.owner);
  if (edit.type === "append_element" || edit.type === "update_element") {
    return chunk.kind !== "pair" || !(isBelow || isPrefix(chunk.owner, path));
  }
  if (isBelow) return false;
  // A pair above may hold the target inline, or be a plain value that becomes a table.
  return !(isPrefix(chunk.owner, path) &&
    (chunk.kind === "pair" || chunk.kind === "comment_above"));
}

/** Comments that may not get lost, wherever their lines go. */
function keptComments(chunk: Chunk, edit: ConfigEdit): readonly string[] {
  const path = target(edit);
  const isBelow = isPrefix(path, chunk.owner);
  if (edit.type === "append_element" || edit.type === "update_element") return chunk.comments;
  // A new value keeps the comments of the old one; those within a table are about its keys.
  if (edit.type === "set" && samePath(path, chunk.owner) && chunk.kind === "pair") {
    return chunk.comments;
  }
  return isBelow ? [] : chunk.comments;
}

function isSubsequence(wanted: readonly string[], lines: readonly string[]): string | null {
  let at = 0;
  for (const line of wanted) {
    at = lines.indexOf(line, at) + 1;
    if (at === 0) return line;
  }
  return null;
}

Deno.test("random edits of random config files do what is wished for, and nothing else", async () => {
  const tally = { edited: 0, refused: 0, unchanged: 0 };
  for (let seed = 0; seed < ROUNDS; seed += 1) {
    const dice = new Dice(seed);
    const document = randomDocument(dice);
    let before: TomlTable;
    try {
      before = parse(document.text, { integersAsBigInt: true }) as TomlTable;
    } catch {
      continue; // Keys drawn twice, and the like.
    }
    const edit = randomEdit(dice, before);
    const say = () => `seed ${seed}: ${Deno.inspect(edit, { depth: 5 })}\n${document.text}`;
    const wanted = expected(before, edit);
    if (wanted === null) {
      tally.refused += 1;
      await assert.rejects(
        editText(document.text, FILE, () => [edit]),
        (error) => error instanceof ConfigError && error.code === "edit_refused",
        say(),
      );
      continue;
    }
    const edited = await editText(document.text, FILE, () => [edit]).catch((error) => {
      throw new Error(`${say()}\n${error}`, { cause: error });
    });
    const { text } = edited;
    const outcome = () => `${say()}\n=== became ===\n${text}`;
    const after = parse(text, { integersAsBigInt: true }) as TomlTable;
    assert.ok(sameValue(withoutEmpty(after), withoutEmpty(wanted)), outcome());
    if (sameValue(before, wanted)) {
      tally.unchanged += 1;
      assert.equal(text, document.text, outcome());
      continue;
    }
    tally.edited += 1;
    const lines = text.split(/\r?\n/);
    const missing = isSubsequence(
      document.chunks.filter((chunk) => mustStay(chunk, edit)).flatMap((chunk) => chunk.lines)
        .flatMap((line) => line.split(/\r?\n/)),
      lines,
    );
    assert.equal(missing, null, `this line is gone: ${missing}\n${outcome()}`);
    for (const comment of document.chunks.flatMap((chunk) => keptComments(chunk, edit))) {
      assert.ok(text.includes(comment), `this comment is gone: ${comment}\n${outcome()}`);
    }
    const isWindows = /\r\n/.test(document.text);
    assert.ok(isWindows ? !/[^\r]\n/.test(text) : !/\r\n/.test(text), outcome());
  }
  assert.ok(Math.min(...Object.values(tally)) > ROUNDS / 50, Deno.inspect(tally));
});
