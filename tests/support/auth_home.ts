import assert from "node:assert/strict";
import { join } from "node:path";
import { AuthError, type AuthManager, type AuthOptions, openAuth } from "../../src/auth/mod.ts";

/** A token with this payload, signed by nobody. */
export function jwt(payload: object): string {
  const bytes = new TextEncoder().encode(JSON.stringify(payload));
  return `e30.${bytes.toBase64({ alphabet: "base64url", omitPadding: true })}.c2ln`;
}

/** A home, and an authority that answers what it is told and counts. */
export class AuthHome implements AsyncDisposable {
  asked = 0;
  answer: () => Response | Promise<Response> = () =>
    Response.json({ access_token: `renewed-${this.asked}`, refresh_token: `rt-${this.asked}` });
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(readonly path: string) {
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => {
      this.asked++;
      return this.answer();
    });
  }

  static async create(): Promise<AuthHome> {
    return new AuthHome(await Deno.makeTempDir());
  }

  get file(): string {
    return join(this.path, "auth.json");
  }

  write(value: unknown): Promise<void> {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return Deno.writeTextFile(this.file, text);
  }

  chatgpt(accessToken: string, extra: { account?: string | null; at?: string } = {}) {
    const { account = "account", at = new Date().toISOString() } = extra;
    return this.write({
      auth_mode: "chatgpt",
      OPENAI_API_KEY: null,
      tokens: {
        id_token: jwt({ sub: "person" }),
        access_token: accessToken,
        refresh_token: "refresh",
        account_id: account,
      },
      last_refresh: at,
      later: { kept: true },
    });
  }

  open(options: Partial<AuthOptions> = {}): Promise<AuthManager> {
    const tokenUrl = `http://127.0.0.1:${this.#server.addr.port}/oauth/token`;
    return openAuth({
      codexHome: this.path,
      env: { CODEX_REFRESH_TOKEN_URL_OVERRIDE: tokenUrl },
      allowApiKeyEnv: true,
      store: "file",
      ...options,
      limits: { settle: 20, foreignWinner: [0], ...options.limits },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Code of the failure; `null` = it succeeded. */
export async function codeOf(work: Promise<unknown>): Promise<string | null> {
  const error = await work.then(() => null, (e: unknown) => e);
  if (error === null) return null;
  assert.ok(error instanceof AuthError, String(error));
  return error.code;
}
