import { Arguments } from "./arguments.ts";
import { IncompatiblePayload } from "./errors.ts";
import { functionSpec, object, text } from "./schema.ts";
import type { Tool, ToolPayload } from "./types.ts";

/** `apply_patch`: edits files. Whatever form is offered, both are understood. */
export function applyPatchTool(offered: "freeform" | "function" | null): Tool {
  return {
    name: "apply_patch",
    spec: offered === null ? null : offered === "freeform" ? FREEFORM_SPEC : FUNCTION_SPEC,
    parallel: false,
    accepts: (payload) => payload.kind !== "local_shell",
    run: async (call, context, signal) => {
      const { runPatch } = await import("./patch_run.ts");
      return await runPatch(call.callId, patchText(call.payload), context.cwd, context, signal);
    },
  };
}

function patchText(payload: ToolPayload): string {
  switch (payload.kind) {
    case "custom":
      return payload.input;
    case "function":
      return Arguments.parse(payload.arguments).string("input");
    case "local_shell":
      throw new IncompatiblePayload("apply_patch");
  }
}

/** The format as a Lark grammar, for servers that hold the model to it. */
const GRAMMAR = `start: BEGIN section+ END
BEGIN: "*** Begin Patch" LF
END: "*** End Patch" LF?

section: added | deleted | updated
added: "*** Add File: " path LF ("+" /(.*)/ LF)+
deleted: "*** Delete File: " path LF
updated: "*** Update File: " path LF moved? chunk?

path: /(.+)/
moved: "*** Move to: " path LF
chunk: (place | line)+ tail?
place: ("@@" | "@@ " /(.+)/) LF
line: ("+" | "-" | " ") /(.*)/ LF
tail: "*** End of File" LF

%import common.LF
`;

const FREEFORM_SPEC = {
  type: "custom",
  name: "apply_patch",
  description: "Adds, changes, moves and deletes files. Write the patch itself, not JSON.",
  format: { type: "grammar", syntax: "lark", definition: GRAMMAR },
};

const FUNCTION_SPEC = functionSpec(
  "apply_patch",
  `Adds, changes, moves and deletes files. The patch is plain text between two marker lines:

*** Begin Patch
*** Add File: notes/todo.txt
+every line of a new file starts with a plus
*** Update File: src/app.py
*** Move to: src/main.py
@@ class App
@@ def start(self):
 a line that stays, for orientation
-a line that goes
+a line that comes
*** Delete File: old.txt
*** End Patch

A file that is updated may move; "*** Move to:" is optional and follows the update line. Give about three unchanged lines before and after each change. Where those do not make the place unique, name the class or function on one or more "@@" lines before them. "*** End of File" after a chunk says that it ends the file. Paths are relative to the working directory.`,
  object({ input: text("The whole patch.") }, ["input"]),
);
