import {
  type Hooks,
  Thread,
  type ThreadOptions,
  type ThreadServices,
  uuidV7,
} from "../agent/mod.ts";
import type { Config } from "../config/mod.ts";
import { baseInstructions, readUserInstructions } from "../context/mod.ts";
import { readGitInfo } from "../git/mod.ts";
import type { ModelInfo } from "../model/mod.ts";
import type { LiveRules } from "../policy/mod.ts";
import { commandEnvironment, ProcessTable, ShellSnapshot } from "../process/mod.ts";
import type { EventBody, ThreadId } from "../protocol/mod.ts";
import { type LoadedThread, readRollout, RolloutRecorder } from "../rollout/mod.ts";
import { openHooks } from "./hooks.ts";
import type { SessionNetwork } from "./network.ts";
import type { AppOptions } from "./options.ts";
import { openServices, type SharedServices } from "./services.ts";
import { loadSessionRules } from "./session_rules.ts";

export interface StartThreadOptions {
  /** Nothing is kept on disk. */
  readonly ephemeral: boolean;
}

export interface ResumeThreadOptions extends StartThreadOptions {
  /** The session file to go on with. */
  readonly path: string;
}

/** The whole program, built: starts threads and disposes of all it owns. */
export class App implements AsyncDisposable {
  readonly #owned = new AsyncDisposableStack();

  private constructor(
    readonly options: AppOptions,
    readonly services: SharedServices,
  ) {}

  static async open(options: AppOptions): Promise<App> {
    return new App(options, await openServices(options));
  }

  get config(): Config {
    return this.options.config;
  }

  /** The model that new threads start with. */
  get model(): ModelInfo {
    return this.services.findModel(this.config.model ?? this.services.defaultModel());
  }

  async startThread({ ephemeral }: StartThreadOptions): Promise<Thread> {
    const id = uuidV7(this.options.now);
    const base = this.config.baseInstructions ??
      baseInstructions(this.model, this.config.personality);
    const recording = new RecordingRelay();
    const recorder = ephemeral ? null : await this.#createRecorder(id, base, recording);
    return await this.#open(id, base, recorder, null, recording);
  }

  /** Goes on with a session: same id, same file. */
  async resumeThread({ path, ephemeral }: ResumeThreadOptions): Promise<Thread> {
    const loaded = await readRollout(path);
    const base = this.config.baseInstructions ?? loaded.baseInstructions ??
      baseInstructions(this.model, this.config.personality);
    const recording = new RecordingRelay();
    const recorder = ephemeral ? null : await RolloutRecorder.resume({
      path,
      threadId: loaded.threadId,
      codexHome: this.config.codexHome,
      now: this.options.now,
      mode: "limited",
      logger: this.options.logger,
      ...recording.callbacks,
    });
    return await this.#open(loaded.threadId, base, recorder, loaded, recording);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
    await this.services[Symbol.asyncDispose]();
  }

