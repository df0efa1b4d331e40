import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SelfCommand } from "../../src/sandbox/mod.ts";
import type { StageOptions, StageResult } from "../support/escape_program.ts";
import { works } from "../support/works.ts";
import { ATTEMPTS } from "./attempts.ts";

const PROGRAM = fileURLToPath(new URL("../support/escape_program.ts", import.meta.url));

/** A place where bubblewrap cannot do its work, and how to get there. */
interface Place {
  readonly name: string;
  readonly enter: readonly string[];
  /** The search path there. */
  readonly path: string;
  readonly says: RegExp;
}

const PATH = "/usr/local/bin:/usr/bin:/bin";
const REFUSED = /bubblewrap does not work here \(.+\); Landlock version/;

/** The setting counts for the namespace in which it is made: the machine keeps its own. */
const PLACES: readonly Place[] = [
  {
    name: "no bubblewrap on the search path",
    enter: ["env"],
    path: "/nonexistent",
    says: /^bubblewrap is not installed; Landlock version/,
  },
  {
    name: "user namespaces switched off",
    enter: [
      "unshare",
      "--user",
      "--map-root-user",
      "/bin/sh",
      "-c",
      'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"',
      "sh",
    ],
    path: PATH,
    says: REFUSED,
  },
  {
    name: "inside another bubblewrap that forbids more of them",
    enter: [
      "bwrap",
      "--unshare-user",
      "--disable-userns",
      "--bind",
      "/",
      "/",
      "--dev-bind",
      "/dev",
      "/dev",
      "--proc",
      "/proc",
      "--unshare-pid",
      "--cap-drop",
      "ALL",
      "--",
    ],
    path: PATH,
    says: REFUSED,
  },
];

for (const place of Deno.build.os === "linux" ? PLACES : []) {
  const possible = await works([...place.enter, "true"]);
  Deno.test({
    name: `fallback: ${place.name}: the escape suite runs on Landlock${
      possible ? "" : " (ignored: such a place cannot be made here)"
    }`,
    ignore: !possible,
    fn: async () => {
      const base = await Deno.realPath(await Deno.makeTempDir({ prefix: "fallback-" }));
      try {
        const free = await perform(place, join(base, "none"), "none");
        const held = await perform(place, join(base, "landlock"), "fallback");
        assert.equal(held.unavailable, null);
        assert.match(held.reason, place.says);
        const out = ATTEMPTS.filter((attempt) => {
          const limits = [attempt.landlock, attempt.landlockUser, attempt.olderLandlock];
          const named = limits.some((code) => code !== undefined && held.unenforced.includes(code));
          return held.outcomes[attempt.name]?.escaped !== false && !named;
        });
        assert.deepEqual(out.map((attempt) => attempt.name), []);
        const tried = Object.values(free.outcomes).filter((outcome) => outcome.escaped).length;
        assert.ok(tried >= 40, `only ${tried} attempts are possible there`);
        const broken = Object.entries(held.outcomes).filter(([name, { neighbour }]) =>
          !neighbour && free.outcomes[name]?.neighbour !== false
        );
        assert.deepEqual(broken.map(([name]) => name), []);
      } finally {
        await Deno.remove(base, { recursive: true });
      }
    },
  });
}

async function perform(
  place: Place,
  base: string,
  kind: StageOptions["kind"],
): Promise<StageResult> {
  await Deno.mkdir(join(base, "outside"), { recursive: true });
  await Deno.writeTextFile(join(base, "outside/stdin"), "stdin\n");
  await Deno.writeTextFile(join(base, "outside/inherited"), "");
  const self: SelfCommand = {
    argv: [
      Deno.execPath(),
      "run",
      "-A",
      "--no-config",
      "--no-lock",
      "--no-check",
      "--quiet",
      PROGRAM,
    ],
    env: { HOME: base, DENO_DIR: join(base, "deno") },
  };
  const options: StageOptions = { base, kind, self, foreign: false, path: place.path };
  const [program = "", ...args] = [
    "/bin/sh",
    "-c",
    'cd "$0/outside" && exec 7<. 8>>inherited <stdin && exec "$@"',
    base,
    ...place.enter,
    ...self.argv,
    "stage",
    JSON.stringify(options),
  ];
  const output = await new Deno.Command(program, { args, env: { ...self.env } }).output();
  const stderr = new TextDecoder().decode(output.stderr);
  assert.equal(output.code, 0, stderr);
  return JSON.parse(new TextDecoder().decode(output.stdout)) as StageResult;
}
