import { join } from "node:path";
import { type App, loadAppConfig, openApp, type Thread } from "../app/mod.ts";
import type { AbsolutePath, SandboxPolicy } from "../protocol/mod.ts";
import { startScriptedModel } from "../scripted/mod.ts";
import { SILENT_LOGGER } from "../telemetry/mod.ts";
import type { DemoIo } from "./io.ts";
import { modelScript, PROMPT } from "./model_script.ts";
import { Narrator } from "./narrator.ts";
import { OUTSIDE, runSampleTests, writeSampleProject } from "./sample_project.ts";
import { createScreen, type Screen } from "./screen.ts";

/** A demonstration that takes longer has gone wrong. Milliseconds. */
const TIME_LIMIT_MS = 25_000;

/** Where everything of one demonstration is. */
interface Stage {
  readonly project: AbsolutePath;
  /** `CODEX_HOME` of the run: removed at the end, so that the person's own is never touched. */
  readonly codexHome: AbsolutePath;
  readonly outside: AbsolutePath;
}

async function buildStage(): Promise<Stage> {
  // Links are resolved first: a sandbox sees the real path.
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "codex-demo-" }));
  const stage = {
    project: join(root, "project"),
    codexHome: join(root, "home"),
    outside: join(root, OUTSIDE),
  };
  await writeSampleProject(stage.project);
  await Deno.mkdir(stage.codexHome);
  return stage;
}

/** The person's environment without what would lead to their account, their settings or their shell's profile. */
function neutralEnv(env: DemoIo["env"], home: AbsolutePath): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => !/^(?:CODEX|OPENAI)_/.test(name));
  return { ...Object.fromEntries(kept), HOME: home };
}

async function openDemoApp(io: DemoIo, stage: Stage, baseUrl: string): Promise<App> {
  const env = neutralEnv(io.env, stage.codexHome);
  const config = await loadAppConfig({
    codexHome: stage.codexHome,
    processCwd: stage.project,
    env,
    home: stage.codexHome,
    cliOverrides: [
      'model_provider="scripted"',
      'model_providers.scripted.name="scripted model"',
      `model_providers.scripted.base_url="${baseUrl}"`,
      "model_providers.scripted.request_max_retries=0",
      "model_providers.scripted.stream_max_retries=0",
      // Only the project is writable, so that the refused write has somewhere to be refused.
      "sandbox_workspace_write.exclude_slash_tmp=true",
      "sandbox_workspace_write.exclude_tmpdir_env_var=true",
    ],
    overrides: { cwd: stage.project, approvalPolicy: "never", sandboxMode: "workspace-write" },
    systemDir: stage.codexHome,
  });
  return await openApp({
    config,
    env,
    self: io.self,
    version: io.version,
    originator: "codex_demo",
    terminal: "unknown",
    allowApiKeyEnv: false,
    source: "exec",
    logger: SILENT_LOGGER,
    now: io.now,
  });
}

function opening(screen: Screen, stage: Stage): string {
  return [
    screen.title("Codex in half a minute"),
    "You say what you want, a model decides what to do, and Codex does it on your\n",
    "machine: it reads, runs commands and edits files, confined by a sandbox.\n\n",
    "In this demo the model is a script inside this program. There is no key and\n",
    "nothing leaves your machine. All the rest is real: the loop, the commands, the\n",
    "patch, the sandbox.\n\n",
    screen.step("project", stage.project),
    screen.detail("cart.sh and test.sh; one of its tests fails"),
  ].join("");
}

interface Confinement {
  /** What confines commands here, for a person. */
  readonly text: string;
  /** `null` = there is nothing to confine them with. */
  readonly policy: SandboxPolicy | null;
}

async function confinementOf(app: App): Promise<Confinement> {
  const { backend } = await app.services.sandbox();
  if (backend.kind === "unavailable") {
    return {
      text: `none works here (${backend.reason}), so this demo's harmless commands run without one`,
      policy: { type: "danger-full-access" },
    };
  }
  return {
    text: `${backend.kind}: commands may write inside the project only, and have no network`,
    policy: null,
  };
}

/** Runs the one turn and tells it as it goes. Resolves when the thread has shut down. */
async function tellTurn(
  thread: Thread,
  narrator: Narrator,
  io: DemoIo,
  policy: SandboxPolicy | null,
  stop: AbortSignal,
): Promise<boolean> {
  let completed = false;
  await thread.submit({
    type: "user_turn",
    items: [{ type: "text", text: PROMPT, textElements: [] }],
    settings: policy === null ? {} : { sandboxPolicy: policy },
    outputSchema: null,
  });
  const interrupt = () => void thread.submit({ type: "interrupt" }).catch(() => {});
  if (stop.aborted) interrupt();
  else stop.addEventListener("abort", interrupt, { once: true });
  try {
    for await (const event of thread.events()) {
      const text = narrator.text(event);
      if (text !== "") await io.stdout.write(text);
      const { type } = event.msg;
      completed ||= type === "turn_completed";
      if (type === "turn_completed" || type === "turn_aborted") {
        await thread.submit({ type: "shutdown" });
      }
      if (type === "shutdown_complete") break;
    }
  } finally {
    stop.removeEventListener("abort", interrupt);
  }
  return completed;
}

