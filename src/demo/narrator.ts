import { relative } from "node:path";
import type { AbsolutePath, CommandTurnItem, Event, TurnItem } from "../protocol/mod.ts";
import type { Screen } from "./screen.ts";

/** Says in plain words what the agent does, event by event, and keeps what the end of the story needs. */
export class Narrator {
  readonly #screen: Screen;
  /** Paths are told as seen from here. */
  readonly #folder: AbsolutePath;
  readonly #commands: CommandTurnItem[] = [];
  readonly #troubles: string[] = [];
  #diff = "";

  constructor(screen: Screen, folder: AbsolutePath) {
    this.#screen = screen;
    this.#folder = folder;
  }

  /** Every command that has ended. */
  get commands(): readonly CommandTurnItem[] {
    return this.#commands;
  }

  /** Errors of the turn. */
  get troubles(): readonly string[] {
    return this.#troubles;
  }

  /** What the turn has changed, as a diff. */
  get diff(): string {
    return this.#diff;
  }

  text({ msg }: Event): string {
    const screen = this.#screen;
    switch (msg.type) {
      case "item_completed":
        return this.#item(msg.item);
      case "turn_diff":
        this.#diff = msg.unifiedDiff;
        return "";
      case "error":
      case "stream_error":
        this.#troubles.push(msg.error.message);
        return screen.step("trouble", screen.bad(msg.error.message));
      case "warning":
        return screen.step("warning", msg.message);
      default:
        return "";
    }
  }

  #item(item: TurnItem): string {
    const screen = this.#screen;
    switch (item.type) {
      case "reasoning":
        return item.summaryText.map((text) => screen.step("thinks", text)).join("");
      case "agent_message":
        return item.text.map((text) => screen.step("says", text)).join("");
      case "command_execution":
        this.#commands.push(item);
        return this.#command(item);
      case "file_change": {
        const paths = Object.keys(item.changes).map((path) => relative(this.#folder, path)).join(
          ", ",
        );
        const fate = item.status === "completed" ? "" : screen.bad(" (not applied)");
        return screen.step("edits", `${paths}${fate}`) + screen.detail(item.stderr);
      }
      default:
        return "";
    }
  }

  #command({ command, result }: CommandTurnItem): string {
    const screen = this.#screen;
    const script = command.at(-1) ?? "";
    if (result === null) return screen.step("runs", script);
    const end = result.exitCode === 0
      ? screen.good("exit 0")
      : screen.bad(`exit ${result.exitCode}`);
    const took = screen.dim(`${Math.round(result.durationMs)} ms`);
    return screen.step("runs", `${script}   ${end} ${took}`) +
      screen.detail(result.aggregatedOutput);
  }
}
