import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type RecordedRequest,
  type ScriptedModel,
  type ScriptStep,
  startScriptedModel,
  textReply,
} from "../../src/scripted/mod.ts";
import { runCodex, type RunCodexOptions, spawnCodex } from "./run_codex.ts";
import { openStage, type Stage } from "./stage.ts";
import {
  type IssuedLogin,
  type IssueOptions,
  recordText,
  TokenAuthority,
} from "./token_authority.ts";

/** The whole program with a ChatGPT login, an authority and a model server that wants its tokens. */
export class LoginStage implements AsyncDisposable {
  readonly #owned: AsyncDisposableStack;

  private constructor(
    owned: AsyncDisposableStack,
    readonly stage: Stage,
    readonly authority: TokenAuthority,
    readonly model: ScriptedModel,
  ) {
    this.#owned = owned;
  }

  /** @param answer what the server says to a request with a good token */
  static async open(
    answer: (request: RecordedRequest) => ScriptStep = () => textReply("done"),
  ): Promise<LoginStage> {
    await using owned = new AsyncDisposableStack();
    const authority = owned.use(await TokenAuthority.start());
    const stage = owned.use(await openStage());
    const model = owned.use(
      await startScriptedModel((request) => {
        const token = request.headers["authorization"]?.replace("Bearer ", "") ?? "";
        if (!authority.accepts(token)) return { status: 401, body: '{"error":{"message":"no"}}' };
        if (request.path.includes("/models")) return { status: 200, body: '{"models":[]}' };
        return answer(request);
      }),
    );
    return new LoginStage(owned.move(), stage, authority, model);
  }

  get file(): string {
    return join(this.stage.codexHome, "auth.json");
  }

  /** Flags for a provider like the built-in one that fails at the first lost stream. */
  get withoutRetries(): readonly string[] {
    const table = `{name="V",base_url="${this.model.baseUrl}",wire_api="responses",` +
      `requires_openai_auth=true,stream_max_retries=0}`;
    return ["-c", `model_providers.v=${table}`, "-c", 'model_provider="v"'];
  }

  async logIn(options: IssueOptions = { refused: true }, accountId = "acct"): Promise<IssuedLogin> {
    const login = this.authority.issue(accountId, options);
    await Deno.writeTextFile(this.file, recordText(login), { mode: 0o600 });
    return login;
  }

  run(
    args: readonly string[],
    env: Record<string, string> = {},
    extra: Pick<RunCodexOptions, "program" | "stdin"> = {},
  ): ReturnType<typeof runCodex> {
    return runCodex(this.stage, { ...this.options(args, env), ...extra });
  }

  spawn(args: readonly string[], env: Record<string, string> = {}): Deno.ChildProcess {
    return spawnCodex(this.stage, this.options(args, env));
  }

  private options(args: readonly string[], env: Record<string, string>): RunCodexOptions {
    const { tokenUrl } = this.authority;
    return {
      args,
      baseUrl: this.model.baseUrl,
      env: { CODEX_API_KEY: null, CODEX_REFRESH_TOKEN_URL_OVERRIDE: tokenUrl, ...env },
    };
  }

  async isAlive(): Promise<boolean> {
    const { tokens } = JSON.parse(await Deno.readTextFile(this.file));
    return this.authority.isLive(tokens.refresh_token);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}

/** What a person reads is one sentence for each class: no stack, no token, and nothing that the authority wrote. */
export function assertPlain(
  login: LoginStage,
  run: { readonly code: number; readonly stderr: string },
) {
  assert.equal(run.code, 1, run.stderr);
  assert.doesNotMatch(run.stderr, /^\s+at .*:\d+/m);
  for (const secret of login.authority.secrets) assert.ok(!run.stderr.includes(secret));
}
