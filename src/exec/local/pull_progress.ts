import type { ExecStream } from "../args.ts";
import { memberOf, printable } from "./local_server.ts";

const BAR_LENGTH = 24;
/** A log that is no terminal gets a line for each of so many percent. */
const LOG_STEP = 10;
const BACK_TO_START = "\r\x1b[K";

/** Tells how far Ollama is with fetching a model: a bar on a terminal, some lines elsewhere. */
export class PullProgress {
  readonly #model: string;
  readonly #stderr: ExecStream;
  /** Digest of each part → its bytes. */
  readonly #parts = new Map<string, { readonly total: number; readonly completed: number }>();
  #shown = "";
  #succeeded = false;

  constructor(model: string, stderr: ExecStream) {
    this.#model = model;
    this.#stderr = stderr;
  }

  /** The server has said that the model is there. */
  get succeeded(): boolean {
    return this.#succeeded;
  }

  /** Takes in one line of the server's answer. */
  async tell(line: unknown): Promise<void> {
    const status = memberOf(line, "status");
    if (status === "success") this.#succeeded = true;
    const digest = memberOf(line, "digest");
    const total = memberOf(line, "total");
    const completed = memberOf(line, "completed") ?? 0;
    if (typeof digest === "string" && typeof total === "number" && typeof completed === "number") {
      this.#parts.set(digest, { total, completed });
      await this.#show(this.#amount());
    } else if (typeof status === "string") {
      await this.#show(`${this.#model}: ${printable(status)}`);
    }
  }

  /** Leaves the line of the bar. */
  async end(): Promise<void> {
    if (this.#stderr.isTerminal && this.#shown !== "") await this.#stderr.write("\n");
    this.#shown = "";
  }

  #amount(): string {
    const parts = [...this.#parts.values()];
    const total = parts.reduce((sum, part) => sum + part.total, 0);
    const completed = parts.reduce((sum, part) => sum + part.completed, 0);
    const share = total <= 0 ? 0 : Math.min(1, completed / total);
    if (!this.#stderr.isTerminal) {
      return `${this.#model}: ${Math.floor(share * 100 / LOG_STEP) * LOG_STEP} %`;
    }
    const filled = Math.round(share * BAR_LENGTH);
    const bar = "#".repeat(filled) + ".".repeat(BAR_LENGTH - filled);
    const percent = String(Math.floor(share * 100)).padStart(3);
    return `${this.#model} [${bar}] ${percent} %, ${gigabytes(completed)} of ${
      gigabytes(total)
    } GB`;
  }

  async #show(text: string): Promise<void> {
    if (text === this.#shown) return;
    this.#shown = text;
    await this.#stderr.write(this.#stderr.isTerminal ? `${BACK_TO_START}${text}` : `${text}\n`);
  }
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(2);
}
