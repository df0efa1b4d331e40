import { ResponsesProxyError } from "./error.ts";

/** Far longer than any key. Bytes. */
export const MAX_API_KEY = 64 * 1024;

/**
 * The API key in what was read from stdin, without the line end of `printenv`. `null` = that was longer than a key can
 * be.
 *
 * @throws ResponsesProxyError `no_key`, `bad_key`
 */
export function apiKeyOf(input: Uint8Array | null): string {
  const key = input === null ? null : new TextDecoder().decode(input).replace(/[\r\n]+$/, "");
  if (key === "") {
    throw new ResponsesProxyError(
      "no_key",
      "there is no API key on stdin; pipe it in: printenv OPENAI_API_KEY | codex responses-api-proxy",
    );
  }
  if (key === null || !/^[A-Za-z0-9_-]+$/.test(key)) {
    throw new ResponsesProxyError(
      "bad_key",
      "an API key consists of letters, digits, - and _; what is on stdin does not",
    );
  }
  return key;
}