async function exists(path: AbsolutePath): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/** What went otherwise than it should have. Looked up on the disk, not taken from the story. */
async function shortcomings(
  stage: Stage,
  narrator: Narrator,
  completed: boolean,
  confined: boolean,
): Promise<string[]> {
  const found = [...narrator.troubles];
  if (!completed) found.push("the turn did not come to its end");
  const failing = narrator.commands.filter(({ result }) =>
    result !== null && result.exitCode !== 0
  );
  if (failing.length === 0) found.push("the failing test did not fail when the agent ran it");
  if (narrator.diff === "") found.push("no change to a file was reported");
  const tests = await runSampleTests(stage.project);
  if (!tests.passed) found.push(`the tests still fail:\n${tests.output}`);
  if (confined && await exists(stage.outside)) {
    found.push(`the sandbox let a command write ${stage.outside}`);
  }
  return found;
}

function ending(screen: Screen, stage: Stage, diff: string, confined: boolean): string {
  const walls = confined
    ? screen.step("refused", "the write outside the project: the sandbox stopped it")
    : "";
  return [
    screen.title("What came of it"),
    screen.step("checked", screen.good("sh test.sh passes, run once more without the agent")),
    walls,
    screen.step("changed", "cart.sh"),
    screen.diff(diff),
    screen.step("kept", stage.project),
    screen.title("Now on your own code"),
    screen.step("OpenAI", 'export CODEX_API_KEY=sk-...; codex exec "explain this repository"'),
    screen.step("Ollama", 'codex exec --oss --local-provider ollama "explain this repository"'),
    screen.step("edits", 'codex exec --full-auto "make the failing test pass"'),
    screen.detail("without --full-auto, commands can only read"),
    "\n",
  ].join("");
}

function failure(screen: Screen, stage: Stage, reasons: readonly string[]): string {
  return [
    screen.title(screen.bad("The demo did not work on this machine")),
    ...reasons.map((reason) => screen.step("because", reason)),
    screen.step("kept", stage.project),
    "\n",
  ].join("");
}

async function play(
  io: DemoIo,
  screen: Screen,
  stage: Stage,
  stop: AbortSignal,
): Promise<string[]> {
  const before = await runSampleTests(stage.project);
  if (before.passed) return ["the sample's tests pass before anything was done"];
  const probe = Promise.withResolvers<boolean>();
  // The script is asked for its first answer only after the sandbox is known.
  await using model = await startScriptedModel(async (request, index) =>
    modelScript(await probe.promise)(request, index)
  );
  await using app = await openDemoApp(io, stage, model.baseUrl);
  const { text, policy } = await confinementOf(app);
  const confined = policy === null;
  probe.resolve(confined);
  await io.stdout.write(screen.step("sandbox", text));
  await io.stdout.write(screen.title("The agent at work") + screen.step("you", PROMPT));
  const narrator = new Narrator(screen, stage.project);
  const thread = await app.startThread({ ephemeral: true });
  const completed = await tellTurn(thread, narrator, io, policy, stop);
  const reasons = await shortcomings(stage, narrator, completed, confined);
  if (reasons.length === 0) {
    await io.stdout.write(ending(screen, stage, narrator.diff, confined));
  }
  return reasons;
}

/**
 * `codex demo`: lets the true loop fix a small project with a scripted model, shows how, and checks the outcome.
 * Returns 0, or 1 when anything did not work, with the reasons on the screen. The fixed project is kept.
 */
export async function runDemo(io: DemoIo): Promise<number> {
  const colours = io.stdout.isTerminal && !io.env["NO_COLOR"] && io.env["TERM"] !== "dumb";
  const screen = createScreen(colours);
  const stopped = new AbortController();
  using _signals = io.onSignal(() => stopped.abort());
  const stop = AbortSignal.any([stopped.signal, AbortSignal.timeout(TIME_LIMIT_MS)]);
  const stage = await buildStage();
  await io.stdout.write(opening(screen, stage));
  let reasons: string[];
  try {
    reasons = await play(io, screen, stage, stop);
  } catch (error) {
    reasons = [error instanceof Error ? error.message : String(error)];
  } finally {
    await Deno.remove(stage.codexHome, { recursive: true }).catch(() => {});
  }
  if (stopped.signal.aborted) return 130;
  if (reasons.length === 0) return 0;
  await io.stdout.write(failure(screen, stage, reasons));
  return 1;
}
