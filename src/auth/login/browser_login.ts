import { accountSetup, setupUrl, successPath } from "./account_setup.ts";
import { authorizeUrl } from "./authorize_url.ts";
import { type Page, pageResponse, textResponse } from "./callback_pages.ts";
import { type CallbackServer, startCallbackServer } from "./callback_server.ts";
import { type ChatgptLogin, grantedLogin } from "./granted_login.ts";
import type { Issuer } from "./issuer.ts";
import { LoginError } from "./login_error.ts";
import { createPkce, createState, type Pkce } from "./pkce.ts";
import { exchangeCode, exchangeForApiKey } from "./token_exchange.ts";

export interface BrowserLoginOptions {
  readonly issuer: Issuer;
  /** Ports for the answer of the browser, the first one that is free counts; 0 = any. */
  readonly ports: readonly number[];
  /** Names the front end towards the issuer. */
  readonly originator: string;
  /** The only workspace that is allowed; `null` = any. */
  readonly workspaceId: string | null;
  /** Stores the login. Once it has begun, nothing cancels the login any more. */
  readonly save: (login: ChatgptLogin) => Promise<void>;
  /** How long a person may take, in milliseconds. */
  readonly limitMs: number;
  /** How long after the login is stored the browser may take to ask for the last page; 3 s unless told otherwise. */
  readonly lastPageMs?: number;
  /** Aborting cancels the login. */
  readonly signal: AbortSignal;
}

/** A login that waits for a person. Disposing ends it and closes its port. */
export interface BrowserLogin extends AsyncDisposable {
  readonly port: number;
  /** Where the person has to go. */
  readonly url: string;
  /** Resolves when the login is stored and the browser knows; rejects with a {@link LoginError}. */
  readonly completed: Promise<void>;
}

const LAST_PAGE_LIMIT_MS = 3_000;

/**
 * Starts a login in the browser: binds a port of this machine, and tells the address to open.
 *
 * @throws LoginError `port_in_use`, `cancelled`
 */
export async function startBrowserLogin(options: BrowserLoginOptions): Promise<BrowserLogin> {
  const login = new LoginInBrowser(options, await createPkce());
  await login.listen();
  return login;
}

/**
 * - `waiting`: for the browser. - `exchanging`: a code is being redeemed. - `saving`: nothing stops it now.
 * - `saved`: only the last page is missing. - `over`
 */
type Phase = "waiting" | "exchanging" | "saving" | "saved" | "over";

class LoginInBrowser implements BrowserLogin {
  readonly #options: BrowserLoginOptions;
  readonly #pkce: Pkce;
  readonly #state = createState();
  readonly #outcome = Promise.withResolvers<void>();
  /** Aborted when the login is over, whatever the outcome. */
  readonly #over = new AbortController();
  readonly #owned = new AsyncDisposableStack();
  #server: CallbackServer | null = null;
  #phase: Phase = "waiting";
  #isStored = false;
  #successPath = "/success";
  #lastPage: Page = SIGNED_IN;

  constructor(options: BrowserLoginOptions, pkce: Pkce) {
    this.#options = options;
    this.#pkce = pkce;
    // Whoever never asks for the outcome has disposed of the login.
    this.#outcome.promise.catch(() => {});
  }

