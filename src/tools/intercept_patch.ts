import { normalizePath } from "../files/mod.ts";
import { detectApplyPatch } from "../patch/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import { ToolFailure } from "./errors.ts";
import { runPatch } from "./patch_run.ts";
import type { ToolCall, ToolContext, ToolOutput } from "./types.ts";

/**
 * Recognises a command line that only applies a patch, and applies it as the patch tool would. `null` = an
 * ordinary command.
 */
export async function interceptPatch(
  call: ToolCall,
  command: readonly string[],
  cwd: AbsolutePath,
  context: ToolContext,
  signal: AbortSignal,
): Promise<ToolOutput | null> {
  const found = detectApplyPatch(command);
  switch (found.kind) {
    case "none":
      return null;
    case "implicit":
      throw new ToolFailure(
        'apply_patch verification failed: patch detected without explicit call to apply_patch. Rerun as ["apply_patch", "<patch>"]',
      );
    case "patch": {
      await context.host.recordItem({
        type: "message",
        role: "user",
        content: [{
          type: "input_text",
          text:
            `Warning: apply_patch was requested via ${call.name}. Call the apply_patch tool itself instead.`,
        }],
      });
      const folder = found.workdir === null ? cwd : normalizePath(found.workdir, cwd);
      return await runPatch(call.callId, found.text, folder, context, signal);
    }
  }
}
