import { relative } from "node:path";
import { AT_FDCWD, call } from "../support/kernel.ts";
import { type Attempt, exists, type Scene, textOf, works } from "./attempt.ts";

const RENAME_EXCHANGE = 2;
const LANDLOCK = { landlock: "protected_subpaths", ownRoots: true } as const;

const write = (path: string): boolean => works(() => Deno.writeTextFileSync(path, "after"));

/** A name like a protected one, which is none. */
export const writesBeside = ({ workspace }: Scene): boolean => write(`${workspace}/.gitignore`);

/** The root as it was made by the stage. */
const hurt = ({ workspace }: Scene): boolean =>
  textOf(`${workspace}/.git/config`) !== "before" || exists(`${workspace}/.git/hooks/planted`);

/** Ways to plant what later runs outside of the sandbox. Each finds the names as the stage made them. */
export const PROTECTED_ATTEMPTS: readonly Attempt[] = [
  {
    ...LANDLOCK,
    name: "write the repository's configuration",
    act: ({ workspace }) => write(`${workspace}/.git/config`),
    proof: hurt,
    neighbour: ({ workspace }) => textOf(`${workspace}/.git/config`) !== null,
  },
  {
    ...LANDLOCK,
    name: "write it by way of /proc/self/cwd",
    act: ({ workspace }) => write(`/proc/self/cwd/${relative(Deno.cwd(), workspace)}/.git/config`),
    proof: hurt,
  },
  {
    ...LANDLOCK,
    name: "plant a hook",
    act: ({ workspace }) => write(`${workspace}/.git/hooks/planted`),
    proof: hurt,
    neighbour: ({ workspace }) => write(`${workspace}/.gitignore`),
  },
  {
    ...LANDLOCK,
    name: "write the configuration by a hard link beside it",
    act: ({ workspace, inside }) =>
      works(() => Deno.linkSync(`${workspace}/.git/config`, `${inside}/config`)) &&
      write(`${inside}/config`),
    proof: hurt,
  },
  {
    ...LANDLOCK,
    name: "change the mode of the configuration",
    act: ({ workspace }) => works(() => Deno.chmodSync(`${workspace}/.git/config`, 0o600)),
    proof: ({ workspace }) =>
      (Deno.statSync(`${workspace}/.git/config`).mode ?? 0) % 0o1000 === 0o600,
  },
  {
    ...LANDLOCK,
    name: "move the repository away",
    act: ({ workspace, inside }) =>
      works(() => Deno.renameSync(`${workspace}/.git`, `${inside}/git`)),
    proof: hurt,
    neighbour: ({ workspace, inside }) =>
      works(() => {
        Deno.mkdirSync(`${workspace}/.github`);
        Deno.renameSync(`${workspace}/.github`, `${inside}/github`);
      }),
  },
  {
    ...LANDLOCK,
    name: "exchange the repository with a folder",
    act: ({ workspace, inside }) =>
      works(() => Deno.mkdirSync(`${inside}/forged`)) &&
      call(
          "renameat2",
          AT_FDCWD,
          `${inside}/forged`,
          AT_FDCWD,
          `${workspace}/.git`,
          RENAME_EXCHANGE,
        ) === 0,
    proof: hurt,
  },
  {
    ...LANDLOCK,
    name: "remove the repository",
    act: ({ workspace }) => works(() => Deno.removeSync(`${workspace}/.git/config`)),
    proof: hurt,
  },
  {
    ...LANDLOCK,
    name: "write this program's settings",
    act: ({ workspace }) => write(`${workspace}/.codex/config.toml`),
    proof: ({ workspace }) => exists(`${workspace}/.codex/config.toml`),
    neighbour: ({ workspace }) => write(`${workspace}/.codex-notes`),
  },
  {
    ...LANDLOCK,
    name: "write an agent's settings",
    act: ({ workspace }) => write(`${workspace}/.agents/skill`),
    proof: ({ workspace }) => exists(`${workspace}/.agents/skill`),
  },
  ...[".git", ".codex", ".agents"].map((name): Attempt => ({
    ...LANDLOCK,
    name: `make ${name} where there is none`,
    act: ({ bare }) =>
      works(() => Deno.mkdirSync(`${bare}/${name}`, { recursive: true })) &&
      write(`${bare}/${name}/config`),
    proof: ({ bare }) => exists(`${bare}/${name}`),
    neighbour: ({ bare }) => works(() => Deno.mkdirSync(`${bare}/${name}-fine`)),
  })),
  {
    ...LANDLOCK,
    name: "make a .git file that leads elsewhere",
    act: ({ bare }) =>
      works(() => Deno.writeTextFileSync(`${bare}/.git`, "gitdir: /", { createNew: true })),
    proof: ({ bare }) => exists(`${bare}/.git`),
  },
  {
    ...LANDLOCK,
    name: "write the pointer of a working tree",
    act: ({ linked }) => write(`${linked}/.git`),
    proof: ({ linked }) => textOf(`${linked}/.git`) === "after",
  },
  {
    ...LANDLOCK,
    name: "write where the pointer leads",
    act: ({ workspace }) => write(`${workspace}/common/main/trees/one/HEAD`),
    proof: ({ workspace }) => exists(`${workspace}/common/main/trees/one/HEAD`),
    neighbour: ({ workspace }) => write(`${workspace}/common/main/beside`),
  },
  {
    ...LANDLOCK,
    name: "move the folder above where the pointer leads",
    act: ({ workspace, inside }) =>
      works(() => Deno.renameSync(`${workspace}/common`, `${inside}/common`)),
    proof: ({ workspace }) => !exists(`${workspace}/common`),
  },
  {
    ...LANDLOCK,
    name: "write through a protected link",
    act: ({ linked }) => write(`${linked}/.codex/planted`),
    proof: ({ linked }) => exists(`${linked}/settings/planted`),
  },
  {
    ...LANDLOCK,
    name: "replace a protected link for good",
    act: ({ linked }) =>
      works(() => Deno.removeSync(`${linked}/.codex`)) &&
      works(() => Deno.mkdirSync(`${linked}/.codex`)),
    proof: ({ linked }) => !Deno.lstatSync(`${linked}/.codex`).isSymlink,
    neighbour: ({ linked }) => exists(`${linked}/.codex`),
  },
  {
    ...LANDLOCK,
    name: "open a root that is shut, and plant a hook in it",
    act: ({ shut }) =>
      works(() => Deno.chmodSync(shut, 0o755)) && write(`${shut}/.git/hooks/planted`),
    proof: ({ shut }) => exists(`${shut}/.git/hooks/planted`),
  },
  {
    ...LANDLOCK,
    name: "get the right to make .codex in a root",
    act: ({ fixed }) =>
      works(() => Deno.chmodSync(fixed, 0o755)) &&
      works(() => Deno.mkdirSync(`${fixed}/.codex`)) && write(`${fixed}/.codex/config.toml`),
    proof: ({ fixed }) => exists(`${fixed}/.codex/config.toml`),
  },
  {
    ...LANDLOCK,
    name: "make what a protected link leads to",
    act: ({ dangling }) =>
      works(() => Deno.mkdirSync(`${dangling}/missing`)) && write(`${dangling}/.codex/planted`),
    proof: ({ dangling }) => exists(`${dangling}/missing/planted`),
    neighbour: ({ dangling }) => works(() => Deno.mkdirSync(`${dangling}/another`)),
  },
  {
    ...LANDLOCK,
    name: "make the folder that a pointer leads to",
    act: ({ dangling }) =>
      works(() => Deno.mkdirSync(`${dangling}/nowhere/deep/hooks`, { recursive: true })),
    proof: ({ dangling }) => exists(`${dangling}/nowhere/deep/hooks`),
  },
  {
    ...LANDLOCK,
    name: "replace a link behind a protected link",
    act: ({ dangling }) =>
      works(() => Deno.removeSync(`${dangling}/steps/one`)) &&
      works(() => Deno.mkdirSync(`${dangling}/steps/one`)) && write(`${dangling}/.agents/planted`),
    proof: ({ dangling }) => exists(`${dangling}/.agents/planted`),
    neighbour: ({ dangling }) => write(`${dangling}/real-neighbour`),
  },
];
