import { join } from "node:path";
import type { InstanceResult } from "./auth_instance.ts";
import {
  type IssuedLogin,
  type IssueOptions,
  recordText,
  TokenAuthority,
} from "./token_authority.ts";

/** A process of `auth_instance.ts`. */
export class Instance {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    const stream = child.stdout.pipeThrough(new TextDecoderStream());
    this.#lines = lines(stream);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Until it stands still at the step that it was told. */
  async stopped(): Promise<void> {
    const { value } = await this.#lines.next();
    if (!String(value).startsWith("at ")) throw new Error(`it did not stop, but said ${value}`);
  }

  /** To its end: it does not stand still a second time. */
  async goOn(): Promise<void> {
    await this.#child.stdin.close();
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#end();
  }

  async result(): Promise<InstanceResult> {
    const { value } = await this.#lines.next();
    await this.#end();
    return JSON.parse(value);
  }

  async #end(): Promise<void> {
    while (!(await this.#lines.next()).done);
    await this.#child.stdin.close().catch(() => {});
    await this.#child.status;
  }
}

export interface InstanceOptions {
  readonly stopAt?: string;
  readonly outerLockMs?: number;
  /** Another home than the rig's. */
  readonly codexHome?: string;
  /** Renews the login without having been refused. */
  readonly forced?: boolean;
}

/** An authority, a server that wants its tokens, and a home with a login. */
export class AuthRig implements AsyncDisposable {
  /** Authorization headers that the server saw, in order. */
  readonly seen: string[] = [];
  /** So many refusals are kept back, until the last of them goes out with all others. */
  refuseTogether = 1;
  #refused = 0;
  readonly #together = Promise.withResolvers<void>();
  readonly #api: Deno.HttpServer<Deno.NetAddr>;

  private constructor(readonly authority: TokenAuthority, readonly codexHome: string) {
    const server = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
    this.#api = Deno.serve(server, async (request) => {
      const header = request.headers.get("authorization") ?? "";
      this.seen.push(header);
      const accepted = authority.accepts(header.replace("Bearer ", ""));
      if (accepted) return new Response(null, { status: 200 });
      if (++this.#refused >= this.refuseTogether) this.#together.resolve();
      await this.#together.promise;
      return new Response(null, { status: 401 });
    });
  }

  /** Nobody waits any longer for refusals that do not come. */
  refuseNow(): void {
    this.#together.resolve();
  }

  static async open(): Promise<AuthRig> {
    const codexHome = await Deno.makeTempDir({ prefix: "codex-auth-" });
    return new AuthRig(await TokenAuthority.start(), codexHome);
  }

  get file(): string {
    return join(this.codexHome, "auth.json");
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.#api.addr.port}/v1/responses`;
  }

  /** Gives the home a login; by default one whose access token servers refuse. */
  async logIn(
    options: IssueOptions = { refused: true },
    accountId = "acct",
    extra: Record<string, unknown> = {},
  ): Promise<IssuedLogin> {
    const login = this.authority.issue(accountId, options);
    await Deno.writeTextFile(this.file, recordText(login, extra), { mode: 0o600 });
    return login;
  }

  /** @param through a program, with its arguments, that starts the one that is named behind them */
  start(options: InstanceOptions = {}, through: readonly string[] = []): Instance {
    const { codexHome, apiUrl } = this;
    const task = { codexHome, apiUrl, tokenUrl: this.authority.tokenUrl, ...options };
    const program = new URL("./auth_instance.ts", import.meta.url).pathname;
    const deno = [Deno.execPath(), "run", "-A", "--quiet", "--no-check", program];
    const [file = "", ...args] = [...through, ...deno, JSON.stringify(task)];
    return new Instance(
      new Deno.Command(file, {
        args,
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
      }).spawn(),
    );
  }

  /** What is stored now. */
  async stored(): Promise<{ tokens: Record<string, string> }> {
    return JSON.parse(await Deno.readTextFile(this.file));
  }

  /** Whether the stored login can be renewed: it has not been lost. */
  async isAlive(): Promise<boolean> {
    const { tokens } = await this.stored();
    return this.authority.isLive(tokens["refresh_token"] ?? "");
  }

  /** Names of the files in the home. */
  async files(): Promise<string[]> {
    return (await Array.fromAsync(Deno.readDir(this.codexHome), ({ name }) => name)).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#api.shutdown();
    await this.authority[Symbol.asyncDispose]();
    await Deno.remove(this.codexHome, { recursive: true });
  }
}

async function* lines(stream: ReadableStream<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}
