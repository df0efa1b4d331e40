import type { ModelInfo, ModelTurn } from "../model/mod.ts";
import type { ResponseItem, TurnId, UserInput, WebSearchMode } from "../protocol/mod.ts";
import type { RolloutItem } from "../rollout/mod.ts";
import {
  buildToolset,
  CallLock,
  type ToolContext,
  type ToolHost,
  type Toolset,
} from "../tools/mod.ts";
import type { Session, ThreadOptions } from "./session.ts";
import type { ThreadSettings } from "./settings.ts";
import { createToolHooks } from "./tool_hooks.ts";
import { turnDiff } from "./turn_diff.ts";
import { TurnMetadata } from "./turn_metadata.ts";

/** Thrown down every await of a turn that is being stopped. */
export class TurnAborted extends Error {
  override readonly name = "TurnAborted";

  constructor(readonly reason: "interrupted" | "replaced") {
    super("aborted by user");
  }
}

/** One turn: the settings it started with, and what was handed in while it runs. */
export interface Turn {
  readonly id: TurnId;
  readonly settings: ThreadSettings;
  readonly model: ModelInfo;
  readonly outputSchema: unknown;
  readonly tools: Toolset;
  readonly toolContext: ToolContext;
  /** One per turn: exclusive calls of a retried request wait for those of the first try. */
  readonly lock: CallLock;
  readonly server: ModelTurn;
  /** Input that waits for the next request. */
  readonly queued: QueuedInput[];
  readonly signal: AbortSignal;
  /** Stops what was gathered beside the turn. */
  stopGathering(): void;
  /** Takes no more input: what comes from now on starts a turn of its own. */
  closed: boolean;
  /** The server named another model; people are told once a turn. */
  rerouted: boolean;
}

/** What comes in while a turn runs. A person's words are shown; a tool's items are not. */
export type QueuedInput =
  | { readonly kind: "user"; readonly inputs: readonly UserInput[] }
  | { readonly kind: "item"; readonly item: ResponseItem };

export interface TurnStart {
  readonly id: TurnId;
  readonly outputSchema: unknown;
  readonly signal: AbortSignal;
}

export function openTurn(
  session: Session,
  start: TurnStart,
  host: (turn: () => Turn) => ToolHost,
): Turn {
  const { services, options, settings } = session;
  const model = session.model();
  const metadata = new TurnMetadata(start.id, session, settings);
  const gathering = new AbortController();
  metadata.gather(gathering.signal);
  const toolContext: ToolContext = {
    turnId: start.id,
    threadId: session.id,
    cwd: settings.cwd,
    approvalPolicy: settings.approvalPolicy,
    sandboxPolicy: settings.sandboxPolicy,
    policy: services.policy,
    rules: () => services.rules.current,
    approvals: session.approvals,
    mode: settings.collaborationMode.mode,
    truncation: model.truncationPolicy,
    acceptsImages: model.inputModalities.includes("image"),
    images: session.images,
    shell: services.shell,
    commandEnv: services.commandEnv,
    tmpdir: services.tmpdir,
    network: services.network,
    sandbox: () => services.sandbox(),
    renewSandbox: (failed) => services.renewSandbox(failed),
    self: services.self,
    wrapShell: (argv, cwd) => services.wrapShell(argv, cwd),
    now: services.now,
    processes: services.processes,
    diff: turnDiff(settings.cwd),
    host: host(() => turn),
    hooks: createToolHooks(session, () => turn),
    logger: services.logger,
  };
  const turn: Turn = {
    id: start.id,
    settings,
    model,
    outputSchema: start.outputSchema,
    tools: buildToolset({
      shellType: shellType(model, options.features),
      applyPatchType: model.applyPatchToolType ??
        (options.features["apply_patch_freeform"] ? "freeform" : null),
      webSearch: webSearch(options, settings),
      collaborationModes: options.features["collaboration_modes"] ?? true,
    }),
    toolContext,
    lock: new CallLock(),
    server: services.client.openTurn(() => ({
      threadId: session.id,
      turnMetadata: metadata.header(),
      subagent: subagentLabel(session),
    })),
    queued: [],
    signal: start.signal,
    stopGathering: () => gathering.abort(),
    closed: false,
    rerouted: false,
  };
  return turn;
}

function shellType(
  model: ModelInfo,
  features: Readonly<Record<string, boolean>>,
): ModelInfo["shellType"] {
  if (features["shell_tool"] === false) return "disabled";
  return features["unified_exec"] ? "unified_exec" : model.shellType;
}

/** Where nothing is confined, a cached copy of the web protects nobody. */
function webSearch(
  { webSearch: configured, limits }: Pick<ThreadOptions, "webSearch" | "limits">,
  settings: ThreadSettings,
): WebSearchMode {
  if (configured === "disabled" || limits.webSearch("live") !== null) return configured;
  return settings.sandboxPolicy.type === "danger-full-access" ? "live" : configured;
}

function subagentLabel(session: Session): string | null {
  const source = session.options.source;
  if (typeof source === "string") return null;
  const kind = source.subagent;
  if (typeof kind === "string") return kind;
  return "threadSpawn" in kind ? "collab_spawn" : kind.other;
}

/** The line of the session file that says under which settings a request was made. */
export function turnContextRecord(session: Session, turn: Turn): RolloutItem {
  const { settings } = turn;
  return {
    type: "turn_context",
    context: {
      turnId: turn.id,
      cwd: settings.cwd,
      approvalPolicy: settings.approvalPolicy,
      sandboxPolicy: settings.sandboxPolicy,
      model: settings.model,
      personality: settings.personality,
      collaborationMode: settings.collaborationMode,
      effort: settings.effort,
      summary: settings.summary,
      userInstructions: session.options.userInstructions,
      developerInstructions: session.options.developerInstructions,
      finalOutputJsonSchema: turn.outputSchema ?? null,
      truncationPolicy: turn.model.truncationPolicy,
    },
  };
}
