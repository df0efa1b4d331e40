import type { AbsolutePath, ThreadId, TokenUsageInfo } from "../protocol/mod.ts";
import { filesErrorCode } from "../files/mod.ts";
import { decodeLine, decodeTokenInfo } from "./decode.ts";
import { RolloutError } from "./error.ts";
import { linesBackwards, readAt, readLines } from "./line_stream.ts";
import type { RolloutLine, SessionMeta } from "./types.ts";

/** What a session file tells about its thread. */
export interface LoadedThread {
  readonly threadId: ThreadId;
  readonly path: AbsolutePath;
  /** The file's first session line: forked files hold their source's as well. */
  readonly meta: SessionMeta;
  /**
   * The lines that the history follows from, oldest first: items, compactions and rollback markers. Begins at the
   * newest compaction that stored its replacement, as nothing before it matters any more.
   */
  readonly history: readonly RolloutLine[];
  readonly lastTokenInfo: TokenUsageInfo | null;
  /** Model of the newest request. */
  readonly lastModel: string | null;
  readonly baseInstructions: string | null;
  /** Lines that were torn, corrupt or unknown to this version. */
  readonly skippedLines: number;
}

/** Up to this size a file is read once from its start; a longer one is searched from its end first. */
const SMALL_FILE = 16 * 1024 * 1024;

/** How much of a line is looked at to tell its kind. */
const HEAD_BYTES = 256;

interface Tail {
  /** Byte of the newest compaction with a replacement; 0 = there is none. */
  readonly start: number;
  readonly tokenInfo: TokenUsageInfo | null;
  readonly model: string | null;
}

/**
 * Loads a session. Memory is bounded by the part since the last compaction, never by the file. Lines that cannot be
 * read are counted and passed over.
 *
 * @throws {RolloutError} `empty_file`, `no_session_meta`, or what the system said.
 */
export async function readRollout(path: AbsolutePath): Promise<LoadedThread> {
  using file = await openForReading(path);
  const { size } = await file.stat();
  if (size === 0) throw emptyFile(path);
  const tail = size > SMALL_FILE
    ? await searchTail(file)
    : { start: 0, tokenInfo: null, model: null };
  const state = new Loading(tail);
  // The head of a long file is read apart; of a short one it comes along.
  if (tail.start > 0) state.meta = await firstMeta(file);
  for await (const text of readLines(file, tail.start)) state.take(text);
  if (state.meta === null) {
    throw state.sawText
      ? new RolloutError("no_session_meta", `${path} is no session file: it names no session`, path)
      : emptyFile(path);
  }
  return {
    threadId: state.meta.id,
    path,
    meta: state.meta,
    history: state.history,
    lastTokenInfo: state.tokenInfo,
    lastModel: state.model,
    baseInstructions: state.meta.baseInstructions,
    skippedLines: state.skipped,
  };
}

function emptyFile(path: AbsolutePath): RolloutError {
  return new RolloutError(
    "empty_file",
    `${path} is an empty session file: nothing was saved`,
    path,
  );
}

class Loading {
  meta: SessionMeta | null = null;
  history: RolloutLine[] = [];
  tokenInfo: TokenUsageInfo | null;
  model: string | null;
  skipped = 0;
  sawText = false;

  constructor(tail: Tail) {
    this.tokenInfo = tail.tokenInfo;
    this.model = tail.model;
  }

  take(text: string | null): void {
    if (text !== null && text.trim() === "") return;
    this.sawText = true;
    const line = text === null ? null : decodeLine(text);
    if (line === null) {
      this.skipped += 1;
      return;
    }
    switch (line.type) {
      case "session_meta":
        this.meta ??= line.meta;
        break;
      case "turn_context":
        this.model = line.model;
        break;
      case "compacted":
        if (line.replacementHistory !== null) this.history = [];
        this.history.push(line);
        break;
      case "response_item":
        this.history.push(line);
        break;
      case "event_msg":
        if (line.msg.type === "thread_rolled_back") this.history.push(line);
        this.tokenInfo = decodeTokenInfo(line.msg) ?? this.tokenInfo;
        break;
    }
  }
}

/** Looks from the end for the newest compaction, token counts and model; stops when all are found. */
async function searchTail(file: Deno.FsFile): Promise<Tail> {
  let start = 0;
  let tokenInfo: TokenUsageInfo | null = null;
  let model: string | null = null;
  for await (const place of linesBackwards(file, HEAD_BYTES)) {
    const wanted = (start === 0 && place.head.includes('"type":"compacted"')) ||
      (tokenInfo === null && place.head.includes('"type":"token_count"')) ||
      (model === null && place.head.includes('"type":"turn_context"'));
    if (!wanted) continue;
    const line = await lineAt(file, place.start, place.length);
    if (line?.type === "compacted" && line.replacementHistory !== null && start === 0) {
      start = place.start;
    }
    if (line?.type === "event_msg") tokenInfo ??= decodeTokenInfo(line.msg);
    if (line?.type === "turn_context") model ??= line.model;
    if (start > 0 && tokenInfo !== null && model !== null) break;
  }
  return { start, tokenInfo, model };
}

async function lineAt(
  file: Deno.FsFile,
  start: number,
  length: number,
): Promise<RolloutLine | null> {
  return decodeLine(new TextDecoder().decode(await readAt(file, start, length)));
}

async function firstMeta(file: Deno.FsFile): Promise<SessionMeta | null> {
  for await (const text of readLines(file)) {
    const line = text === null ? null : decodeLine(text);
    if (line?.type === "session_meta") return line.meta;
  }
  return null;
}

async function openForReading(path: AbsolutePath): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path);
  } catch (error) {
    const found = filesErrorCode(error);
    const code = found === "not_found" || found === "permission_denied" ? found : "io";
    const text = error instanceof Error ? error.message : String(error);
    throw new RolloutError(code, `cannot read the session file ${path}: ${text}`, path, {
      cause: error,
    });
  }
}
