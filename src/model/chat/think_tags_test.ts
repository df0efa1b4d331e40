import assert from "node:assert/strict";
import { ThinkTags } from "./think_tags.ts";

/** What comes of these pieces: neighbours of one kind joined, `[…]` around thoughts. */
function read(pieces: readonly string[]): string {
  const tags = new ThinkTags();
  return [...pieces.flatMap((piece) => tags.split(piece)), ...tags.end()]
    .map(({ kind, text }) => kind === "reasoning" ? `[${text}]` : text).join("")
    .replaceAll("][", "");
}

Deno.test("a tag at the start opens a thought, wherever the text is cut", () => {
  const text = "\n<think>a < b</thin</think>\n\nsaid <think>";
  for (let at = 0; at <= text.length; at += 1) {
    assert.equal(read([text.slice(0, at), text.slice(at)]), "[a < b</thin]\n\nsaid <think>");
  }
  assert.equal(read([...text]), "[a < b</thin]\n\nsaid <think>");
});

Deno.test("a tag elsewhere, and one that is not finished, are text; nothing is lost", () => {
  assert.equal(read(["The tag ", "<think>", "x</think>"]), "The tag <think>x</think>");
  assert.equal(read([" <thi"]), " <thi");
  assert.equal(read(["<thin", "g>"]), "<thing>");
  assert.equal(read(["<think>open", "</th"]), "[open</th]");
  assert.equal(read(["<think></think>x"]), "[]x");
});
