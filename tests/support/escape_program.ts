/**
 * The program behind the escape suite. `stage` sets the stage, runs all attempts under one sandbox or under none, and
 * prints what came of them; `inside` is what runs there; the third form is the Landlock helper.
 */
import { join } from "node:path";
import type { SandboxPolicy } from "../../src/protocol/mod.ts";
import {
  LANDLOCK_HELPER_FLAG,
  landlockHelper,
  sandboxBackends,
  type SelfCommand,
} from "../../src/sandbox/mod.ts";
import type { Scene } from "../sandbox/attempt.ts";
import { ATTEMPTS } from "../sandbox/attempts.ts";
import { setStage } from "../sandbox/stage.ts";

export interface StageOptions {
  readonly base: string;
  /** `fallback` = whatever the probe chooses. */
  readonly kind: "none" | "bubblewrap" | "landlock" | "fallback";
  readonly self: SelfCommand;
  /** Give the writable folders to another user first, as in a container with a mounted workspace. */
  readonly foreign: boolean;
  /** Where bubblewrap is looked for; the usual folders unless told otherwise. */
  readonly path?: string;
}

/** What came of one attempt. */
export interface Outcome {
  readonly escaped: boolean;
  readonly neighbour: boolean;
}

export interface StageResult {
  /** Why this sandbox does not work here; null = it ran. */
  readonly unavailable: string | null;
  /** Why this one was chosen. */
  readonly reason: string;
  readonly outcomes: Readonly<Record<string, Outcome>>;
  readonly unenforced: readonly string[];
  readonly stderr: string;
}

async function main([first, ...rest]: readonly string[]): Promise<number> {
  switch (first) {
    case LANDLOCK_HELPER_FLAG:
      return (await landlockHelper()).runLandlockHelper(rest);
    case "stage":
      console.log(JSON.stringify(await perform(JSON.parse(rest[0] ?? "") as StageOptions)));
      return 0;
    default:
      return await actAll(rest[0] ?? "");
  }
}

async function perform(options: StageOptions): Promise<StageResult> {
  const { base, kind, self, foreign } = options;
  const path = kind === "landlock" ? "" : options.path ?? "/usr/local/bin:/usr/bin:/bin";
  const { createSandbox, probeSandbox } = await sandboxBackends();
  const backend = await probeSandbox({ path, cwd: "/nonexistent", self, cacheDir: null });
  const { reason } = backend;
  const nothing = { outcomes: {}, unenforced: [], stderr: "", reason };
  const chosen = kind === "fallback" ? "landlock" : kind;
  if (kind !== "none" && backend.kind !== chosen) return { ...nothing, unavailable: reason };
  await using stage = await setStage(base);
  if (foreign) {
    new Deno.Command("chown", { args: ["-hR", "1000:1000", ...stage.roots] }).outputSync();
  }
  const scenes = join(base, "scenes.json");
  await Deno.writeTextFile(scenes, JSON.stringify(stage.scenes));
  const [workspace = base, ...others] = stage.roots;
  const policy: SandboxPolicy = kind === "none" ? { type: "danger-full-access" } : {
    type: "workspace-write",
    writableRoots: others,
    readOnlyAccess: { type: "full-access" },
    networkAccess: false,
    excludeTmpdirEnvVar: true,
    excludeSlashTmp: true,
  };
  using sandbox = createSandbox({ backend, self, stateDir: join(base, "state") });
  const confined = await sandbox.confine({
    argv: [...self.argv, "inside", scenes],
    cwd: workspace,
    env: { PATH: "/usr/bin:/bin", ...self.env },
    policy,
    policyCwd: workspace,
    tmpdir: null,
    tty: false,
  });
  const [program = "", ...args] = confined.argv;
  const output = await new Deno.Command(program, {
    args,
    cwd: confined.cwd,
    env: { ...confined.env },
    clearEnv: true,
    stdin: "inherit",
  }).output();
  await confined[Symbol.asyncDispose]();
  const acted = JSON.parse(new TextDecoder().decode(output.stdout) || "{}");
  return {
    unavailable: null,
    reason,
    outcomes: await judge(stage.scenes, acted),
    unenforced: confined.unenforced.map((limit) => limit.code),
    stderr: new TextDecoder().decode(output.stderr),
  };
}

type Acted = Readonly<
  Record<string, { readonly act: boolean; readonly neighbour: boolean }>
>;

async function judge(scenes: readonly Scene[], acted: Acted): Promise<Record<string, Outcome>> {
  const outcomes: Record<string, Outcome> = {};
  for (const [index, attempt] of ATTEMPTS.entries()) {
    const scene = scenes[index];
    const result = acted[attempt.name];
    if (scene === undefined || result === undefined) continue;
    const escaped = attempt.proof === undefined
      ? result.act
      : await tried(() => attempt.proof?.(scene));
    outcomes[attempt.name] = { escaped, neighbour: result.neighbour };
  }
  return outcomes;
}

async function actAll(file: string): Promise<number> {
  const scenes = JSON.parse(await Deno.readTextFile(file)) as Scene[];
  const acted: Record<string, { act: boolean; neighbour: boolean }> = {};
  for (const [index, attempt] of ATTEMPTS.entries()) {
    const scene = scenes[index];
    if (scene === undefined || (attempt.root && Deno.uid() !== 0)) continue;
    const { neighbour } = attempt;
    acted[attempt.name] = {
      neighbour: await tried(() => neighbour(scene)),
      act: await tried(() => attempt.act(scene)),
    };
  }
  console.log(JSON.stringify(acted));
  return 0;
}

async function tried(step: () => unknown): Promise<boolean> {
  try {
    return await step() === true;
  } catch {
    return false;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
