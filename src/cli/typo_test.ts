import assert from "node:assert/strict";
import { editDistance, nearest } from "./typo.ts";

const NAMES = ["exec", "login", "logout", "sandbox", "debug", "features", "completion", "doctor"];

Deno.test("a slip or two leads to the name that was meant", () => {
  const meant: Record<string, string> = {
    loginn: "login",
    lgoin: "login",
    logn: "login",
    exce: "exec",
    exeec: "exec",
    xec: "exec",
    sandbx: "sandbox",
    feature: "features",
    completions: "completion",
    hlep: "help",
    docto: "doctor",
    Exec: "exec",
    LOGOUT: "logout",
  };
  for (const [word, name] of Object.entries(meant)) assert.equal(nearest(word, NAMES), name, word);
});

Deno.test("words that are no slip stay prompts", () => {
  for (
    const word of ["hello", "hi", "fix", "x", "", "execute", "explain", "refactor", "documents"]
  ) {
    assert.equal(nearest(word, NAMES), null, word);
  }
  assert.equal(nearest("jso", ["oss", "model"]), null);
});

Deno.test("distance: letters too many, too few, wrong, swapped", () => {
  const cases: [string, string, number][] = [
    ["", "", 0],
    ["a", "", 1],
    ["login", "login", 0],
    ["logni", "login", 1],
    ["ologin", "login", 1],
    ["lgni", "login", 2],
    ["abc", "xyz", 3],
    ["kitten", "sitting", 3],
  ];
  for (const [one, other, distance] of cases) {
    assert.equal(editDistance(one, other), distance, `${one} ${other}`);
    assert.equal(editDistance(other, one), distance, `${other} ${one}`);
  }
});
