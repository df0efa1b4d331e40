import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the authority does with one presentation of a refresh token, instead of rotating and answering. */
export type Behaviour =
  /** Answers this and rotates nothing. */
  | {
    readonly type: "answer";
    readonly status: number;
    readonly body?: string;
    readonly headers?: Readonly<Record<string, string>>;
  }
  /** Rotates nothing and answers nothing; `held` tells when it has begun. */
  | { readonly type: "hang" }
  /** Rotates nothing and breaks the connection. */
  | { readonly type: "cut" }
  /** Rotates, then lets the test decide when to answer. */
  | { readonly type: "hold" };

/** A login that the authority has given out. */
export interface IssuedLogin {
  readonly idToken: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly accountId: string;
}

interface Family {
  readonly accountId: string;
  revoked: boolean;
}

/** A presentation whose answer waits. */
export interface Held {
  /** Lets the answer go out. */
  release(): void;
  /** Settles when whoever asked is gone. */
  readonly gone: Promise<void>;
}

export interface IssueOptions {
  /** When the access token ends, in seconds from now; `null` = it does not say. */
  readonly expiresIn?: number | null;
  /** Servers refuse the access token from the start. */
  readonly refused?: boolean;
}

/**
 * A token authority like the vendor's: over HTTP, refresh tokens are good for one use, each use rotates them, and a
 * second use revokes the whole family.
 */
