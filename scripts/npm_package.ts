/**
 * Builds what `npm i -g` users get: `deno task npm-package [--name NAME] [--trial]`.
 *
 * `dist/npm/package` holds the bundled program, the launcher and the papers; beside it lies the tarball. The
 * runtime comes as the npm package `deno`. With `--trial` the tarball is installed into `dist/npm/trial` and does one
 * whole turn against a scripted model, and the demo.
 *
 * @module
 */
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import {
  assistantMessage,
  completed,
  created,
  reply,
  startScriptedModel,
} from "../src/scripted/mod.ts";
import { bundle, UNBUNDLED } from "./bundle.ts";
import { DENO_VERSION, DIST, ENGINE_FLAGS, permissionFlags, readProject, ROOT } from "./project.ts";

/** The name the package is published under when none is given. */
const DEFAULT_NAME = "codex-deno";

const OUTPUT = join(DIST, "npm");
const PACKAGE = join(OUTPUT, "package");
const BUNDLE = join(PACKAGE, "dist", "codex.js");
const TRIAL = join(OUTPUT, "trial");

async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const name = Deno.build.os === "windows" && program === "npm" ? "npm.cmd" : program;
  const child = new Deno.Command(name, { args: [...args], cwd, stderr: "inherit" });
  const { success, code, stdout } = await child.output();
  if (!success) throw new Error(`${program} ${args[0]} failed with exit code ${code}`);
  return new TextDecoder().decode(stdout);
}

/** `npm:@scope/name@1.2.3` becomes `1.2.3`. */
function pinnedVersion(imports: Readonly<Record<string, string>>, name: string): string {
  const version = imports[name]?.split("@").at(-1);
  if (version === undefined) throw new Error(`deno.json does not import ${name}`);
  return version;
}

/** Native code, which is not there for every system. */
const ADDONS: ReadonlySet<string> = new Set(["@lydell/node-pty", "@napi-rs/keyring"]);

/** Those packages beside the bundle that `wanted` picks, with their versions. */
function pinned(
  imports: Readonly<Record<string, string>>,
  wanted: (name: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(
    UNBUNDLED.filter(wanted).map((name) => [name, pinnedVersion(imports, name)]),
  );
}

async function writePackage(name: string): Promise<void> {
  const project = await readProject();
  await Deno.mkdir(join(PACKAGE, "bin"), { recursive: true });
  const manifest = {
    name,
    version: project.version,
    description: "A coding agent for the terminal",
    license: project.license,
    type: "module",
    bin: { codex: "bin/codex.js" },
    files: ["bin", "dist"],
    engines: { node: ">=18" },
    dependencies: { deno: DENO_VERSION, ...pinned(project.imports, (name) => !ADDONS.has(name)) },
    // Without them the program falls back to pipes and files: no reason to refuse the installation.
    optionalDependencies: pinned(project.imports, (name) => ADDONS.has(name)),
  };
  await Deno.writeTextFile(join(PACKAGE, "package.json"), JSON.stringify(manifest, null, 2) + "\n");
  const launcher = await Deno.readTextFile(join(ROOT, "scripts", "npm", "launcher.js"));
  const flags = [...ENGINE_FLAGS, ...permissionFlags(project)].map((flag) => JSON.stringify(flag))
    .join(", ");
  const bin = join(PACKAGE, "bin", "codex.js");
  await Deno.writeTextFile(bin, launcher.replace("/* FLAGS */", flags), { mode: 0o755 });
  for (const paper of ["README.md", "LICENSE"]) {
    await copyFile(join(ROOT, paper), join(PACKAGE, paper));
  }
}

/** Installs the tarball as a user would, and has it do one turn, and the demo: commands, a patch, the sandbox. */
async function tryOut(tarball: string): Promise<void> {
  await Deno.remove(TRIAL, { recursive: true }).catch(() => {});
  const home = join(TRIAL, "home");
  await Deno.mkdir(home, { recursive: true });
  await Deno.writeTextFile(join(TRIAL, "package.json"), `{"private": true}\n`);
  await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", tarball], TRIAL);
  await using model = await startScriptedModel([
    reply(created(), assistantMessage("msg_1", "Installed and well."), completed()),
  ]);
  await Deno.writeTextFile(
    join(home, "config.toml"),
    `model_provider = "trial"\n[model_providers.trial]\nname = "trial"\nbase_url = "${model.baseUrl}"\n`,
  );
  const bin = join(TRIAL, "node_modules", ".bin", "codex");
  const codex = async (...args: string[]) => {
    const command = new Deno.Command(Deno.build.os === "windows" ? `${bin}.cmd` : bin, {
      args,
      cwd: TRIAL,
      stdin: "null",
      stderr: "inherit",
      env: { CODEX_HOME: home },
    });
    const { code, stdout } = await command.output();
    return { code, stdout: new TextDecoder().decode(stdout).trim() };
  };
  const version = await codex("--version");
  if (version.code !== 0) throw new Error(`--version ended with ${version.code}`);
  const turn = await codex("exec", "--skip-git-repo-check", "Are you there?");
  if (turn.code !== 0 || turn.stdout !== "Installed and well.") {
    throw new Error(`exec ended with ${turn.code} and said ${JSON.stringify(turn.stdout)}`);
  }
  const demo = await codex("demo");
  if (demo.code !== 0) throw new Error(`demo ended with ${demo.code} and said\n${demo.stdout}`);
  console.log(`tried out: ${version.stdout}, one turn of exec, and the demo`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { name: { type: "string", default: DEFAULT_NAME }, trial: { type: "boolean" } },
  });
  await Deno.remove(PACKAGE, { recursive: true }).catch(() => {});
  await writePackage(values.name);
  await bundle(BUNDLE);
  const packed = await run("npm", ["pack", "--silent", "--pack-destination", OUTPUT], PACKAGE);
  const tarball = join(OUTPUT, packed.trim().split("\n").at(-1) ?? "");
  const { size } = await Deno.stat(tarball);
  console.log(`${tarball}: ${(size / 1e6).toFixed(2)} MB for Deno ${DENO_VERSION}`);
  if (values.trial) await tryOut(tarball);
  return 0;
}

if (import.meta.main) process.exitCode = await main();
