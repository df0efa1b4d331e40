/** Tokens of a made-up account. */
export interface IssuerAccount {
  /** Claims below `https://api.openai.com/auth` of the id token. */
  readonly auth: Readonly<Record<string, unknown>>;
  readonly email: string;
  readonly plan: string;
}

/** A request that the issuer was sent. */
export interface IssuerRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  /** As it came. */
  readonly body: string;
  /** The body read as a form or as a JSON object. */
  readonly fields: Readonly<Record<string, string>>;
}

/** What the issuer answers instead of its own answer. "hang" never answers, "cut" breaks the connection off. */
export type Injected =
  | { readonly status: number; readonly body?: string }
  | "hang"
  | "cut";

/** Requests that the issuer can be told to answer otherwise. */
export type Endpoint = "code" | "api_key" | "usercode" | "poll" | "revoke";

/**
 * An issuer of logins on a port of this machine: says yes at `/oauth/authorize` at once, redeems each code once and
 * only with its verifier, gives device codes, revokes.
 */
export interface OauthIssuer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly IssuerRequest[];
  /** Every secret that was given out or that a browser carried. */
  readonly secrets: ReadonlySet<string>;
  account: IssuerAccount;
  /** Seconds between two polls, as the issuer writes them; `undefined` = not at all. */
  interval: unknown;
  /** Name of the field that holds the code for the person. */
  userCodeField: "user_code" | "usercode";
  /** Answers the next requests of this kind in this way, in order. */
  inject(endpoint: Endpoint, ...answers: Injected[]): void;
  /** The person has typed the code in. */
  approveDevice(): void;
  /** Resolves at the first request of this path. */
  reached(path: string): Promise<void>;
}

export const ACCOUNT: IssuerAccount = {
  auth: { chatgpt_account_id: "acct-1", chatgpt_user_id: "user-1" },
  email: "ada@example.com",
  plan: "plus",
};

export function jwt(payload: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown) => {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_")
      .replaceAll("=", "");
  };
  return `${part({ alg: "none" })}.${part(payload)}.${crypto.randomUUID()}`;
}

interface Challenge {
  readonly challenge: string;
  readonly redirectUri: string;
}

class Issuer implements OauthIssuer {
  readonly requests: IssuerRequest[] = [];
  readonly secrets = new Set<string>();
  account = ACCOUNT;
  interval: unknown = "0";
  userCodeField: "user_code" | "usercode" = "user_code";
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #stop = new AbortController();
  readonly #codes = new Map<string, Challenge>();
  readonly #injected = new Map<Endpoint, Injected[]>();
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();
  #approved = false;

