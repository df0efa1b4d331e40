/**
 * A server on this machine that forwards `POST /v1/responses` to the model server with an API key that only it knows: a
 * sandboxed or less trusted program gets answers without ever seeing the key.
 *
 * Forwards nothing else, follows no redirect, listens on the loopback address only, and never writes the key anywhere.
 *
 * Start with `proxy.ts`.
 *
 * @module
 */
export { apiKeyOf, MAX_API_KEY } from "./api_key.ts";
export { ResponsesProxyError } from "./error.ts";
export { type ResponsesProxy, type ResponsesProxyOptions, startResponsesProxy } from "./proxy.ts";
