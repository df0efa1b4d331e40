import assert from "node:assert/strict";
import { aggregate, CAPTURE_BYTES, capturedOutput, StreamCapture } from "./captured_output.ts";

function sizes(stdout: number, stderr: number): [number, number] {
  const all = aggregate(new Uint8Array(stdout).fill(1), new Uint8Array(stderr).fill(2), 90);
  const ones = all.indexOf(2) < 0 ? all.length : all.indexOf(2);
  return [ones, all.length - ones];
}

Deno.test("stdout is sure of a third, stderr takes the rest, what it leaves goes back", () => {
  assert.deepEqual(sizes(40, 50), [40, 50]);
  assert.deepEqual(sizes(200, 200), [30, 60]);
  assert.deepEqual(sizes(10, 200), [10, 80]);
  assert.deepEqual(sizes(200, 10), [80, 10]);
  assert.deepEqual(sizes(200, 0), [90, 0]);
  assert.deepEqual(sizes(0, 200), [0, 90]);
  assert.deepEqual(sizes(31, 60), [30, 60]);
});

Deno.test("a stream keeps its head and counts the rest", () => {
  const stdout = new StreamCapture();
  for (let i = 0; i < 20; i++) stdout.push(new Uint8Array(100_000).fill(i));
  const stderr = new StreamCapture();
  stderr.push(Uint8Array.of(7));
  const output = capturedOutput(stdout, stderr);
  assert.equal(output.stdout.length, CAPTURE_BYTES);
  assert.equal(output.stdout[0], 0);
  assert.equal(output.stdout.at(-1), 10);
  assert.equal(output.droppedBytes, 2_000_000 - CAPTURE_BYTES);
  assert.equal(output.aggregated.length, CAPTURE_BYTES);
  assert.equal(output.aggregated.at(-1), 7);
});
