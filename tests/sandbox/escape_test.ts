import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SelfCommand } from "../../src/sandbox/mod.ts";
import type { StageOptions, StageResult } from "../support/escape_program.ts";
import type { Attempt } from "./attempt.ts";
import { ATTEMPTS } from "./attempts.ts";

const PROJECT = fileURLToPath(new URL("../../", import.meta.url));
const PROGRAM = "tests/support/escape_program.ts";
/** Where the program and all that it imports are. */
const SOURCES = ["src", "tests/support", "tests/sandbox"];
const onLinux = Deno.build.os === "linux";
const isRoot = onLinux && Deno.uid() === 0;
const ORDINARY = 1000;
/** May read it and go there, whatever the umask is. */
const EVERYONE = 0o755;

type User = "root" | "user" | "root in folders of another user";

/** As whom the whole suite runs. An ordinary user who runs the tests has no way to try it as root. */
const USERS: readonly User[] = isRoot
  ? ["root", "user", "root in folders of another user"]
  : ["user"];

interface Crew extends AsyncDisposable {
  run(kind: StageOptions["kind"]): Promise<StageResult>;
}

/**
 * Prepares a place where this user can start the program. An ordinary user gets copies: the sources and the one that
 * runs the tests may lie where only root can go.
 */
async function hire(user: User): Promise<Crew> {
  const other = isRoot && user === "user";
  const parent = other ? { dir: "/tmp" } : {};
  const base = await Deno.realPath(await Deno.makeTempDir({ ...parent, prefix: "escape-" }));
  await Deno.chmod(base, EVERYONE);
  const deno = other ? join(base, "deno") : Deno.execPath();
  const sources = other ? join(base, "sources") : PROJECT;
  if (other) {
    await Deno.copyFile(Deno.execPath(), deno);
    await Deno.chmod(deno, EVERYONE);
    for (const folder of ["", "tests", ...SOURCES]) {
      await Deno.mkdir(join(sources, folder), { recursive: true });
      await Deno.chmod(join(sources, folder), EVERYONE);
    }
    for (const folder of SOURCES) await copySources(join(PROJECT, folder), join(sources, folder));
  }
  const home = join(base, "home");
  await Deno.mkdir(home);
  if (other) await Deno.chown(home, ORDINARY, ORDINARY);
  const program = join(sources, PROGRAM);
  const self: SelfCommand = {
    argv: [deno, "run", "-A", "--no-config", "--no-lock", "--no-check", "--quiet", program],
    env: { HOME: home, DENO_DIR: join(home, "deno") },
  };
  return {
    async run(kind) {
      const place = join(base, kind);
      await Deno.mkdir(join(place, "outside"), { recursive: true });
      await Deno.writeTextFile(join(place, "outside/stdin"), "stdin\n");
      await Deno.writeTextFile(join(place, "outside/inherited"), "");
      if (other) {
        for (const path of ["", "outside", "outside/stdin", "outside/inherited"]) {
          await Deno.chown(join(place, path), ORDINARY, ORDINARY);
        }
      }
      const foreign = user === "root in folders of another user";
      const options: StageOptions = { base: place, kind, self, foreign };
      const script = 'cd "$0/outside" && exec 7<. 8>>inherited <stdin && exec "$@"';
      const output = await new Deno.Command("/bin/sh", {
        args: ["-c", script, place, ...self.argv, "stage", JSON.stringify(options)],
        cwd: "/",
        env: { ...self.env },
        ...(other ? { uid: ORDINARY, gid: ORDINARY } : {}),
      }).output();
      const stderr = new TextDecoder().decode(output.stderr);
      assert.equal(output.code, 0, stderr);
      return JSON.parse(new TextDecoder().decode(output.stdout)) as StageResult;
    },
    [Symbol.asyncDispose]: () => Deno.remove(base, { recursive: true }),
  };
}

/** Readable for everybody, whatever the original is. */
async function copySources(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  await Deno.chmod(to, EVERYONE);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copySources(join(from, name), join(to, name));
    else if (name.endsWith(".ts")) {
      await Deno.writeTextFile(join(to, name), await Deno.readTextFile(join(from, name)));
      await Deno.chmod(join(to, name), EVERYONE);
    }
  }
}

/** Under which limit of a backend this attempt is known to succeed. */
function knownLimit(
  attempt: Attempt,
  user: string,
  kind: "bubblewrap" | "landlock",
): string | null {
  if (kind === "bubblewrap") return attempt.bubblewrap ?? null;
  return attempt.landlock ?? (user === "user" ? attempt.landlockUser : undefined) ?? null;
}

/** What is wrong about one confined run, in words; empty = nothing. */
function complaints(
  user: string,
  kind: "bubblewrap" | "landlock",
  control: StageResult,
  confined: StageResult,
): string[] {
  return ATTEMPTS.flatMap((attempt) => {
    const free = control.outcomes[attempt.name];
    const held = confined.outcomes[attempt.name];
    if (free === undefined) {
      return attempt.root && user === "user" ? [] : [`${attempt.name}: was not tried`];
    }
    if (held === undefined) return [`${attempt.name}: has no outcome inside`];
    const wrong: string[] = [];
    if (!free.escaped && attempt.optional === undefined) wrong.push("fails without a sandbox too");
    if (!held.neighbour) wrong.push("its neighbour does not work inside");
    const limit = knownLimit(attempt, user, kind);
    const older = kind === "landlock" ? attempt.olderLandlock ?? null : null;
    const named = [limit, older].some((code) =>
      code !== null && confined.unenforced.includes(code)
    );
    if (held.escaped && !named) wrong.push("GETS OUT");
    if (!held.escaped && limit !== null && free.escaped) {
      wrong.push(`is stopped, but listed under ${limit}`);
    }
    return wrong.map((what) => `${attempt.name}: ${what}`);
  });
}

for (const user of onLinux ? USERS : []) {
  Deno.test(`escape suite: as ${user}`, async (t) => {
    await using crew = await hire(user);
    const control = await crew.run("none");
    const possible = Object.values(control.outcomes).filter((outcome) => outcome.escaped).length;
    assert.ok(
      possible >= (user === "user" ? 75 : 85),
      `only ${possible} attempts are possible here`,
    );
    for (const kind of ["bubblewrap", "landlock"] as const) {
      const confined = await crew.run(kind);
      await t.step({
        name: confined.unavailable === null ? kind : `${kind} (ignored: ${confined.unavailable})`,
        ignore: confined.unavailable !== null,
        fn: () => {
          assert.deepEqual(complaints(user, kind, control, confined), [], confined.stderr);
        },
      });
    }
  });
}

Deno.test("escape suite: at least 70 attempts, each with a name of its own", () => {
  assert.ok(ATTEMPTS.length >= 70, `${ATTEMPTS.length}`);
  assert.equal(new Set(ATTEMPTS.map((attempt) => attempt.name)).size, ATTEMPTS.length);
});