export class TokenAuthority implements AsyncDisposable {
  latencyMs = 0;
  /** Whether a second use of a refresh token ends all tokens that came of it. */
  revokesFamilyOnReuse = true;
  /** Consumed one a request; none left: rotate and answer. */
  readonly behaviours: Behaviour[] = [];
  /** Bodies and headers of all presentations, in order. */
  readonly presented: { readonly body: Record<string, unknown>; readonly headers: Headers }[] = [];
  readonly revoked: string[] = [];
  refreshes = 0;
  reuses = 0;
  /** Every token ever given out. */
  readonly secrets = new Set<string>();
  readonly #server: Server;
  readonly #live = new Map<string, Family>();
  readonly #spent = new Map<string, Family>();
  readonly #accepted = new Map<string, Family>();
  readonly #held: Held[] = [];
  #heldWaiter: ((held: Held) => void) | null = null;
  #serial = 0;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<TokenAuthority> {
    const authority = new TokenAuthority();
    const listening = Promise.withResolvers<void>();
    authority.#server.listen(0, "127.0.0.1", listening.resolve);
    await listening.promise;
    return authority;
  }

  get tokenUrl(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/oauth/token`;
  }

  /** A new login, as a login flow would get it. */
  issue(accountId: string, options: IssueOptions = {}): IssuedLogin {
    const family = { accountId, revoked: false };
    return this.#issue(family, options);
  }

  /** Whether servers accept this access token. */
  accepts(accessToken: string): boolean {
    return this.#accepted.get(accessToken)?.revoked === false;
  }

  /** From now on servers refuse all access tokens given out so far. */
  refuseAccess(): void {
    this.#accepted.clear();
  }

  /** Whether this refresh token could be presented now. */
  isLive(refreshToken: string): boolean {
    return this.#live.get(refreshToken)?.revoked === false;
  }

  /** The next presentation that a `hold` keeps waiting. */
  held(): Promise<Held> {
    const first = this.#held.shift();
    if (first !== undefined) return Promise.resolve(first);
    return new Promise((resolve) => this.#heldWaiter = resolve);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => closed.resolve());
    this.#server.closeAllConnections();
    await closed.promise;
  }

  #issue(family: Family, options: IssueOptions = {}): IssuedLogin {
    const serial = ++this.#serial;
    const { accountId } = family;
    const auth = { chatgpt_account_id: accountId, chatgpt_plan_type: "pro" };
    const expiresIn = options.expiresIn === undefined ? 3600 : options.expiresIn;
    const exp = expiresIn === null ? {} : { exp: Math.floor(Date.now() / 1000) + expiresIn };
    const claims = { serial, "https://api.openai.com/auth": auth };
    const login = {
      idToken: jwt({ ...claims, email: "person@example.com", use: "id" }),
      accessToken: jwt({ ...claims, ...exp, use: "access" }),
      refreshToken: `rt-${serial}-${crypto.randomUUID()}`,
      accountId,
    };
    for (const token of [login.idToken, login.accessToken, login.refreshToken]) {
      this.secrets.add(token);
    }
    this.#live.set(login.refreshToken, family);
    if (!options.refused) this.#accepted.set(login.accessToken, family);
    return login;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += chunk;
    const body = JSON.parse(text);
    if (request.url === "/oauth/revoke") {
      this.revoked.push(body.token);
      this.#live.delete(body.token);
      response.writeHead(200).end("{}");
      return;
    }
    const headers = new Headers(
      Object.entries(request.headers).map(([name, value]): [string, string] => [name, `${value}`]),
    );
    this.presented.push({ body, headers });
    if (this.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
    await this.#answer(String(body.refresh_token), request, response);
  }

  async #answer(
    refreshToken: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const behaviour = this.behaviours.shift();
    switch (behaviour?.type) {
      case "answer":
        response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body ?? "");
        return;
      case "hang":
        await this.#hold(response);
        return;
      case "cut":
        request.socket.destroy();
        return;
      case "hold": {
        const rotated = this.#rotate(refreshToken);
        await this.#hold(response);
        response.writeHead(rotated.status).end(rotated.body);
        return;
      }
      case undefined: {
        const rotated = this.#rotate(refreshToken);
        response.writeHead(rotated.status).end(rotated.body);
      }
    }
  }

  #hold(response: ServerResponse): Promise<void> {
    const released = Promise.withResolvers<void>();
    const gone = new Promise<void>((resolve) => response.on("close", () => resolve()));
    const held = { release: released.resolve, gone };
    if (this.#heldWaiter === null) this.#held.push(held);
    else this.#heldWaiter(held);
    this.#heldWaiter = null;
    return Promise.race([released.promise, gone]);
  }

  #rotate(refreshToken: string): { status: number; body: string } {
    const family = this.#live.get(refreshToken);
    if (family === undefined || family.revoked) {
      const spent = this.#spent.get(refreshToken);
      if (spent !== undefined) {
        if (this.revokesFamilyOnReuse) spent.revoked = true;
        this.reuses++;
        return refusal("refresh_token_reused");
      }
      return refusal("refresh_token_invalidated");
    }
    this.refreshes++;
    this.#live.delete(refreshToken);
    this.#spent.set(refreshToken, family);
    const next = this.#issue(family);
    const body = {
      id_token: next.idToken,
      access_token: next.accessToken,
      refresh_token: next.refreshToken,
    };
    return { status: 200, body: JSON.stringify(body) };
  }
}

export function refusal(code: string): { status: number; body: string } {
  return { status: 401, body: JSON.stringify({ error: { code, message: `no: ${code}` } }) };
}

/** The text of an `auth.json` for this login. */
export function recordText(login: IssuedLogin, extra: Record<string, unknown> = {}): string {
  return JSON.stringify({
    auth_mode: "chatgpt",
    OPENAI_API_KEY: null,
    tokens: {
      id_token: login.idToken,
      access_token: login.accessToken,
      refresh_token: login.refreshToken,
      account_id: login.accountId,
    },
    last_refresh: new Date().toISOString(),
    ...extra,
  });
}

function jwt(payload: unknown): string {
  const part = (value: unknown) =>
    new TextEncoder().encode(JSON.stringify(value))
      .toBase64({ alphabet: "base64url", omitPadding: true });
  return `${part({ alg: "none" })}.${part(payload)}.${part(crypto.randomUUID())}`;
}