  async listen(): Promise<void> {
    const { ports, signal, limitMs } = this.#options;
    try {
      this.#server = await startCallbackServer(ports, this.#answer.bind(this), signal);
    } catch (error) {
      if (signal.aborted) throw CANCELLED();
      throw error;
    }
    this.#owned.use(this.#server);
    const stop = () => this.#giveUp(CANCELLED());
    signal.addEventListener("abort", stop, { once: true });
    this.#owned.defer(() => signal.removeEventListener("abort", stop));
    const limit = setTimeout(() => this.#giveUp(TIMED_OUT()), limitMs);
    this.#owned.defer(() => clearTimeout(limit));
  }

  get port(): number {
    if (this.#server === null) throw new Error("the login is not listening");
    return this.#server.port;
  }

  get url(): string {
    return authorizeUrl({
      ...this.#options,
      redirectUri: this.#redirectUri,
      challenge: this.#pkce.challenge,
      state: this.#state,
    });
  }

  get completed(): Promise<void> {
    return this.#outcome.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#giveUp(CANCELLED());
    await this.#owned.disposeAsync();
  }

  get #redirectUri(): string {
    return `http://localhost:${this.port}/auth/callback`;
  }

  #answer(url: URL, headers: Headers): Promise<Response> | Response {
    switch (url.pathname) {
      case "/auth/callback":
        return this.#callback(url.searchParams);
      case "/success":
        if (!this.#isStored) break;
        this.#finish();
        return pageResponse(this.#lastPage);
      case "/cancel":
        return this.#cancel(headers);
    }
    return textResponse(404, "Not found");
  }

  /** A page of the web must not cancel logins: a browser says when it is one that asks. */
  #cancel(headers: Headers): Response {
    const site = headers.get("sec-fetch-site") ?? "none";
    if (headers.has("origin") || (site !== "none" && site !== "same-origin")) {
      return textResponse(403, "Not from a web page");
    }
    return this.#giveUp(CANCELLED())
      ? textResponse(200, "Login cancelled")
      : textResponse(409, "Too late to cancel");
  }

  async #callback(query: URLSearchParams): Promise<Response> {
    if (query.get("state") !== this.#state) return pageResponse(WRONG_STATE);
    if (this.#isStored) return this.#toLastPage();
    if (this.#phase !== "waiting") return pageResponse(ALREADY_USED);
    if (query.has("error")) return this.#fail(refusal(query));
    const code = query.get("code");
    if (!code) return pageResponse(NO_CODE);
    try {
      await this.#redeem(code);
    } catch (error) {
      if (error instanceof LoginError) return this.#fail(error);
      const reason = error instanceof Error ? error.message : String(error);
      return this.#fail(
        new LoginError("not_saved", `The login could not be stored: ${reason}`, { cause: error }),
      );
    }
    const { lastPageMs = LAST_PAGE_LIMIT_MS } = this.#options;
    const limit = setTimeout(() => this.#finish(), lastPageMs);
    this.#owned.defer(() => clearTimeout(limit));
    return this.#toLastPage();
  }

  async #redeem(code: string): Promise<void> {
    const { issuer, workspaceId, save } = this.#options;
    const { signal } = this.#over;
    this.#phase = "exchanging";
    const grant = { code, redirectUri: this.#redirectUri, verifier: this.#pkce.verifier };
    const tokens = await exchangeCode(issuer, grant, signal);
    const login = grantedLogin(tokens, workspaceId);
    const apiKey = await exchangeForApiKey(issuer, tokens.idToken, signal);
    signal.throwIfAborted();
    this.#phase = "saving";
    await save({ ...login, apiKey });
    const setup = accountSetup(issuer, tokens);
    this.#successPath = successPath(setup);
    if (setup.needed) this.#lastPage = toSetup(setupUrl(setup, tokens.idToken));
    this.#isStored = true;
    this.#phase = "saved";
  }

  #toLastPage(): Response {
    return new Response(null, {
      status: 302,
      headers: { location: this.#successPath, connection: "close", "cache-control": "no-store" },
    });
  }

  #fail(error: LoginError): Response {
    if (this.#phase !== "over") this.#end(() => this.#outcome.reject(error));
    return pageResponse(failurePage(error));
  }

  #finish(): void {
    if (this.#phase === "saved") this.#end(() => this.#outcome.resolve());
  }

  /** Returns false when the login cannot be stopped any more. */
  #giveUp(error: LoginError): boolean {
    if (this.#phase !== "waiting" && this.#phase !== "exchanging") return false;
    this.#end(() => this.#outcome.reject(error), error);
    return true;
  }

  #end(settle: () => void, reason?: LoginError): void {
    this.#phase = "over";
    this.#over.abort(reason);
    settle();
  }
}

const CANCELLED = () => new LoginError("cancelled", "Login cancelled");
const TIMED_OUT = () => new LoginError("timed_out", "Nobody finished the login in time.");

/** The issuer's own words are shown, cut and without control characters. */
function refusal(query: URLSearchParams): LoginError {
  const described = query.get("error_description") || query.get("error") || "no reason given";
  // deno-lint-ignore no-control-regex
  const words = described.replaceAll(/[\x00-\x1f\x7f-\x9f]+/g, " ").slice(0, 300);
  const message = described.includes("missing_codex_entitlement")
    ? "Codex is not switched on for your workspace. Ask its administrator for access."
    : `The login was refused: ${words}`;
  return new LoginError("refused", message);
}

const SIGNED_IN: Page = {
  status: 200,
  mood: "good",
  title: "You are signed in",
  paragraphs: ["Codex can work with your account now. Close this page and go back to it."],
};

function toSetup(url: string): Page {
  return {
    ...SIGNED_IN,
    paragraphs: ["One thing is left: your organization has to be set up. You are taken there now."],
    next: { url, label: "Set up the organization" },
  };
}

const WRONG_STATE: Page = {
  status: 400,
  mood: "bad",
  title: "This is not the login that Codex waits for",
  paragraphs: [
    "State mismatch: the page was opened by another login, or by somebody else.",
    "Open the newest address that Codex printed.",
  ],
};

const NO_CODE: Page = {
  status: 400,
  mood: "bad",
  title: "The login did not come through",
  paragraphs: [
    "Missing authorization code in the address of this page.",
    "Open the address that Codex printed once more.",
  ],
};

const ALREADY_USED: Page = {
  status: 409,
  mood: "bad",
  title: "This login is already under way",
  paragraphs: ["Another page of this browser is finishing it, or it is over. See what Codex says."],
};

function failurePage(error: LoginError): Page {
  const wrongWorkspace = error.code === "wrong_workspace";
  return {
    // The reference answers 200 to a login for the wrong workspace.
    status: wrongWorkspace ? 200 : error.code === "refused" ? 400 : 500,
    mood: "bad",
    title: wrongWorkspace ? "Another workspace is needed" : "You are not signed in",
    paragraphs: wrongWorkspace
      ? [error.message]
      : [error.message, "Run `codex login` to start again."],
  };
}
