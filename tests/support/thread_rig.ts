import { loadAppConfig, openApp, type Thread } from "../../src/app/mod.ts";
import type { App } from "../../src/app/mod.ts";
import type { Event, EventBody, TurnItem } from "../../src/protocol/mod.ts";
import { type Script, type ScriptedModel, startScriptedModel } from "../../src/scripted/mod.ts";
import { SILENT_LOGGER } from "../../src/telemetry/mod.ts";
import { denoCache } from "./program.ts";

/** A thread in a workspace and a home of its own, in front of a scripted model. */
export interface ThreadRig extends AsyncDisposable {
  readonly thread: Thread;
  readonly app: App;
  readonly server: ScriptedModel;
  readonly workspace: string;
  readonly codexHome: string;
  /** Everything that happened so far. */
  readonly seen: readonly Event[];
  /** Submits a text, and gives the id of the turn. */
  say(text: string): Promise<string>;
  /** The next event, from where the last call stopped, that fits; `each` sees all up to it. */
  until<T extends EventBody["type"]>(
    type: T,
    fits?: (msg: Extract<EventBody, { type: T }>) => boolean,
    each?: (msg: EventBody) => Promise<void>,
  ): Promise<Extract<EventBody, { type: T }>>;
}

export interface ThreadRigOptions {
  /** `key=value` as for `-c`. */
  readonly config?: readonly string[];
  readonly codexHome?: string;
  readonly workspace?: string;
  readonly resume?: string;
  /** On top of this process's own. */
  readonly env?: Readonly<Record<string, string>>;
}

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

export async function openThreadRig(
  script: Script,
  options: ThreadRigOptions = {},
): Promise<ThreadRig> {
  const stack = new AsyncDisposableStack();
  const folder = async (prefix: string): Promise<string> => {
    const path = await Deno.realPath(await Deno.makeTempDir({ prefix }));
    stack.defer(() => Deno.remove(path, { recursive: true }));
    return path;
  };
  const workspace = options.workspace ?? await folder("ws-");
  const codexHome = options.codexHome ?? await folder("home-");
  const server = stack.use(await startScriptedModel(script));
  const env = { ...Deno.env.toObject(), HOME: codexHome, ...options.env };
  const config = await loadAppConfig({
    codexHome,
    processCwd: workspace,
    env,
    home: codexHome,
    cliOverrides: [
      `model_providers.rig={name="rig",base_url="${server.baseUrl}"}`,
      "model_provider=rig",
      "sandbox_mode=danger-full-access",
      "approval_policy=never",
      ...options.config ?? [],
    ],
    overrides: { cwd: workspace },
    systemDir: `${codexHome}/etc`,
  });
  const app = stack.use(
    await openApp({
      config,
      env,
      self: { argv: [Deno.execPath(), "run", "-A", MAIN], env: { DENO_DIR: denoCache() } },
      version: "1.0.0",
      originator: "rig",
      terminal: "dumb",
      allowApiKeyEnv: false,
      source: "exec",
      logger: SILENT_LOGGER,
      now: Date.now,
    }),
  );
  const thread = options.resume === undefined
    ? await app.startThread({ ephemeral: false })
    : await app.resumeThread({ path: options.resume, ephemeral: false });
  return new Rig(thread, app, server, workspace, codexHome, stack.move());
}

class Rig implements ThreadRig {
  readonly seen: Event[] = [];
  readonly #events: AsyncIterator<Event>;

  constructor(
    readonly thread: Thread,
    readonly app: App,
    readonly server: ScriptedModel,
    readonly workspace: string,
    readonly codexHome: string,
    readonly stack: AsyncDisposableStack,
  ) {
    this.#events = thread.events()[Symbol.asyncIterator]();
  }

  say(text: string): Promise<string> {
    return this.thread.submit({
      type: "user_turn",
      items: [{ type: "text", text, textElements: [] }],
      settings: {},
      outputSchema: null,
    });
  }

  async until<T extends EventBody["type"]>(
    type: T,
    fits: (msg: Extract<EventBody, { type: T }>) => boolean = () => true,
    each: (msg: EventBody) => Promise<void> = () => Promise.resolve(),
  ): Promise<Extract<EventBody, { type: T }>> {
    while (true) {
      const next = await this.#events.next();
      if (next.done) throw new Error(`the events ended before ${type}`);
      this.seen.push(next.value);
      const msg = next.value.msg;
      await each(msg);
      if (msg.type === type && fits(msg as Extract<EventBody, { type: T }>)) {
        return msg as Extract<EventBody, { type: T }>;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#events.return?.();
    await this.stack.disposeAsync();
  }
}

/** The names of what happened, deltas and counts left out; items with their kind. */
export function outline(events: readonly Event[]): string[] {
  return events.flatMap(({ msg }) => {
    if (msg.type === "item_delta" || msg.type === "token_count") return [];
    return ["item" in msg ? `${msg.type} ${(msg.item as TurnItem).type}` : msg.type];
  });
}
