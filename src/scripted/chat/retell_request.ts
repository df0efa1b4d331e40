import type { RecordedBody, RecordedItem } from "../types.ts";
import { type Json, listIn, objectIn, textIn } from "./json.ts";

/**
 * A Chat Completions request in the form of a Responses request, as far as a script looks at it. `scriptedId`: the id
 * that the script gave to the call that the client knows by this one.
 */
export function retellRequest(body: Json, scriptedId: (id: string) => string): RecordedBody {
  const messages = listIn(body["messages"]).map(objectIn);
  return {
    ...body,
    model: textIn(body["model"]),
    instructions: messages.filter(({ role }) => role === "system")
      .map(({ content }) => textIn(content)).join("\n\n"),
    input: messages.flatMap((message) => itemsOf(message, scriptedId)),
    ...textOptions(objectIn(objectIn(body["response_format"])["json_schema"])),
    tools: listIn(body["tools"]).map((tool) => ({
      type: "function",
      ...objectIn(objectIn(tool)["function"]),
    })),
  };
}

function textOptions(schema: Json): Json {
  return "schema" in schema ? { text: { format: { type: "json_schema", ...schema } } } : {};
}

function itemsOf(message: Json, scriptedId: (id: string) => string): RecordedItem[] {
  switch (message["role"]) {
    case "user":
      return [{ type: "message", role: "user", content: contentOf(message["content"]) }];
    case "assistant": {
      const text = textIn(message["content"]);
      const thought = textIn(message["reasoning_content"]) || textIn(message["reasoning"]);
      return [
        ...(thought === "" ? [] : [{
          type: "reasoning",
          summary: [],
          content: [{ type: "reasoning_text", text: thought }],
        }]),
        ...(text === "" ? [] : [{
          type: "message",
          role: "assistant",
          content: [{ type: "output_text", text }],
        }]),
        ...listIn(message["tool_calls"]).map(objectIn).map((call) => ({
          type: "function_call",
          call_id: scriptedId(textIn(call["id"])),
          ...objectIn(call["function"]),
        })),
      ];
    }
    case "tool":
      return [{
        type: "function_call_output",
        call_id: scriptedId(textIn(message["tool_call_id"])),
        output: message["content"],
      }];
    default:
      return [];
  }
}

function contentOf(content: unknown): Json[] {
  if (typeof content === "string") return [{ type: "input_text", text: content }];
  return listIn(content).map(objectIn).map((part) =>
    part["type"] === "image_url"
      ? { type: "input_image", image_url: objectIn(part["image_url"])["url"] }
      : { type: "input_text", text: part["text"] }
  );
}
