/**
 * A model server that follows a script: real HTTP on loopback, speaking the Responses wire, or Chat Completions
 * where that is asked for (`chat/`). Tests and the offline
 * demonstration use it in place of a vendor. It owns no knowledge about our client and never imports it.
 *
 * Start with `types.ts` (what a step can do), then `builders.ts` (the events).
 *
 * @module
 */
export { startScriptedModel } from "./server.ts";
export type {
  ChatQuirks,
  Pause,
  RawPiece,
  RecordedBody,
  RecordedItem,
  RecordedRequest,
  Script,
  ScriptedModel,
  ScriptedModelOptions,
  ScriptStep,
  SseEvent,
} from "./types.ts";
export { chatChunk, chatDone } from "./chat/chunks.ts";
export {
  assistantMessage,
  completed,
  created,
  customToolCall,
  failed,
  functionCall,
  httpError,
  incomplete,
  itemDone,
  localShellCall,
  reasoning,
  reasoningDeltas,
  reply,
  type ScriptedUsage,
  textDeltas,
  textReply,
  webSearchCall,
} from "./builders.ts";
