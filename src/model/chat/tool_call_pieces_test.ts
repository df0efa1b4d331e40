import assert from "node:assert/strict";
import { ToolCallPieces, type WholeCall } from "./tool_call_pieces.ts";

type Piece = Readonly<Record<string, unknown>>;

/** The calls that these pieces make, each in a chunk of its own. */
function joined(...pieces: readonly Piece[]): WholeCall[] {
  const calls = new ToolCallPieces();
  for (const piece of pieces) calls.add([piece]);
  return calls.whole();
}

const A: WholeCall = { id: "a", name: "f", arguments: '{"x":1}', extraContent: null };
const B: WholeCall = { id: "b", name: "g", arguments: '{"y":2}', extraContent: null };

Deno.test("by the book: id and name first, then arguments, each with the index of its call", () => {
  const found = joined(
    { index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } },
    { index: 1, id: "b", type: "function", function: { name: "g", arguments: "" } },
    { index: 0, function: { arguments: '{"x"' } },
    { index: 1, function: { arguments: '{"y":2}' } },
    { index: 0, function: { arguments: ":1}" } },
  );
  assert.deepEqual(found, [A, B]);
});

Deno.test("two calls with one index are told apart by their ids, or because the first is whole", () => {
  assert.deepEqual(
    joined(
      { index: 0, id: "a", function: { name: "f", arguments: '{"x":1}' } },
      { index: 0, id: "b", function: { name: "g", arguments: '{"y":2}' } },
    ),
    [A, B],
  );
  assert.deepEqual(
    joined(
      { index: 0, function: { name: "f", arguments: '{"x":1}' } },
      { index: 0, function: { name: "f", arguments: '{"x":3}' } },
    ).map((call) => call.arguments),
    ['{"x":1}', '{"x":3}'],
  );
});

Deno.test("no index: the id leads, or else the name that comes anew", () => {
  assert.deepEqual(
    joined(
      { id: "a", function: { name: "f", arguments: '{"x"' } },
      { id: "b", function: { name: "g", arguments: '{"y":2}' } },
      { id: "a", function: { arguments: ":1}" } },
    ),
    [A, B],
  );
  assert.deepEqual(
    joined(
      { function: { name: "f", arguments: "" } },
      { function: { arguments: '{"x":1}' } },
      { function: { name: "g", arguments: "" } },
      { function: { arguments: '{"y":2}' } },
    ),
    [{ ...A, id: null }, { ...B, id: null }],
  );
});

Deno.test("id and name in each piece, to the very last one", () => {
  const again = { index: 0, id: "a" };
  const found = joined(
    { ...again, function: { name: "f", arguments: '{"x"' } },
    { ...again, function: { name: "f", arguments: ":1}" } },
    { ...again, function: { name: "f", arguments: "" } },
  );
  assert.deepEqual(found, [A]);
  const unnamed = joined(
    { index: 0, function: { name: "f", arguments: '{"x":1}' } },
    { index: 0, function: { name: "f", arguments: "" } },
  );
  assert.deepEqual(unnamed, [{ ...A, id: null }]);
});

Deno.test("arguments as an object, arguments that are missing, pieces that are none", () => {
  assert.deepEqual(joined({ index: 0, id: "a", function: { name: "f", arguments: { x: 1 } } }), [
    A,
  ]);
  assert.deepEqual(joined({ index: 0, id: "a", function: { name: "f" } }), [
    { ...A, arguments: "{}" },
  ]);
  const calls = new ToolCallPieces();
  for (const odd of [null, undefined, "x", [null, 7]]) calls.add(odd);
  assert.equal(calls.isEmpty, true);
});
