import { hasChanges, type WorkspaceMetadata, workspaceMetadata } from "../git/mod.ts";
import { sandboxTag } from "../sandbox/mod.ts";
import type { TurnId } from "../protocol/mod.ts";
import type { Session } from "./session.ts";
import type { ThreadSettings } from "./settings.ts";

/** What takes longest waits for the first request to be on its way: `git status`, and the look for a sandbox. */
const START_DELAY_MS = 150;

/** Not by setTimeout: the first one of a process costs milliseconds, which the first request would come later. */
async function moment(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const over = AbortSignal.any([signal, AbortSignal.timeout(START_DELAY_MS)]);
  await new Promise((resolve) => over.addEventListener("abort", resolve, { once: true }));
  signal.throwIfAborted();
}

/**
 * The facts of `x-codex-turn-metadata`. Those that take a moment are gathered beside the turn, and no request
 * waits for them.
 */
export class TurnMetadata {
  #workspaces: Record<string, unknown> | null = null;
  #sandbox: string | null = null;

  constructor(
    readonly turnId: TurnId,
    readonly session: Session,
    readonly settings: ThreadSettings,
  ) {}

  gather(signal: AbortSignal): void {
    const quiet = (error: unknown) => {
      if (signal.aborted) return;
      this.session.services.logger.debug("turn metadata", { error: String(error) });
    };
    this.#readWorkspace(signal).catch(quiet);
    this.#readSandbox(signal).catch(quiet);
  }

  header(): string {
    return JSON.stringify({
      turn_id: this.turnId,
      ...(this.#workspaces === null ? {} : { workspaces: this.#workspaces }),
      ...(this.#sandbox === null ? {} : { sandbox: this.#sandbox }),
    });
  }

  async #readWorkspace(signal: AbortSignal): Promise<void> {
    const git = { signal, env: this.session.services.hostEnv };
    const facts = await workspaceMetadata(this.settings.cwd, git);
    if (facts === null) return;
    this.#describe(facts);
    await moment(signal);
    const changed = await hasChanges(this.settings.cwd, git);
    this.#describe({ ...facts, hasChanges: changed });
  }

  #describe(facts: WorkspaceMetadata): void {
    this.#workspaces = {
      [facts.root]: {
        ...(Object.keys(facts.remotes).length === 0
          ? {}
          : { associated_remote_urls: facts.remotes }),
        ...(facts.latestCommit === null ? {} : { latest_git_commit_hash: facts.latestCommit }),
        ...(facts.hasChanges === null ? {} : { has_changes: facts.hasChanges }),
      },
    };
  }

  async #readSandbox(signal: AbortSignal): Promise<void> {
    const policy = this.settings.sandboxPolicy;
    this.#sandbox = sandboxTag(policy, null);
    if (this.#sandbox !== null) return;
    await moment(signal);
    const { backend } = await this.session.services.sandbox();
    this.#sandbox = sandboxTag(policy, backend);
  }
}
