import type { Event } from "../protocol/mod.ts";
import type { ExecIo } from "./args.ts";
import { banner, type BannerFacts, HumanPrinter } from "./human.ts";
import { JsonlEncoder } from "./jsonl.ts";
import type { TurnOutcome } from "./run_turn.ts";
import { styleFor } from "./style.ts";

/** Where what happens is told: to a person on stderr, or to a program on stdout. */
export interface Report {
  event(event: Event): Promise<void>;
  /** After the last event. */
  end(outcome: TurnOutcome): Promise<void>;
}

/** One JSON object a line on stdout, each handed over before the next event is looked at. */
export class JsonReport implements Report {
  readonly #encoder: JsonlEncoder;
  readonly #io: Pick<ExecIo, "stdout">;
  readonly #onClosed: () => void;

  constructor(io: Pick<ExecIo, "stdout">, resumed: boolean, onClosed: () => void) {
    this.#encoder = new JsonlEncoder({ resumed });
    this.#io = io;
    this.#onClosed = onClosed;
  }

  async event(event: Event): Promise<void> {
    for (const line of this.#encoder.lines(event)) {
      if (!await this.#io.stdout.write(`${line}\n`)) this.#onClosed();
    }
  }

  async end({ end }: TurnOutcome): Promise<void> {
    if (end !== "lost") return;
    for (const line of this.#encoder.lost()) await this.#io.stdout.write(`${line}\n`);
  }
}

export interface HumanReportOptions {
  readonly io: Pick<ExecIo, "stdout" | "stderr">;
  /** Nobody is there to read the answer. */
  readonly onClosed: () => void;
  readonly color: "always" | "never" | "auto";
  /** `NO_COLOR` and `TERM` of the environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly hideReasoning: boolean;
  readonly showRawReasoning: boolean;
  readonly bannerFacts: Omit<BannerFacts, "threadId" | "model" | "reasoningEffort" | "workdir">;
}

function wantsColours({ color, env, io }: HumanReportOptions): boolean {
  if (color !== "auto") return color === "always";
  const refused = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return io.stderr.isTerminal && !refused;
}

/** All that happens on stderr, and on stdout nothing but the answer. */
export class HumanReport implements Report {
  readonly #options: HumanReportOptions;
  readonly #printer: HumanPrinter;
  /** The last message that stderr has shown. */
  #shown: string | null = null;

  constructor(options: HumanReportOptions) {
    this.#options = options;
    this.#printer = new HumanPrinter({ ...options, style: styleFor(wantsColours(options)) });
  }

  async event(event: Event): Promise<void> {
    const { msg } = event;
    if (msg.type === "session_configured") {
      const facts = {
        ...this.#options.bannerFacts,
        threadId: msg.threadId,
        model: msg.model,
        workdir: msg.cwd,
        reasoningEffort: msg.reasoningEffort ?? "none",
      };
      await this.#print(banner(facts, styleFor(wantsColours(this.#options))));
      return;
    }
    if (msg.type === "item_completed" && msg.item.type === "agent_message") {
      this.#shown = msg.item.text.at(-1) ?? null;
    }
    await this.#print(this.#printer.text(event));
  }

  async end({ end, lastMessage }: TurnOutcome): Promise<void> {
    if (end === "lost") await this.#print("ERROR: the session ended before the turn did\n");
    await this.#print(this.#printer.closing());
    if (lastMessage === null) return;
    const { io: { stdout, stderr }, onClosed } = this.#options;
    // On one screen the answer has just been shown; anybody who reads stdout alone still needs it.
    if (stdout.isTerminal && stderr.isTerminal && this.#shown === lastMessage) return;
    const answer = lastMessage.endsWith("\n") ? lastMessage : `${lastMessage}\n`;
    if (!await stdout.write(answer)) onClosed();
  }

  async #print(text: string): Promise<void> {
    if (text !== "") await this.#options.io.stderr.write(text);
  }
}
