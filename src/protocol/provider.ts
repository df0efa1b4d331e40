/** Which protocol a server speaks: the Responses API, or the older Chat Completions API. */
export type WireApi = "responses" | "chat";

/** A model server, as configured in `[model_providers.<id>]` or built in; defaults are filled in. */
export interface ModelProvider {
  readonly id: string;
  /** Display name; the exact name `OpenAI` marks the vendor's own service. */
  readonly name: string;
  /** `null` = the vendor's address, which depends on the kind of login. */
  readonly baseUrl: string | null;
  readonly envKey: string | null;
  readonly envKeyInstructions: string | null;
  readonly bearerToken: string | null;
  readonly queryParams: Readonly<Record<string, string>>;
  readonly httpHeaders: Readonly<Record<string, string>>;
  /** Header name → environment variable. */
  readonly envHttpHeaders: Readonly<Record<string, string>>;
  readonly requestMaxRetries: number;
  readonly streamMaxRetries: number;
  readonly streamIdleTimeoutMs: number;
  readonly requiresOpenaiAuth: boolean;
  readonly supportsWebsockets: boolean;
  readonly wireApi: WireApi;
}
