import type { Pause, RawPiece, ScriptStep, SseEvent } from "./types.ts";

const encoder = new TextEncoder();

/** Bytes are gathered up to here before a write when nothing asks for smaller pieces. */
const WHOLE_WRITE_SIZE = 64 * 1024;

/** Sizes of the pieces of a realistic stream: odd on purpose, from one byte to one network packet. */
const REALISTIC_SIZES = [1, 37, 1460, 3, 512, 2, 97, 1, 1, 733, 5, 16, 1459, 11];

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  304: "Not Modified",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  413: "Payload Too Large",
  426: "Upgrade Required",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
};

/** What became of the connection after an answer. */
export type AfterAnswer = "keep" | "close";

export interface AnswerContext {
  readonly conn: Deno.Conn;
  /** Aborted when the client has gone or the server is being disposed. */
  readonly signal: AbortSignal;
  readonly defaultChunking: ScriptStep["chunking"];
}

/** Plays one step to a client that has sent its request. Throws when the connection breaks. */
export async function answer(step: ScriptStep, context: AnswerContext): Promise<AfterAnswer> {
  if (step.delayMs !== undefined) await pause(step.delayMs, context.signal);
  if (step.until !== undefined) await pause(step.until, context.signal);
  if (step.drop || context.signal.aborted) return "close";
  const streaming = step.events !== undefined || step.raw !== undefined;
  return streaming ? await answerStream(step, context) : await answerBody(step, context);
}

async function answerBody(step: ScriptStep, { conn, signal }: AnswerContext): Promise<AfterAnswer> {
  const isText = typeof step.body === "string" || step.body === undefined;
  const body = encoder.encode(isText ? String(step.body ?? "") : JSON.stringify(step.body));
  const head = statusAndHeaders(step, {
    "content-type": isText ? "text/plain" : "application/json",
    "content-length": String(body.length),
  });
  await writeAll(conn, encoder.encode(head));
  await writeAll(conn, body);
  if (step.hang) await untilAborted(signal);
  return step.hang ? "close" : "keep";
}

async function answerStream(step: ScriptStep, context: AnswerContext): Promise<AfterAnswer> {
  const { conn, signal } = context;
  await writeAll(
    conn,
    encoder.encode(statusAndHeaders(step, {
      "content-type": "text/event-stream",
      "cache-control": "no-cache",
      "transfer-encoding": "chunked",
    })),
  );
  const body = new ChunkedBody(conn, step.chunking ?? context.defaultChunking ?? "whole");
  let sent = 0;
  for (const entry of step.events ?? []) {
    if (step.cutAfter !== undefined && sent >= step.cutAfter) break;
    if (isPause(entry)) {
      await body.flush();
      await pause(entry.wait, signal);
      if (signal.aborted) return "close";
    } else {
      await body.write(
        isRaw(entry) ? entry.raw : `event: ${entry.type}\ndata: ${JSON.stringify(entry)}\n\n`,
      );
      sent += 1;
    }
  }
  if (step.cutAfter === undefined && step.raw !== undefined) await body.write(step.raw);
  await body.flush();
  if (step.cutAfter !== undefined) return "close";
  if (step.hang) {
    await untilAborted(signal);
    return "close";
  }
  await writeAll(conn, encoder.encode("0\r\n\r\n"));
  return "keep";
}

/** Body in HTTP chunks, each one write on the socket. */
class ChunkedBody {
  readonly #conn: Deno.Conn;
  readonly #chunking: "whole" | "realistic" | number;
  #pending: string[] = [];
  #pendingLength = 0;
  #turn = 0;

  constructor(conn: Deno.Conn, chunking: "whole" | "realistic" | number) {
    this.#conn = conn;
    this.#chunking = chunking;
  }

  async write(text: string): Promise<void> {
    this.#pending.push(text);
    this.#pendingLength += text.length;
    if (this.#pendingLength >= WHOLE_WRITE_SIZE) await this.flush();
  }

  async flush(): Promise<void> {
    const bytes = encoder.encode(this.#pending.join(""));
    this.#pending = [];
    this.#pendingLength = 0;
    for (let start = 0; start < bytes.length;) {
      const size = Math.min(this.#nextSize(bytes.length), bytes.length - start);
      const piece = bytes.subarray(start, start + size);
      const head = encoder.encode(`${size.toString(16)}\r\n`);
      const framed = new Uint8Array(head.length + size + 2);
      framed.set(head);
      framed.set(piece, head.length);
      framed.set([13, 10], head.length + size);
      await writeAll(this.#conn, framed);
      start += size;
    }
  }

  #nextSize(available: number): number {
    if (typeof this.#chunking === "number") return this.#chunking;
    if (this.#chunking === "whole") return available;
    const size = REALISTIC_SIZES[this.#turn % REALISTIC_SIZES.length] ?? 1;
    this.#turn += 1;
    return size;
  }
}

function statusAndHeaders(step: ScriptStep, defaults: Readonly<Record<string, string>>): string {
  const status = step.status ?? 200;
  const headers = new Map(Object.entries(defaults));
  for (const [name, value] of Object.entries(step.headers ?? {})) {
    headers.set(name.toLowerCase(), value);
  }
  const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${REASONS[status] ?? "Unknown"}\r\n${lines.join("")}\r\n`;
}

function isPause(entry: SseEvent | Pause | RawPiece): entry is Pause {
  return "wait" in entry && !("type" in entry);
}

function isRaw(entry: SseEvent | RawPiece): entry is RawPiece {
  return "raw" in entry && !("type" in entry);
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.length;) start += await conn.write(bytes.subarray(start));
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}

async function pause(wait: number | Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (typeof wait !== "number") {
    await Promise.race([wait, untilAborted(signal)]);
    return;
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const elapsed = new Promise<void>((resolve) => timer = setTimeout(resolve, wait));
  await Promise.race([elapsed, untilAborted(signal)]);
  clearTimeout(timer);
}
