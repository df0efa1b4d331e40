import assert from "node:assert/strict";
import { join } from "node:path";
import { userInputMessage } from "./user_input.ts";

const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

Deno.test("images stand between tags, in the order given; local ones are numbered", async () => {
  const folder = await Deno.makeTempDir({ prefix: "input-" });
  try {
    const good = join(folder, "good.png");
    const bad = join(folder, "bad.txt");
    await Deno.writeFile(good, Uint8Array.fromBase64(PNG));
    await Deno.writeTextFile(bad, "words");
    const { message, unreadable } = await userInputMessage([
      { type: "local_image", path: bad },
      { type: "image", imageUrl: "https://example.org/i" },
      { type: "text", text: "hello", textElements: [] },
      { type: "mention", name: "m", path: "app://x" },
      { type: "local_image", path: good },
    ]);
    const url = `data:image/png;base64,${PNG}`;
    assert.deepEqual(message, {
      type: "message",
      role: "user",
      content: [
        {
          type: "input_text",
          text:
            `Codex could not read the local image at \`${bad}\`: unsupported MIME type \`text/plain\``,
        },
        { type: "input_text", text: "<image>" },
        { type: "input_image", image_url: "https://example.org/i" },
        { type: "input_text", text: "</image>" },
        { type: "input_text", text: "hello" },
        { type: "input_text", text: "<image name=[Image #2]>" },
        { type: "input_image", image_url: url },
        { type: "input_text", text: "</image>" },
      ],
    });
    assert.deepEqual(unreadable, [{ path: bad, reason: "unsupported MIME type `text/plain`" }]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