  async #open(
    id: ThreadId,
    base: string,
    recorder: RolloutRecorder | null,
    loaded: LoadedThread | null,
    recording: RecordingRelay,
  ): Promise<Thread> {
    const { config } = this;
    const { rules, notices } = await loadSessionRules(config);
    const { hooks, notices: ofHooks } = await openHooks(this.options);
    const options: ThreadOptions = {
      id,
      source: this.options.source,
      settings: this.#settings(),
      baseInstructions: base,
      personalityApart: null,
      developerInstructions: config.developerInstructions,
      userInstructions: await readUserInstructions({
        codexHome: config.codexHome,
        cwd: config.cwd,
        maxBytes: config.projectDocMaxBytes,
        fallbackFilenames: config.projectDocFallbackFilenames,
        rootMarkers: config.projectRootMarkers,
        logger: this.options.logger,
      }),
      compactPrompt: config.compactPrompt,
      verbosity: config.verbosity,
      webSearch: config.webSearchMode,
      limits: limitsOf(config.requirements),
      features: config.features,
      recorder,
      notices: [...config.startupNotices, ...notices, ...this.#loginNotices(), ...ofHooks],
      resumed: loaded === null ? null : {
        lines: loaded.history,
        tokenInfo: loaded.lastTokenInfo,
        lastModel: loaded.lastModel,
      },
    };
    const network = await this.#openNetwork();
    const thread = await Thread.start(options, this.#threadServices(id, rules, network, hooks));
    this.#owned.use(thread);
    recording.connect((message) => thread.notify({ type: "warning", message }));
    return thread;
  }

  #loginNotices(): EventBody[] {
    const message = this.services.loginWarning;
    return message === null ? [] : [{ type: "warning", message }];
  }

  #settings(): ThreadOptions["settings"] {
    const { config } = this;
    const model = config.model ?? this.services.defaultModel();
    return {
      cwd: config.cwd,
      approvalPolicy: config.approvalPolicy,
      sandboxPolicy: config.sandboxPolicy,
      model,
      effort: config.reasoningEffort,
      summary: config.reasoningSummary,
      collaborationMode: {
        mode: "default",
        settings: {
          model,
          reasoningEffort: config.reasoningEffort,
          developerInstructions: null,
        },
      },
      personality: config.personality,
    };
  }

  /** Only an administrator can ask for a proxy; without one nothing of it is loaded. */
  async #openNetwork(): Promise<SessionNetwork | null> {
    const { config, env, logger, now } = this.options;
    const required = config.requirements.experimentalNetwork;
    if (required === null) return null;
    const { SessionNetwork } = await import("./network.ts");
    return this.#owned.use(
      await SessionNetwork.start({
        required,
        env,
        stateDir: `${config.codexHome}/tmp`,
        logger: logger.withTarget("codex_core::network"),
        now,
      }),
    );
  }

  #threadServices(
    id: ThreadId,
    rules: LiveRules,
    network: SessionNetwork | null,
    hooks: Hooks,
  ): ThreadServices {
    const { options, services } = this;
    const commandEnv = commandEnvironment(options.config.environmentPolicy, options.env, id);
    const snapshot = this.#snapshot(id, commandEnv);
    return {
      client: services.client,
      findModel: services.findModel,
      noteModelsEtag: services.noteModelsEtag,
      sandbox: services.sandbox,
      renewSandbox: services.renewSandbox,
      policy: services.policy,
      rules,
      hooks,
      self: options.self,
      shell: services.shell,
      commandEnv,
      hostEnv: options.env,
      wrapShell: (argv, cwd) => snapshot?.wrap(argv, cwd) ?? argv,
      tmpdir: services.tmpdir,
      network,
      processes: new ProcessTable({
        logger: options.logger,
        privateFolder: `${options.config.codexHome}/tmp`,
      }),
      logger: options.logger.withTarget("codex_core"),
      now: options.now,
    };
  }

  #snapshot(id: ThreadId, env: Readonly<Record<string, string>>): ShellSnapshot | null {
    const { config, logger, now } = this.options;
    if (!config.features["shell_snapshot"]) return null;
    const snapshot = new ShellSnapshot({
      shell: this.services.shell,
      cwd: config.cwd,
      env,
      keep: Object.keys(config.environmentPolicy.set),
      path: `${config.codexHome}/shell_snapshots/${id}.sh`,
      logger: logger.withTarget("codex_core::shell_snapshot"),
      now,
    });
    this.#owned.use(snapshot);
    snapshot.start();
    return snapshot;
  }

  async #createRecorder(
    id: ThreadId,
    base: string,
    recording: RecordingRelay,
  ): Promise<RolloutRecorder> {
    const { options, config } = this;
    const git = await readGitInfo(config.cwd, {
      signal: AbortSignal.timeout(5_000),
      env: options.env,
    });
    return await RolloutRecorder.create({
      codexHome: config.codexHome,
      meta: {
        id,
        forkedFromId: null,
        timestamp: new Date(options.now()).toISOString(),
        cwd: config.cwd,
        originator: options.originator,
        cliVersion: options.version,
        source: options.source,
        modelProvider: config.provider.id,
        baseInstructions: base,
        git,
      },
      now: options.now,
      mode: "limited",
      logger: options.logger,
      ...recording.callbacks,
    });
  }
}

/** What a session may change its settings to. */
function limitsOf(required: Config["requirements"]): ThreadOptions["limits"] {
  return {
    approvalPolicy: (policy) => required.approvalPolicy.refuses(policy),
    sandboxPolicy: ({ type }) => required.sandboxMode.refuses(type),
    webSearch: (mode) => required.webSearchMode.refuses(mode),
  };
}

/** Carries what the recorder has to say to the thread, which does not exist yet when the recorder is made. */
class RecordingRelay {
  #waiting: string[] = [];
  #send = (message: string): void => void this.#waiting.push(message);

  readonly callbacks = {
    onFailure: ({ message }: Error) =>
      this.#send(`This session is no longer being saved: ${message}`),
    onOtherWriter: () =>
      this.#send(
        "Another process is writing to this session: both conversations will be in its file.",
      ),
  };

  connect(send: (message: string) => void): void {
    this.#send = send;
    for (const message of this.#waiting.splice(0)) send(message);
  }
}
