import { basename, dirname, join } from "node:path";
import { type AppendLog, filesErrorCode, openAppendLog, tryLockFile } from "../files/mod.ts";
import type { AbsolutePath, ThreadId } from "../protocol/mod.ts";
import type { Logger } from "../telemetry/mod.ts";
import { encodeItem, type EncodeOptions, stampLine, turnContextToWire } from "./encode.ts";
import { RolloutError, type RolloutErrorCode } from "./error.ts";
import { rolloutPath, threadIdOfFileName } from "./path.ts";
import type { PersistenceMode, RolloutItem, SessionMeta } from "./types.ts";

/** Session files hold code and may hold secrets: nobody else may read them. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** Characters that may wait for the disk before recording is given up. */
const MAX_PENDING = 256 * 1024 * 1024;

/** Folder of the locks that tell one writer of a thread from a second one. */
const LOCK_FOLDER = "thread-writer-locks";

interface CommonOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly mode: PersistenceMode;
  readonly logger: Logger;
  /** Called once, with the first failure; nothing more is written after it. */
  readonly onFailure: (error: RolloutError) => void;
  /** Called when another process writes to the same session. Lines never mix, but two conversations do. */
  readonly onOtherWriter: () => void;
  /** Keep raw reasoning as events (`show_raw_agent_reasoning`). */
  readonly showRawReasoning?: boolean;
}

export interface CreateOptions extends CommonOptions {
  readonly codexHome: AbsolutePath;
  readonly meta: SessionMeta;
}

export interface ResumeOptions extends CommonOptions {
  readonly path: AbsolutePath;
  /** Absent = the one in the file's name. */
  readonly threadId?: ThreadId;
  /** Where the writer's lock is kept; absent = none is taken. */
  readonly codexHome?: AbsolutePath;
}

/**
 * Writes the file of one session, a line at a time, in the order of {@link RolloutRecorder.record}. A new session has
 * no file until {@link RolloutRecorder.persist}: until then lines wait in memory. What cannot be written is reported
 * once and never disturbs the turn.
 */
export class RolloutRecorder implements AsyncDisposable {
  readonly #options: CommonOptions;
  readonly #encode: EncodeOptions;
  readonly #path: AbsolutePath;
  readonly #lockFolder: AbsolutePath | null;
  #queue: string[] = [];
  #pending = 0;
  #log: AppendLog | null = null;
  #lock: AsyncDisposable | null = null;
  #opening: Promise<void> | null = null;
  #draining: Promise<void> | null = null;
  #state: "open" | "failed" | "closed" = "open";
  #lastContext: string | null = null;

