import type { ModelProvider } from "../protocol/mod.ts";
import type { AuthHeaders, ModelClientOptions, TurnHeaders } from "./types.ts";

const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/u;
/** Printable ASCII and the tab. */
const HEADER_VALUE = /^[\x20-\x7e\t]*$/u;
/** With bytes that have no meaning of their own in HTTP (RFC 9110, section 5.5). */
const OPAQUE_VALUE = /^[\x20-\x7e\t\x80-\xff]*$/u;

/** Headers that every request to a provider carries, those from its configuration included. */
export function providerHeaders(
  options: Pick<
    ModelClientOptions,
    "provider" | "env" | "originator" | "userAgent" | "version" | "residency"
  >,
  auth: AuthHeaders,
): Headers {
  const { provider, env } = options;
  const headers = new Headers();
  if (provider.id === "openai") set(headers, "version", options.version);
  for (const [name, value] of Object.entries(provider.httpHeaders)) {
    setConfigured(headers, name, value);
  }
  for (const [name, variable] of Object.entries(provider.envHttpHeaders)) {
    const value = env[variable];
    if (value !== undefined && value.trim() !== "") setConfigured(headers, name, value);
  }
  set(headers, "originator", options.originator);
  set(headers, "user-agent", options.userAgent);
  set(headers, "x-openai-internal-codex-residency", options.residency);
  set(headers, "authorization", auth.authorization);
  set(headers, "chatgpt-account-id", auth.accountId);
  return headers;
}

/** Headers of one Responses request. */
export function responsesHeaders(
  options: ModelClientOptions,
  auth: AuthHeaders,
  turn: TurnHeaders,
  turnState: string | null,
): Headers {
  const headers = providerHeaders(options, auth);
  set(headers, "session_id", turn.threadId);
  set(
    headers,
    "x-codex-turn-metadata",
    turn.turnMetadata === null ? null : escapeJson(turn.turnMetadata),
  );
  set(headers, "x-codex-beta-features", options.betaFeatures.join(",") || null);
  set(headers, "x-codex-turn-state", turnState);
  set(headers, "x-openai-subagent", turn.subagent);
  set(headers, "accept", "text/event-stream");
  set(headers, "content-type", "application/json");
  // A compressed stream would reach us in lumps.
  set(headers, "accept-encoding", "identity");
  return headers;
}

/** Address of a resource of the provider, with its query parameters. */
export function providerUrl(provider: ModelProvider, baseUrl: string, path: string): string {
  const query = Object.entries(provider.queryParams)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join("&");
  return `${baseUrl.replace(/\/+$/u, "")}/${path}${query === "" ? "" : `?${query}`}`;
}

/** Address of the provider; the vendor has one for each kind of login. */
export function baseUrlOf(provider: ModelProvider, login: AuthHeaders["kind"]): string {
  if (provider.baseUrl !== null) return provider.baseUrl;
  return login === "chatgpt"
    ? "https://chatgpt.com/backend-api/codex"
    : "https://api.openai.com/v1";
}

/** Sets a header, unless there is nothing to set or HTTP could not carry it. */
function set(headers: Headers, name: string, value: string | null): void {
  if (value === null || !HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) return;
  headers.set(name, value);
}

/** The same for a person's own text, which goes as UTF-8: one character a byte is how a header takes it. */
function setConfigured(headers: Headers, name: string, text: string): void {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte));
  const value = bytes.join("");
  if (HEADER_NAME.test(name) && OPAQUE_VALUE.test(value)) headers.set(name, value);
}

/** JSON of the same meaning that holds ASCII only, such as a header can carry. */
function escapeJson(json: string): string {
  return json.replace(
    /[^\x20-\x7e]/gu,
    (character) =>
      Array.from(
        { length: character.length },
        (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
      ).join(""),
  );
}
