import {
  type App,
  findThreadById,
  findThreadByName,
  latestThread,
  type Thread,
} from "../app/mod.ts";
import type { ResumeArgs } from "./args.ts";
import { ExecError } from "./errors.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whose sessions `--last` may pick: those that a person or a program began, not those of helpers inside a turn. */
const RESUMABLE = ["cli", "vscode", "exec"] as const;

async function sessionFile(app: App, { last, all, target }: ResumeArgs): Promise<string> {
  const { codexHome, cwd, provider } = app.config;
  if (target !== null) {
    const found = UUID.test(target)
      ? await findThreadById(codexHome, target)
      : await findThreadByName(codexHome, target);
    if (found !== null) return found.path;
    throw new ExecError("unknown_session", `There is no saved session "${target}".`);
  }
  if (!last) {
    throw new ExecError(
      "unknown_session",
      "Which session? Give its id or name, or --last for the newest one.",
    );
  }
  const found = await latestThread({
    codexHome,
    cwd: all ? null : cwd,
    provider: provider.id,
    sources: RESUMABLE,
  });
  if (found !== null) return found.path;
  const where = all ? "" : ` that was run in ${cwd} (--all looks everywhere)`;
  throw new ExecError("unknown_session", `There is no saved session${where}.`);
}

/**
 * A new thread, or the one to go on with. One that cannot be found is an error: a new conversation in its place
 * would answer without the context that the caller counts on.
 */
export async function openThread(
  app: App,
  resume: ResumeArgs | null,
  ephemeral: boolean,
): Promise<Thread> {
  if (resume === null) return await app.startThread({ ephemeral });
  return await app.resumeThread({ path: await sessionFile(app, resume), ephemeral });
}
