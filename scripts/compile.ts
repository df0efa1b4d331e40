/**
 * Builds the executable: `deno task compile [--target TRIPLE]... [--all] [--output PATH]`.
 *
 * Without a target it builds `dist/codex` for this machine; with targets, `dist/codex-TRIPLE` for each. Two variables
 * are honoured: `DENORT_BIN`, the runtime that `deno compile` builds on, for machines that cannot download it, and
 * `DENO_COMPILE`, the deno that compiles (not the one that bundles); the two have to be of the same minor version.
 *
 * @module
 */
import { basename, dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { BESIDE_BUNDLE, bundle } from "./bundle.ts";
import { DIST, ENGINE_FLAGS, permissionFlags, readProject, ROOT } from "./project.ts";
import {
  executableName,
  findTarget,
  hostTarget,
  releaseName,
  type Target,
  TARGETS,
} from "./targets.ts";

/** What is compiled. Its path becomes part of the executable, so it is the same for every build. */
const BUNDLE = join(DIST, "build", "codex.js");

/**
 * Files that the program reads at run time and that no import leads to. Native addons are not listed: `deno compile`
 * embeds the npm packages of the target it builds for.
 */
const ASSETS: readonly { readonly path: string; readonly os?: Target["os"] }[] = BESIDE_BUNDLE.map(
  (path) => ({ path: join(DIST, "build", basename(path)) }),
);

/**
 * Files of packages that the program never reads. Older runtimes read all that is embedded at each start: a megabyte costs
 * about a millisecond. `[]` = the whole package, since the bundle holds what is used of it.
 */
const NEVER_READ: Readonly<Record<string, readonly string[]>> = {
  "diff": [],
  "eventsource-parser": [],
  "smol-toml": [],
  "web-tree-sitter": [
    "debug",
    "web-tree-sitter.cjs",
    "web-tree-sitter.cjs.map",
    "web-tree-sitter.js.map",
    "web-tree-sitter.wasm.map",
  ],
};

/**
 * Packages that come with another one, for systems with another C library than the runtime's: name → whose version they
 * have. `deno compile` embeds them beside those that are used.
 */
const NEVER_USED: Readonly<Record<string, string>> = {
  "@napi-rs/keyring-linux-arm64-musl": "@napi-rs/keyring",
  "@napi-rs/keyring-linux-x64-musl": "@napi-rs/keyring",
};

/** Flags that make a better executable, but that not every supported Deno knows. */
const OPTIONAL_FLAGS: readonly (readonly [flag: string, ...values: string[]])[] = [
  // Else storage bound to the program's origin would move when the file is renamed.
  ["--app-name", "codex"],
];

const NO_DENORT = `
deno compile builds on "denort", a bare runtime that it downloads from dl.deno.land. If the lines above speak of
denort or of that address, this machine cannot reach it. Then either
  - run this where dl.deno.land can be reached, or
  - get denort-TRIPLE.zip of your Deno's release from https://github.com/denoland/deno/releases, unpack it, and run
    DENORT_BIN=/path/to/denort deno task compile
`;

interface Job {
  readonly target: Target;
  readonly output: string;
}

class UsageError extends Error {}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        all: { type: "boolean", default: false },
        target: { type: "string", multiple: true, default: [] },
        output: { type: "string", short: "o" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function planJobs(args: readonly string[]): Job[] {
  const values = readArguments(args);
  const named = values.target.map((triple) => {
    const target = findTarget(triple);
    if (target !== null) return target;
    const known = TARGETS.map((each) => each.triple).join(", ");
    throw new UsageError(`unknown target ${triple}; known are ${known}`);
  });
  const targets = values.all ? TARGETS : named;
  if (values.output !== undefined && targets.length > 1) {
    throw new UsageError("--output names one file, but several targets are to be built");
  }
  if (targets.length > 0) {
    return targets.map((target) => ({
      target,
      output: values.output ?? join(DIST, releaseName(target)),
    }));
  }
  const target = hostTarget();
  if (target === null) throw new UsageError("no target for this machine; name one with --target");
  return [{ target, output: values.output ?? join(DIST, executableName(target)) }];
}

async function knownFlags(deno: string): Promise<string[]> {
  try {
    const { stdout } = await new Deno.Command(deno, { args: ["compile", "--help=full"] }).output();
    const help = new TextDecoder().decode(stdout);
    return OPTIONAL_FLAGS.filter(([flag]) => help.includes(flag)).flat();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`cannot run ${deno}: ${reason}`);
  }
}

/** Flags that leave out {@link NEVER_READ} and {@link NEVER_USED}, for the package folders that this Deno keeps. */
async function exclusions(deno: string, imports: Readonly<Record<string, string>>) {
  const { stdout } = await new Deno.Command(deno, { args: ["info", "--json"] }).output();
  const { npmCache } = JSON.parse(new TextDecoder().decode(stdout));
  const registries = await Array.fromAsync(Deno.readDir(npmCache)).catch(() => []);
  const parts = [
    ...Object.entries(NEVER_READ).map(([name, files]) => ({ name, files, versionOf: name })),
    ...Object.entries(NEVER_USED).map(([name, versionOf]) => ({ name, files: [], versionOf })),
  ];
  return registries.flatMap((registry) =>
    parts.flatMap(({ name, files, versionOf }) => {
      const version = /@(\d[^/]*)/.exec(imports[versionOf] ?? "")?.[1];
      if (version === undefined) {
        throw new Error(`${versionOf} is not in deno.json: take it off the list`);
      }
      const folder = join(npmCache, registry.name, name, version);
      const paths = files.length === 0 ? [folder] : files.map((file) => join(folder, file));
      return paths.map((path) => `--exclude=${path}`);
    })
  );
}

async function compile(job: Job, deno: string, flags: readonly string[]): Promise<boolean> {
  const { target, output } = job;
  await Deno.mkdir(dirname(output), { recursive: true });
  const assets = ASSETS.filter(({ os }) => os === undefined || os === target.os);
  const args = [
    "compile",
    "--quiet",
    // `deno task ok` has checked the types; doing it for each target again would cost seconds.
    "--no-check",
    "--frozen",
    // What the permissions do not cover is refused, not asked about in the middle of a session.
    "--no-prompt",
    // The cache would lie in the temporary folder, which commands in the sandbox may write to, and be believed by the
    // next start outside of it. It saves less than a millisecond.
    "--no-code-cache",
    ...ENGINE_FLAGS,
    ...flags,
    ...assets.map(({ path }) => `--include=${path}`),
    `--output=${output}`,
  ];
  // A denort handed in is of this machine's kind: naming the target would start a download all the same.
  if (target !== hostTarget()) args.push(`--target=${target.triple}`);
  args.push(BUNDLE);
  const command = new Deno.Command(deno, { args, cwd: ROOT, stdout: "inherit", stderr: "inherit" });
  return (await command.output()).success;
}

async function report({ target, output }: Job): Promise<void> {
  const { size } = await Deno.stat(output);
  const shown = relative(Deno.cwd(), output) || output;
  let version = "";
  if (target === hostTarget()) {
    const { success, stdout } = await new Deno.Command(output, { args: ["--version"] }).output();
    if (!success) throw new Error(`${shown} was built, but does not start`);
    version = `, ${new TextDecoder().decode(stdout).trim()}`;
  }
  console.log(`${shown}: ${(size / 1e6).toFixed(1)} MB for ${target.triple}${version}`);
}

async function main(): Promise<number> {
  try {
    const jobs = planJobs(Deno.args);
    const deno = Deno.env.get("DENO_COMPILE") || Deno.execPath();
    const foreign = jobs.find(({ target }) => target !== hostTarget());
    if (Deno.env.get("DENORT_BIN") && foreign !== undefined) {
      throw new UsageError(
        `DENORT_BIN serves this machine only; unset it to build for ${foreign.target.triple}`,
      );
    }
    const project = await readProject();
    const known = await knownFlags(deno);
    await bundle(BUNDLE);
    const flags = [
      ...permissionFlags(project),
      ...known,
      ...await exclusions(deno, project.imports),
    ];
    for (const job of jobs) {
      if (!await compile(job, deno, flags)) {
        console.error(NO_DENORT);
        return 1;
      }
      await report(job);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`compile: ${error.message}`);
    return 2;
  }
}

if (import.meta.main) Deno.exit(await main());
