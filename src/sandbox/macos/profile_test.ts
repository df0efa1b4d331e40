import assert from "node:assert/strict";
import { seatbeltProfile, type SeatbeltRules } from "./profile.ts";
import { seatbeltArgv } from "./seatbelt.ts";

const READ_ONLY: SeatbeltRules = {
  read: "everything",
  write: [],
  network: "none",
  cacheDir: "/private/var/folders/c",
};

const WORKSPACE: SeatbeltRules = {
  ...READ_ONLY,
  write: [
    { root: "/w", readOnly: ["/w/deep/repo.git", "/w/.git", "/w/.agents", "/w/.codex"] },
    { root: "/private/tmp", readOnly: [] },
  ],
};

/** One for each kind of policy. The files beside this test hold the profiles word for word. */
const CASES: Readonly<Record<string, SeatbeltRules>> = {
  read_only: READ_ONLY,
  limited_reads: { ...READ_ONLY, read: { roots: ["/w", "/data"], platform: true } },
  workspace: WORKSPACE,
  workspace_network: { ...WORKSPACE, network: "full" },
  proxy: { ...WORKSPACE, network: { ports: [8081, 3128, 3128], localBinding: false } },
  full_access_proxy: {
    ...READ_ONLY,
    write: [{ root: "/", readOnly: [] }],
    network: { ports: [3128], localBinding: false },
  },
  proxy_local_binding: { ...READ_ONLY, network: { ports: [3128], localBinding: true } },
};

type Expression = string | readonly Expression[];

/** Reads a profile as a list of expressions; throws where a bracket or a string is not closed. */
function readProfile(text: string): Expression[] {
  const tokens = text.match(/;[^\n]*|#?"(?:[^"\\]|\\.)*"|[()]|[^\s()";]+|"/g) ?? [];
  const stack: Expression[][] = [[]];
  for (const token of tokens) {
    if (token.startsWith(";")) continue;
    assert.notEqual(token, '"', "a string is not closed");
    if (token === "(") stack.push([]);
    else if (token === ")") {
      const done = stack.pop()!;
      assert.ok(stack.length > 0, "a bracket too many");
      stack.at(-1)!.push(done);
    } else stack.at(-1)!.push(token);
  }
  assert.equal(stack.length, 1, "a bracket is not closed");
  return stack[0]!;
}

const FILTERS = new Set([
  "extension",
  "global-name",
  "iokit-registry-entry-class",
  "ipc-posix-name-prefix",
  "literal",
  "local",
  "local-name",
  "path",
  "regex",
  "remote",
  "require-all",
  "require-not",
  "socket-domain",
  "socket-protocol",
  "subpath",
  "sysctl-name",
  "sysctl-name-prefix",
  "sysctl-name-regex",
  "target",
  "vnode-type",
]);

function checkFilter(filter: Expression): void {
  assert.ok(Array.isArray(filter), `${filter} is no filter`);
  const [name, ...rest] = filter as readonly Expression[];
  assert.ok(typeof name === "string" && FILTERS.has(name), `unknown filter ${name}`);
  assert.ok(rest.length > 0, `${name} is empty`);
  if (name.startsWith("require-")) return rest.forEach(checkFilter);
  for (const word of rest) {
    if (typeof word === "string") continue;
    assert.equal(word[0], "param");
    assert.equal(word.length, 2);
  }
}

for (const [name, rules] of Object.entries(CASES)) {
  const { text, parameters } = seatbeltProfile(rules);

  Deno.test(`seatbelt: the profile ${name} is word for word as it was approved`, async () => {
    const golden = await Deno.readTextFile(new URL(`./golden/${name}.sb`, import.meta.url));
    const shown = parameters.map(([key, value]) => `; -D${key}=${value}\n`).join("");
    assert.equal(`${shown}${text}`, golden);
  });

  Deno.test(`seatbelt: the profile ${name} is well formed`, () => {
    const [version, standard, ...rest] = readProfile(text);
    assert.deepEqual(version, ["version", "1"]);
    assert.deepEqual(standard, ["deny", "default"]);
    for (const rule of rest) {
      const [verdict, ...words] = rule as readonly Expression[];
      assert.ok(verdict === "allow" || verdict === "deny", String(verdict));
      const operations = words.filter((word) => typeof word === "string");
      assert.ok(operations.length > 0);
      for (const operation of operations) assert.match(operation, /^[a-z][a-z-]*\*?$/);
      words.slice(operations.length).forEach(checkFilter);
      // Nothing may stand behind the filters: the language would take it for another operation.
      assert.ok(words.slice(0, operations.length).every((word) => typeof word === "string"));
    }
  });

  Deno.test(`seatbelt: the profile ${name} uses each parameter, and no other`, () => {
    const used = [...text.matchAll(/\(param "([A-Z_0-9]+)"\)/g)].map((found) => found[1]!);
    const given = parameters.map(([key]) => key);
    assert.deepEqual([...new Set(used)].sort(), [...given].sort());
    assert.equal(new Set(given).size, given.length);
  });
}

Deno.test("seatbelt: a proxy without a port opens nothing", () => {
  const closed = { ports: [], localBinding: true };
  assert.deepEqual(
    seatbeltProfile({ ...READ_ONLY, network: closed }),
    seatbeltProfile(READ_ONLY),
  );
});

/** Names of folders, each with what means something to the profile's language, to `-D` or to a regex. */
const HOSTILE = [
  '/w")) (allow default) (("',
  "/w\n(allow default)",
  "/w))(allow default)((",
  "/w\\",
  '/w\\"',
  "/w; (deny default)",
  "/w=x -DWRITABLE_ROOT_0=/",
  "/-D",
  '/w#"^/"',
  '/(param "WRITABLE_ROOT_1")',
  "/w'`$(x)",
  "/w\u0301é\u202e",
];

Deno.test("seatbelt: no path can become part of the language", () => {
  const rules = (path: string): SeatbeltRules => ({
    read: { roots: [path], platform: true },
    write: [{ root: path, readOnly: [`${path}/a/.git`, `${path}/.codex`] }],
    network: "full",
    cacheDir: path,
  });
  for (const path of HOSTILE) {
    const { text, parameters } = seatbeltProfile(rules(path));
    assert.equal(text, seatbeltProfile(rules("/ab")).text, path);
    const values = new Set(parameters.map(([, value]) => value));
    for (const value of [path, `${path}/.codex`]) assert.ok(values.has(value), path);
    for (const [name] of parameters) assert.match(name, /^[A-Z_0-9]+$/);
    // Each is one word, whatever is in it, and no word before the command could be taken for another flag.
    const argv = seatbeltArgv(rules(path), ["true"]);
    assert.equal(argv.length, 3 + parameters.length + 2);
    for (const word of argv.slice(3, -2)) assert.match(word, /^-D[A-Z_0-9]+=\//);
  }
});

Deno.test("seatbelt: the command stands behind the parameters, by the system's own program", () => {
  const argv = seatbeltArgv(WORKSPACE, ["--", "-x"]);
  assert.equal(argv[0], "/usr/bin/sandbox-exec");
  assert.equal(argv[1], "-p");
  assert.equal(argv[3], "-DWRITABLE_ROOT_0=/w");
  assert.deepEqual(argv.slice(-3), ["--", "--", "-x"]);
});

Deno.test("seatbelt: the reader of these tests finds what is not closed", () => {
  for (const text of ["(a", "(a))", '(a "b)']) assert.throws(() => readProfile(text), text);
  assert.throws(() => checkFilter(["subpth", '"/"']));
});
