import { turnAbortedMessage } from "../context/mod.ts";
import type {
  AbsolutePath,
  Event,
  EventBody,
  Op,
  SubmissionId,
  ThreadId,
  TurnSettings,
  UserInput,
} from "../protocol/mod.ts";
import { initialContext, settingsUpdates, withoutRepeats } from "./initial_context.ts";
import { Session, type ThreadOptions, type ThreadServices } from "./session.ts";
import { applySettings, type ThreadSettings } from "./settings.ts";
import { createToolHost } from "./tool_host.ts";
import { describe, recordQueued, runCompaction, runTurn } from "./turn.ts";
import { openTurn, type Turn, TurnAborted } from "./turn_context.ts";
import { runUserShell } from "./user_shell.ts";
import { uuidV7 } from "./uuid.ts";

/** A turn that runs as a child task of the thread. */
interface ActiveTurn {
  readonly turn: Turn;
  readonly controller: AbortController;
  done: Promise<void>;
}

/** Most submissions that wait at a time; more than that and whoever submits waits too. */
const QUEUE_LIMIT = 64;

/**
 * A conversation: takes Ops one after another and tells what happens as Events. An actor whose queue never
 * awaits a turn, so that an interrupt or an answer is never stuck behind one.
 */
export class Thread implements AsyncDisposable {
  readonly #session: Session;
  readonly #queue: { readonly id: SubmissionId; readonly op: Op }[] = [];
  readonly #room: (() => void)[] = [];
  #draining: Promise<void> | null = null;
  #active: ActiveTurn | null = null;
  #contextSeeded = false;
  #lastTurnSettings: ThreadSettings | null = null;
  #closed = false;

  private constructor(session: Session) {
    this.#session = session;
  }

  /** The first event is `session_configured`, with the id `""`. */
  static async start(options: ThreadOptions, services: ThreadServices): Promise<Thread> {
    const session = new Session(options, services);
    if (options.resumed !== null) session.restore(initialContext(session));
    const thread = new Thread(session);
    const { settings } = options;
    await session.emit("", {
      type: "session_configured",
      threadId: options.id,
      forkedFromId: null,
      threadName: null,
      model: settings.model,
      modelProviderId: services.client.provider.id,
      approvalPolicy: settings.approvalPolicy,
      sandboxPolicy: settings.sandboxPolicy,
      cwd: settings.cwd,
      reasoningEffort: settings.effort,
      historyLogId: 0,
      historyEntryCount: 0,
      networkProxy: services.network?.addresses ?? null,
      rolloutPath: options.recorder?.path ?? null,
    });
    for (const notice of options.notices) await session.emit("", notice);
    await thread.#warnAboutResumedModel();
    await session.tellUsage();
    return thread;
  }

  get id(): ThreadId {
    return this.#session.id;
  }

  get rolloutPath(): AbsolutePath | null {
    return this.#session.options.recorder?.path ?? null;
  }

  /** For one reader. */
  events(): AsyncIterable<Event> {
    return this.#session.events.read();
  }

  /** Resolves with the id of the submission once it has a place in the queue. */
  async submit(op: Op): Promise<SubmissionId> {
    const id = uuidV7(this.#session.services.now);
    while (this.#queue.length >= QUEUE_LIMIT) {
      await new Promise<void>((resolve) => this.#room.push(resolve));
    }
    if (this.#closed) throw new Error("the thread has been shut down");
    this.#queue.push({ id, op });
    this.#draining ??= this.#drain();
    return id;
  }

  /** Tells the reader something that no submission asked for. */
  notify(msg: EventBody): void {
    void this.#session.emit("", msg);
  }

  /** Shuts down if that has not happened yet. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) await this.submit({ type: "shutdown" });
    await this.#draining;
  }

  async #drain(): Promise<void> {
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        this.#room.shift()?.();
        try {
          await this.#handle(next.id, next.op);
        } catch (error) {
          this.#session.services.logger.error("submission failed", { error: String(error) });
          await this.#session.emit(next.id, { type: "error", error: describe(error) });
        }
      }
    } finally {
      this.#draining = null;
    }
  }

  async #handle(id: SubmissionId, op: Op): Promise<void> {
    const session = this.#session;
    switch (op.type) {
      case "user_turn":
        this.#changeSettings(op.settings);
        return await this.#userTurn(id, op.items, op.outputSchema);
      case "override_turn_context":
        return this.#changeSettings(op.settings);
      case "interrupt":
        return await this.#abort("interrupted");
      case "clean_background_terminals":
        return await session.services.processes.terminateAll();
      case "exec_approval":
      case "patch_approval":
        // Who aborts wants the turn to end: the waiting call hears of that, not of an answer.
        if (op.decision.type === "abort" && session.pending.isOpen(op.id)) {
          return await this.#abort("interrupted");
        }
        session.pending.decide(op.id, op.decision);
        return;
      case "resolve_elicitation":
        session.pending.resolveElicitation(op.serverName, op.requestId, op.action);
        return;
      case "user_input_answer":
        session.pending.answer(op.id, op.answers);
        return;
      case "run_user_shell_command":
        return await this.#userShell(id, op.command);
      case "compact":
        return await this.#compact(id);
      case "thread_rollback":
        return await this.#rollback(id, op.numTurns);
      case "shutdown":
        return await this.#shutdown(id);
    }
  }

  /** All of a change, or nothing of it when a part is not allowed. */
  #changeSettings(change: TurnSettings): void {
    const session = this.#session;
    const { limits } = session.options;
    const refusal = (change.approvalPolicy && limits.approvalPolicy(change.approvalPolicy)) ??
      (change.sandboxPolicy && limits.sandboxPolicy(change.sandboxPolicy)) ?? null;
    if (refusal) throw new RangeError(refusal);
    session.settings = applySettings(session.settings, change);
  }

  async #userTurn(
    id: SubmissionId,
    inputs: readonly UserInput[],
    outputSchema: unknown,
  ): Promise<void> {
    if (inputs.length === 0) return;
    const active = this.#active;
    if (active !== null && !active.turn.closed) {
      active.turn.queued.push({ kind: "user", inputs });
      return;
    }
    // What is left of a closed turn are its last events.
    await active?.done;
    this.#seedContext();
    this.#spawn(id, outputSchema, (turn) => runTurn(this.#session, turn, inputs));
  }

  /** The opening items, or what has changed since the last turn. */
  #seedContext(): void {
    const session = this.#session;
    const before = this.#lastTurnSettings;
    this.#lastTurnSettings = session.settings;
    if (this.#contextSeeded && before !== null) {
      session.recordItems(settingsUpdates(session, before, session.settings));
      return;
    }
    this.#contextSeeded = true;
    const opening = initialContext(session);
    session.recordItems(
      session.options.resumed === null ? opening : withoutRepeats(opening, session.history.items()),
    );
  }