  private constructor(
    options: CommonOptions & { readonly codexHome?: AbsolutePath },
    path: AbsolutePath,
    threadId: ThreadId,
  ) {
    this.#options = options;
    this.#path = path;
    this.#lockFolder = options.codexHome === undefined
      ? null
      : join(options.codexHome, LOCK_FOLDER);
    this.#encode = {
      threadId,
      mode: options.mode,
      showRawReasoning: options.showRawReasoning ?? false,
    };
  }

  /** For a new thread. Touches no file; the first line, made of `meta`, waits for the first {@link persist}. */
  static create(options: CreateOptions): RolloutRecorder {
    const { meta } = options;
    const path = rolloutPath(options.codexHome, new Date(meta.timestamp), meta.id);
    const recorder = new RolloutRecorder(options, path, meta.id);
    recorder.record([{ type: "session_meta", meta }]);
    return recorder;
  }

  /**
   * For a thread that goes on: opens its file for appending at once.
   *
   * @throws {RolloutError} when the file cannot be opened for writing.
   */
  static async resume(options: ResumeOptions): Promise<RolloutRecorder> {
    const threadId = options.threadId ?? threadIdOfFileName(basename(options.path)) ?? "";
    const recorder = new RolloutRecorder(options, options.path, threadId);
    try {
      await Deno.stat(options.path); // A file that is gone must not come back without its first line.
      await recorder.#open();
    } catch (error) {
      throw asRolloutError(error, options.path);
    }
    return recorder;
  }

  /** Where the file is, or will be. */
  get path(): AbsolutePath {
    return this.#path;
  }

  /** Puts items on record, in order, and returns at once. After a failure or close it does nothing. */
  record(items: readonly RolloutItem[]): void {
    if (this.#state !== "open") return;
    const at = this.#options.now();
    for (const item of items) {
      if (item.type === "turn_context" && !this.#isNewContext(item)) continue;
      for (const body of encodeItem(item, this.#encode)) {
        const line = stampLine(body, at);
        this.#queue.push(line);
        this.#pending += line.length;
      }
    }
    if (this.#pending > MAX_PENDING) {
      this.#fail(new RolloutError("io", "the disk does not keep up with the session", this.#path));
    } else if (this.#log !== null) this.#drain();
  }

  /** Settings are written when they changed; the turn that they are used in does not count. */
  #isNewContext(item: Extract<RolloutItem, { type: "turn_context" }>): boolean {
    const key = JSON.stringify({ ...turnContextToWire(item.context), turn_id: undefined });
    if (key === this.#lastContext) return false;
    this.#lastContext = key;
    return true;
  }

  /** Creates the file and writes what waited. Later calls do nothing. Never rejects. */
  async persist(): Promise<void> {
    if (this.#state !== "open") return;
    try {
      await this.#open();
    } catch (error) {
      this.#fail(asRolloutError(error, this.#path));
    }
  }

  /** One opening for all callers. */
  #open(): Promise<void> {
    this.#opening ??= this.#openNow();
    return this.#opening;
  }

  async #openNow(): Promise<void> {
    await Deno.mkdir(dirname(this.#path), { recursive: true, mode: FOLDER_MODE });
    await this.#takeLock();
    try {
      this.#log = await openAppendLog(this.#path, { mode: FILE_MODE });
    } catch (error) {
      await this.#letGo();
      throw error;
    }
    this.#drain();
  }

  /** A second writer is allowed, as lines never mix, but the person should know about it. */
  async #takeLock(): Promise<void> {
    const folder = this.#lockFolder;
    if (folder === null || this.#encode.threadId === "") return;
    try {
      await Deno.mkdir(folder, { recursive: true, mode: FOLDER_MODE });
      this.#lock = await tryLockFile(join(folder, `${this.#encode.threadId}.lock`));
      if (this.#lock === null) this.#options.onOtherWriter();
    } catch (error) {
      this.#options.logger.debug("no writer lock", { error: String(error) });
    }
  }

  #drain(): void {
    this.#draining ??= this.#drainNow().finally(() => {
      this.#draining = null;
    });
  }

  async #drainNow(): Promise<void> {
    const log = this.#log;
    try {
      while (log !== null && this.#queue.length > 0) {
        const batch = this.#queue;
        this.#queue = [];
        for (const line of batch) {
          if (this.#state === "failed") return;
          await log.append(line);
          this.#pending -= line.length;
        }
      }
    } catch (error) {
      this.#fail(asRolloutError(error, this.#path));
    }
  }

  /** Waits until everything recorded so far is in the file and on the disk. Without a file yet: nothing. */
  async flush(): Promise<void> {
    if (this.#state !== "open") return;
    await this.#opening?.catch(() => {}); // Reported by whoever opened.
    while (this.#draining !== null) await this.#draining;
    try {
      await this.#log?.sync();
    } catch (error) {
      this.#fail(asRolloutError(error, this.#path));
    }
  }

  /** Flushes and lets go of the file. A thread that was never persisted leaves none. Never rejects. */
  async close(): Promise<void> {
    await this.flush();
    if (this.#state === "open") this.#state = "closed";
    this.#queue = [];
    await this.#letGo();
  }

  async #letGo(): Promise<void> {
    const [log, lock] = [this.#log, this.#lock];
    this.#log = null;
    this.#lock = null;
    await log?.close();
    await lock?.[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #fail(error: RolloutError): void {
    if (this.#state !== "open") return;
    this.#state = "failed";
    this.#queue = [];
    this.#pending = 0;
    this.#options.onFailure(error);
  }
}

const CODES: Readonly<Record<string, RolloutErrorCode>> = {
  not_found: "not_found",
  permission_denied: "permission_denied",
  read_only: "permission_denied",
  no_space: "no_space",
};

function asRolloutError(thrown: unknown, path: AbsolutePath): RolloutError {
  if (thrown instanceof RolloutError) return thrown;
  const found = thrown instanceof Error ? thrown.message : String(thrown);
  return new RolloutError(
    CODES[filesErrorCode(thrown)] ?? "io",
    `cannot write the session file ${path}: ${found}`,
    path,
    { cause: thrown },
  );
}
