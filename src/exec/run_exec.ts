import { resolve } from "node:path";
import {
  type App,
  type Config,
  ConfigError,
  createLogger,
  findRepoRoot,
  openApp,
  refusedLogin,
  refuseUnreadPipe,
  RulesError,
  sandboxSummary,
} from "../app/mod.ts";
import type { ExecArgs, ExecIo } from "./args.ts";
import { ExecError, reasonOf } from "./errors.ts";
import { loadExecConfig } from "./exec_config.ts";
import { openThread } from "./open_thread.ts";
import { originatorOf } from "./originator.ts";
import { HumanReport, JsonReport, type Report } from "./report.ts";
import { runTurn, type TurnOutcome } from "./run_turn.ts";
import { StopRequest } from "./stop_request.ts";
import { terminalName } from "./terminal_name.ts";
import { readTurnInput, type TurnInput } from "./turn_input.ts";

/** Clients match on it. */
const NOT_TRUSTED = "Not inside a trusted directory and --skip-git-repo-check was not specified.";

async function checkTrust(args: ExecArgs, config: Config): Promise<void> {
  if (args.skipGitRepoCheck || args.bypass) return;
  if (await findRepoRoot(config.cwd) === null) throw new ExecError("not_trusted", NOT_TRUSTED);
}

function open(config: Config, io: ExecIo): Promise<App> {
  return openApp({
    config,
    env: io.env,
    self: io.self,
    version: io.version,
    originator: originatorOf(io.env),
    terminal: terminalName(io.env),
    allowApiKeyEnv: true,
    source: "exec",
    logger: createLogger({
      filter: io.env["RUST_LOG"] ?? "",
      defaultLevel: "error",
      write: (line) => void io.stderr.write(`${line}\n`),
      now: io.now,
    }),
    now: io.now,
  });
}

function reportFor(
  args: ExecArgs,
  io: ExecIo,
  config: Config,
  prompt: string,
  stop: StopRequest,
): Report {
  const onClosed = () => stop.outputClosed();
  if (args.json) return new JsonReport(io, args.resume !== null, onClosed);
  return new HumanReport({
    io,
    onClosed,
    env: io.env,
    color: args.color,
    hideReasoning: config.hideAgentReasoning,
    showRawReasoning: config.showRawAgentReasoning,
    bannerFacts: {
      version: io.version,
      provider: config.provider.id,
      approval: config.approvalPolicy,
      sandbox: sandboxSummary(config.sandboxPolicy),
      reasoningSummaries: config.reasoningSummary,
      prompt,
    },
  });
}

/** Nobody should have to pay for an answer that then cannot be handed over. */
async function checkAnswerFile(path: string): Promise<void> {
  try {
    await refuseUnreadPipe(path);
  } catch (error) {
    throw new ExecError(
      "bad_output_file",
      `--output-last-message: ${path} cannot be written: ${reasonOf(error)}`,
      { cause: error },
    );
  }
}

/** Writes the answer where `-o` says; `false` = it could not. A turn that was stopped leaves the file as it was. */
async function saveLastMessage(
  path: string,
  { end, lastMessage }: TurnOutcome,
  io: ExecIo,
): Promise<boolean> {
  if (end === "interrupted" || end === "lost") return true;
  try {
    await refuseUnreadPipe(path);
    await Deno.writeTextFile(path, lastMessage ?? "");
  } catch (error) {
    await io.stderr.write(`Failed to write the last message to ${path}: ${reasonOf(error)}\n`);
    return false;
  }
  if (lastMessage === null) {
    await io.stderr.write(`warning: there is no last message, so ${path} is empty\n`);
  }
  return true;
}

async function runInApp(
  args: ExecArgs,
  io: ExecIo,
  config: Config,
  input: TurnInput,
  stop: StopRequest,
): Promise<number> {
  await using app = await open(config, io);
  const thread = await openThread(app, args.resume, args.ephemeral);
  stop.turnBegins();
  const report = reportFor(args, io, config, input.prompt, stop);
  const outcome = await runTurn(
    thread,
    { type: "user_turn", items: input.items, settings: {}, outputSchema: input.outputSchema },
    (event) => report.event(event),
    stop.signal,
  );
  await report.end(outcome);
  const saved = args.outputLastMessage === null ||
    await saveLastMessage(resolve(io.cwd, args.outputLastMessage), outcome, io);
  return outcome.end === "completed" && saved ? 0 : 1;
}

async function runInOrder(args: ExecArgs, io: ExecIo, stop: StopRequest): Promise<number> {
  const config = await loadExecConfig(args, io);
  const refused = await refusedLogin(config, io.env, { allowApiKeyEnv: true });
  if (refused !== null) throw new ExecError("login_refused", refused);
  await checkTrust(args, config);
  if (args.outputLastMessage !== null) {
    await checkAnswerFile(resolve(io.cwd, args.outputLastMessage));
  }
  const input = await readTurnInput(args, io, (path) => resolve(io.cwd, path));
  // The last of the checks, since it may fetch a model of many gigabytes.
  if (args.oss) {
    const { checkLocalProvider } = await import("./local/local_provider.ts");
    await checkLocalProvider(config, io.stderr, stop.signal);
  }
  return await runInApp(args, io, config, input, stop);
}

function complaint(error: unknown): string {
  if (error instanceof ExecError) return error.message;
  if (error instanceof ConfigError) return error.complaint;
  if (error instanceof RulesError) return `Error loading rules:\n${error.message}`;
  return `Error: ${reasonOf(error)}`;
}

/**
 * One headless run, from the command line to the last line of output. Returns the exit code: 0 when the turn
 * completed, 1 when it failed or could not start, 128 and the number of the signal that stopped it. Nothing that
 * it started is left running, unless it is told twice to stop: then it returns at once.
 */
export async function runExec(args: ExecArgs, io: ExecIo): Promise<number> {
  using stop = new StopRequest(io);
  const inOrder = runInOrder(args, io, stop).catch(async (error: unknown) => {
    await io.stderr.write(`${complaint(error)}\n`);
    return 1;
  });
  const exitCode = await Promise.race([inOrder, stop.forced.then(() => 1)]);
  return stop.exitCode ?? exitCode;
}
