import { customToolCall } from "../../src/scripted/mod.ts";
import type { Scenario } from "../support/scenario.ts";
import { answer, exec, execCommand, finalAnswer } from "./answers.ts";
import { done, message, patched, run } from "./expected.ts";

function patch(...body: readonly string[]): string {
  return ["*** Begin Patch", ...body, "*** End Patch"].join("\n");
}

const FILES = { "old.txt": "one\ntwo\nthree\n", "gone.txt": "bye\n" };

/** The patch leaves everything as it was, and the model learns why. */
function refused(
  name: string,
  body: readonly string[],
  why: RegExp,
  sandbox = "danger-full-access",
): Scenario {
  return {
    name,
    files: FILES,
    model: [answer(customToolCall("c1", "apply_patch", patch(...body))), finalAnswer()],
    runs: [{
      args: ["exec", "--json", "-s", sandbox, "go"],
      exit: 0,
      lines: run(message(0, "done"), done(2)),
    }],
    outputs: { c1: why },
    after: FILES,
  };
}

export const PATCHES: readonly Scenario[] = [
  {
    name: "a patch adds a file",
    model: [
      answer(customToolCall("c1", "apply_patch", patch("*** Add File: new/é.txt", "+one", "+two"))),
      finalAnswer(),
    ],
    runs: [{
      args: exec("go"),
      exit: 0,
      lines: run(patched(0, [["add", "new/é.txt"]]), message(1, "done"), done(2)),
    }],
    outputs: {
      c1:
        /^Exit code: 0\nWall time: .*\nOutput:\nSuccess\. Updated the following files:\nA new\/é\.txt\n$/,
    },
    after: { "new/é.txt": "one\ntwo\n" },
  },
  {
    name: "a patch updates a file",
    files: FILES,
    model: [
      answer(customToolCall(
        "c1",
        "apply_patch",
        patch("*** Update File: old.txt", "@@", " one", "-two", "+2", " three"),
      )),
      finalAnswer(),
    ],
    runs: [{
      args: exec("go"),
      exit: 0,
      lines: run(patched(0, [["update", "old.txt"]]), message(1, "done"), done(2)),
    }],
    after: { ...FILES, "old.txt": "one\n2\nthree\n" },
  },
  {
    name: "a patch deletes a file",
    files: FILES,
    model: [
      answer(customToolCall("c1", "apply_patch", patch("*** Delete File: gone.txt"))),
      finalAnswer(),
    ],
    runs: [{
      args: exec("go"),
      exit: 0,
      lines: run(patched(0, [["delete", "gone.txt"]]), message(1, "done"), done(2)),
    }],
    after: { ...FILES, "gone.txt": null },
  },
  {
    name: "a patch moves a file: told as an update of where it was",
    files: FILES,
    model: [
      answer(customToolCall(
        "c1",
        "apply_patch",
        patch("*** Update File: old.txt", "*** Move to: sub/new.txt", "@@", "-one", "+1"),
      )),
      finalAnswer(),
    ],
    runs: [{
      args: exec("go"),
      exit: 0,
      lines: run(patched(0, [["update", "old.txt"]]), message(1, "done"), done(2)),
    }],
    after: { "old.txt": null, "sub/new.txt": "1\ntwo\nthree\n" },
  },
  {
    name: "a patch inside a shell command is a patch",
    files: FILES,
    model: [
      answer(execCommand(
        "c1",
        `apply_patch <<'EOF'\n${patch("*** Update File: old.txt", "@@", "-two", "+2")}\nEOF`,
      )),
      finalAnswer(),
    ],
    runs: [{
      args: exec("go"),
      exit: 0,
      lines: run(patched(0, [["update", "old.txt"]]), message(1, "done"), done(2)),
    }],
    outputs: { c1: /Success\. Updated the following files:(?:\n|\\n)M old\.txt/ },
    after: { ...FILES, "old.txt": "one\n2\nthree\n" },
  },
  {
    name: "two patches are two items",
    model: [
      answer(customToolCall("c1", "apply_patch", patch("*** Add File: a.txt", "+a"))),
      answer(
        customToolCall("c2", "apply_patch", patch("*** Update File: a.txt", "@@", "-a", "+b")),
      ),
      finalAnswer(),
    ],
    runs: [{
      args: exec("go"),
      exit: 0,
      lines: run(
        patched(0, [["add", "a.txt"]]),
        patched(1, [["update", "a.txt"]]),
        message(2, "done"),
        done(3),
      ),
    }],
    after: { "a.txt": "b\n" },
  },
  refused(
    "a patch whose lines are not there",
    ["*** Update File: old.txt", "@@", "-four", "+4"],
    /apply_patch verification failed: Failed to find expected lines in \{workspace\}\/old\.txt:\nfour/,
  ),
  refused(
    "a patch for a file that is not there",
    ["*** Update File: none.txt", "@@", "-a", "+b"],
    /apply_patch verification failed: .*none\.txt/,
  ),
  refused("a patch that is none", ["*** Frobnicate File: x"], /apply_patch verification failed: /),
  refused(
    "a patch that fails halfway changes nothing",
    ["*** Delete File: gone.txt", "*** Update File: old.txt", "@@", "-four", "+4"],
    /apply_patch verification failed: /,
  ),
  refused(
    "a patch under a read-only sandbox",
    ["*** Delete File: gone.txt"],
    /reject/i,
    "read-only",
  ),
  refused(
    "a patch outside the workspace",
    ["*** Add File: /usr/local/no-such-folder/x.txt", "+x"],
    /reject/i,
    "workspace-write",
  ),
];
