import type { ContentItem, MessageItem, UserInput } from "../protocol/mod.ts";
import type { ImageCache } from "./images/cache.ts";
import { loadImage } from "./images/load.ts";

function text(value: string): ContentItem {
  return { type: "input_text", text: value };
}

function image(url: string): ContentItem {
  return { type: "input_image", image_url: url };
}

export interface UserInputMessage {
  readonly message: MessageItem;
  /** Images that the model does not see. It is told so in the message; a person has to be told as well. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * The message that hands the person's input to the model. Images stand between tags, local ones numbered from 1 within
 * the message; one that cannot be read becomes a text that says so. Skills and mentions are not part of it: they are
 * resolved to messages of their own.
 */
export async function userInputMessage(
  inputs: readonly UserInput[],
  options: { readonly cache?: ImageCache } = {},
): Promise<UserInputMessage> {
  const content: ContentItem[] = [];
  const unreadable: { path: string; reason: string }[] = [];
  let localImages = 0;
  for (const input of inputs) {
    switch (input.type) {
      case "text":
        content.push(text(input.text));
        break;
      case "image":
        content.push(text("<image>"), image(input.imageUrl), text("</image>"));
        break;
      case "local_image": {
        localImages += 1;
        const loaded = await loadImage(input.path, options.cache);
        if (loaded.ok) {
          content.push(
            text(`<image name=[Image #${localImages}]>`),
            image(loaded.dataUrl),
            text("</image>"),
          );
        } else {
          content.push(text(loaded.message));
          unreadable.push({ path: input.path, reason: loaded.reason });
        }
        break;
      }
      case "skill":
      case "mention":
        break;
    }
  }
  return { message: { type: "message", role: "user", content }, unreadable };
}