  constructor() {
    this.#server = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      onListen() {},
      signal: this.#stop.signal,
    }, (request) => this.#answer(request));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  inject(endpoint: Endpoint, ...answers: Injected[]): void {
    this.#injected.set(endpoint, [...this.#injected.get(endpoint) ?? [], ...answers]);
  }

  approveDevice(): void {
    this.#approved = true;
  }

  reached(path: string): Promise<void> {
    if (this.requests.some((request) => request.path === path)) return Promise.resolve();
    const waiting = this.#waiting.get(path) ?? Promise.withResolvers<void>();
    this.#waiting.set(path, waiting);
    return waiting.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#server.finished;
  }

  async #answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const body = await request.text();
    const fields = fieldsOf(request.headers.get("content-type") ?? "", body);
    this.requests.push({
      method: request.method,
      path: url.pathname,
      headers: request.headers,
      body,
      fields,
    });
    this.#waiting.get(url.pathname)?.resolve();
    switch (url.pathname) {
      case "/oauth/authorize":
        return this.#authorize(url.searchParams);
      case "/oauth/token":
        return fields["grant_type"] === "authorization_code"
          ? await this.#injecting("code", () => this.#redeem(fields))
          : await this.#injecting("api_key", () => Response.json({ access_token: this.#key() }));
      case "/api/accounts/deviceauth/usercode":
        return await this.#injecting("usercode", () =>
          Response.json({
            device_auth_id: "device-1",
            [this.userCodeField]: "ABCD-1234",
            interval: this.interval,
          }));
      case "/api/accounts/deviceauth/token":
        return await this.#injecting("poll", () => this.#poll());
      case "/oauth/revoke":
        return await this.#injecting("revoke", () => Response.json({}));
      default:
        return new Response("no such page", { status: 404 });
    }
  }

  async #injecting(
    endpoint: Endpoint,
    own: () => Response | Promise<Response>,
  ): Promise<Response> {
    const injected = this.#injected.get(endpoint)?.shift();
    if (injected === undefined) return await own();
    if (injected === "hang") return await new Promise<Response>(() => {});
    if (injected === "cut") {
      // Promises more than it sends: the reader sees the connection break.
      const body = new ReadableStream({ start: (controller) => controller.close() });
      return new Response(body, { headers: { "content-length": "100" } });
    }
    return new Response(injected.body ?? "", { status: injected.status });
  }

  /** The person says yes at once. */
  #authorize(query: URLSearchParams): Response {
    const redirectUri = query.get("redirect_uri") ?? "";
    const code = this.#secret("code");
    this.#codes.set(code, { challenge: query.get("code_challenge") ?? "", redirectUri });
    const back = new URL(redirectUri);
    back.searchParams.set("code", code);
    back.searchParams.set("state", query.get("state") ?? "");
    return Response.redirect(back);
  }

  async #redeem(fields: Readonly<Record<string, string>>): Promise<Response> {
    const code = fields["code"] ?? "";
    const challenge = this.#codes.get(code);
    this.#codes.delete(code);
    const verifier = fields["code_verifier"] ?? "";
    this.secrets.add(verifier);
    const fits = challenge !== undefined && challenge.redirectUri === fields["redirect_uri"] &&
      challenge.challenge === await sha256(verifier);
    if (!fits) return Response.json({ error: "invalid_grant" }, { status: 400 });
    const { auth, email, plan } = this.account;
    const idToken = jwt({ email, "https://api.openai.com/auth": auth });
    this.secrets.add(idToken);
    const accessToken = jwt({
      "https://api.openai.com/auth": { chatgpt_plan_type: plan },
      jti: this.#secret("jti"),
    });
    this.secrets.add(accessToken);
    return Response.json({
      id_token: idToken,
      access_token: accessToken,
      refresh_token: this.#secret("refresh"),
    });
  }

  async #poll(): Promise<Response> {
    if (!this.#approved) return new Response("", { status: 403 });
    const code = this.#secret("code");
    const verifier = this.#secret("verifier");
    this.#codes.set(code, {
      challenge: await sha256(verifier),
      redirectUri: `${this.url}/deviceauth/callback`,
    });
    return Response.json({
      authorization_code: code,
      code_challenge: await sha256(verifier),
      code_verifier: verifier,
    });
  }

  #key(): string {
    return this.#secret("sk");
  }

  #secret(kind: string): string {
    const secret = `${kind}-${crypto.randomUUID()}`;
    this.secrets.add(secret);
    return secret;
  }
}

export function startOauthIssuer(): OauthIssuer {
  return new Issuer();
}

/** What a browser does: follows the addresses until a page comes. */
export async function visit(url: string, headers: HeadersInit = {}): Promise<Response> {
  let next = url;
  for (let hops = 0; hops < 5; hops += 1) {
    const response = await fetch(next, { redirect: "manual", headers });
    const location = response.headers.get("location");
    if (location === null) return response;
    await response.body?.cancel();
    next = new URL(location, next).href;
  }
  throw new Error("too many redirects");
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(digest))).replaceAll("+", "-")
    .replaceAll("/", "_").replaceAll("=", "");
}

function fieldsOf(contentType: string, body: string): Readonly<Record<string, string>> {
  if (contentType.startsWith("application/x-www-form-urlencoded")) {
    return Object.fromEntries(new URLSearchParams(body));
  }
  if (!contentType.startsWith("application/json")) return {};
  return JSON.parse(body);
}
