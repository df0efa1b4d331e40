import { loadImage } from "../context/mod.ts";
import { normalizePath } from "../files/mod.ts";
import { Arguments } from "./arguments.ts";
import { IncompatiblePayload, ToolFailure } from "./errors.ts";
import { functionSpec, object, text } from "./schema.ts";
import type { Tool, ToolCall, ToolContext, ToolOutput } from "./types.ts";

/** `view_image`: shows the model a picture from the disk with the next request. */
export function viewImageTool(): Tool {
  return {
    name: "view_image",
    spec: SPEC,
    parallel: true,
    accepts: (payload) => payload.kind === "function",
    run,
  };
}

async function run(call: ToolCall, context: ToolContext): Promise<ToolOutput> {
  if (call.payload.kind !== "function") throw new IncompatiblePayload("view_image");
  if (!context.acceptsImages) {
    throw new ToolFailure("view_image is not allowed because you do not support image inputs");
  }
  const path = normalizePath(Arguments.parse(call.payload.arguments).string("path"), context.cwd);
  await requireFile(path);
  const image = await loadImage(path, context.images);
  context.host.queueInput({
    type: "message",
    role: "user",
    content: [
      image.ok
        ? { type: "input_image", image_url: image.dataUrl }
        : { type: "input_text", text: image.message },
    ],
  });
  await context.host.emit({
    type: "item_completed",
    turnId: context.turnId,
    item: { type: "image_view", id: call.callId, path },
  });
  return { body: "attached local image path", success: true };
}

async function requireFile(path: string): Promise<void> {
  let found: Deno.FileInfo;
  try {
    found = await Deno.stat(path);
  } catch (error) {
    throw new ToolFailure(`unable to locate image at \`${path}\`: ${osErrorText(error)}`);
  }
  if (!found.isFile) throw new ToolFailure(`image path \`${path}\` is not a file`);
}

/** Words of the operating system for the commonest causes, with its number. */
function osErrorText(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "No such file or directory (os error 2)";
  if (error instanceof Deno.errors.PermissionDenied) return "Permission denied (os error 13)";
  if (error instanceof Deno.errors.NotADirectory) return "Not a directory (os error 20)";
  return error instanceof Error ? error.message : String(error);
}

const SPEC = functionSpec(
  "view_image",
  "Looks at an image file of this machine. Use it for a path that the user named and whose image is not in the conversation already.",
  object({ path: text("Path of the image file.") }, ["path"]),
);
