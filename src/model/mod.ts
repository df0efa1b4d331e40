/**
 * The model server: providers, catalogue, one request and its event stream (Responses, or Chat Completions in `chat/`),
 * errors by cause, limits. It asks for credentials through a port and never stores any; it never repeats a request that a person could not see being
 * repeated, but for connections that broke before the first byte of an answer.
 *
 * Start with `types.ts`, then `client.ts`, then `wire.ts`: what the two protocols share.
 *
 * @module
 */
export { defaultModel, everyModel, findModel, listModels, type ModelFilter } from "./catalogue.ts";
export { createModelClient } from "./client.ts";
export { modelEntryJson } from "./model_entry_json.ts";
export { ModelError } from "./model_error.ts";
export { type ModelsCache, ModelsManager, type ModelsManagerOptions } from "./models_manager.ts";
export { offersFreeformPatch, rerenderShellOutputs } from "./rerender.ts";
export { MAX_SERVER_DELAY_MS, retry, retryDelayMs, type RetryPolicy, sleep } from "./retry.ts";
export type {
  AuthHeaders,
  Credentials,
  ModelClient,
  ModelClientOptions,
  ModelErrorCode,
  ModelErrorDetails,
  ModelInfo,
  ModelOverrides,
  ModelRequest,
  ModelTurn,
  ResponseEvent,
  ShellToolType,
  TurnHeaders,
} from "./types.ts";
export { userAgent, type UserAgentParts } from "./user_agent.ts";