  #spawn(
    id: SubmissionId,
    outputSchema: unknown,
    work: (turn: Turn) => Promise<void>,
  ): void {
    const session = this.#session;
    const controller = new AbortController();
    const turn = openTurn(
      session,
      { id, outputSchema, signal: controller.signal },
      (current) => createToolHost(session, current),
    );
    const active: ActiveTurn = { turn, controller, done: Promise.resolve() };
    this.#active = active;
    active.done = work(turn)
      .catch((error) => this.#unexpected(turn, error))
      .then(() => {
        turn.stopGathering();
        if (this.#active === active) this.#active = null;
      });
  }

  /** A turn ends every failure of its own with events; only being stopped from outside comes here. */
  async #unexpected(turn: Turn, error: unknown): Promise<void> {
    if (turn.signal.aborted) return;
    this.#session.services.logger.error("turn broke", { error: String(error) });
    await this.#session.emit(turn.id, { type: "error", error: describe(error) });
    await this.#session.emit(turn.id, {
      type: "turn_completed",
      turnId: turn.id,
      lastAgentMessage: null,
    });
  }

  async #abort(reason: "interrupted" | "replaced"): Promise<void> {
    const session = this.#session;
    const active = this.#active;
    if (active === null) return;
    if (active.turn.closed) return await active.done;
    active.controller.abort(new TurnAborted(reason));
    session.pending.abandonAll();
    await active.done;
    if (reason === "interrupted") {
      await session.services.processes.terminateAll();
      await recordQueued(session, active.turn);
      session.recordItems([turnAbortedMessage()]);
    }
    await session.emitFlushed(active.turn.id, {
      type: "turn_aborted",
      turnId: active.turn.id,
      reason,
    });
  }

  async #userShell(id: SubmissionId, command: string): Promise<void> {
    const session = this.#session;
    const active = this.#active;
    if (active !== null && !active.turn.closed) {
      void runUserShell(session, active.turn, command).then((item) => {
        if (active.turn.closed) session.recordItems([item]);
        else active.turn.queued.push({ kind: "item", item });
      }).catch((error: unknown) => {
        session.services.logger.error("a person's command failed", { error: String(error) });
        return session.emit(id, { type: "error", error: describe(error) });
      });
      return;
    }
    await active?.done;
    this.#seedContext();
    this.#spawn(id, null, async (turn) => {
      await session.emit(id, {
        type: "turn_started",
        turnId: id,
        modelContextWindow: null,
        collaborationModeKind: turn.settings.collaborationMode.mode,
      });
      session.recordItems([await runUserShell(session, turn, command)]);
      await session.options.recorder?.persist();
      await session.emitFlushed(id, {
        type: "turn_completed",
        turnId: id,
        lastAgentMessage: null,
      });
    });
  }

  async #compact(id: SubmissionId): Promise<void> {
    const session = this.#session;
    await this.#abort("replaced");
    this.#seedContext();
    this.#spawn(id, null, (turn) => runCompaction(session, turn));
  }

  async #rollback(id: SubmissionId, numTurns: number): Promise<void> {
    const session = this.#session;
    const refused = this.#active !== null && !this.#active.turn.closed
      ? "A turn is running: interrupt it before you roll back."
      : numTurns <= 0
      ? "The number of turns to roll back must be 1 or more."
      : null;
    if (refused !== null) {
      await session.emit(id, {
        type: "error",
        error: {
          message: refused,
          info: { type: "thread_rollback_failed" },
          additionalDetails: null,
        },
      });
      return;
    }
    session.history.dropLastUserTurns(numTurns);
    await session.emitFlushed(id, { type: "thread_rolled_back", numTurns });
    await session.emitTokenCount(id);
  }

  async #shutdown(id: SubmissionId): Promise<void> {
    const session = this.#session;
    await this.#abort("interrupted");
    await session.services.processes.terminateAll();
    this.#closed = true;
    await session.options.recorder?.close();
    await session.emit(id, { type: "shutdown_complete" });
    session.events.close();
  }

  async #warnAboutResumedModel(): Promise<void> {
    const session = this.#session;
    const last = session.options.resumed?.lastModel ?? null;
    const model = session.settings.model;
    if (last === null || last === model) return;
    await session.emit("", {
      type: "warning",
      message:
        `This session was recorded with the model ${last} and goes on with ${model}; answers may differ in quality.`,
    });
  }
}
