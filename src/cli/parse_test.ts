import assert from "node:assert/strict";
import { ROOT } from "./commands.ts";
import { parseCommandLine, type Parsed } from "./parse.ts";
import { type CommandSpec, type Level, valueOf, valuesOf } from "./spec.ts";

function parse(...args: string[]): Parsed {
  return parseCommandLine(ROOT, args);
}

function levels(...args: string[]): readonly Level[] {
  const parsed = parse(...args);
  assert.ok(parsed.kind === "run", `${args}: ${parsed.kind === "error" ? parsed.message : ""}`);
  return parsed.invocation.levels;
}

/** Long names of the commands that a command line names. */
function names(path: readonly { name: string }[]): string {
  return path.map(({ name }) => name).join(" ");
}

Deno.test("mistakes", () => {
  const cases: string[][] = [
    ["--nope"],
    ["exec", "--nope"],
    ["exec", "--jso"],
    ["exec", "--JSON"],
    ["exec", "--json=true", "hi"],
    ["exec", "--json", "--json", "hi"],
    ["exec", "--json", "--experimental-json", "hi"],
    ["exec", "-m", "a", "-m", "b"],
    ["exec", "-m", "a", "--model=b"],
    ["exec", "-m"],
    ["exec", "-m", "-x"],
    ["exec", "-m", "--", "hi"],
    ["exec", "-s", "nope", "hi"],
    ["exec", "--color"],
    ["exec", "-c"],
    ["exec", "--add-dir=", "hi"],
    ["exec", "hi", "-i"],
    ["exec", "-i", "", "hi"],
    ["exec", "-i", "a,,b"],
    ["exec", "a", "b"],
    ["exec", "--", "resume", "x"],
    ["exec", "-", "-"],
    ["exec", "e", "hi"],
    ["exec", "-a", "never", "hi"],
    ["exec", "--search", "hi"],
    ["exec", "--yolo", "--full-auto", "hi"],
    ["--yolo", "-a", "never"],
    ["--yolo", "--full-auto"],
    ["exec", "resume", "--version"],
    ["exec", "resume", "-s", "read-only", "x"],
    ["exec", "resume", "--last", "--last"],
    ["exec", "resume", "a", "b", "c"],
    ["exec", "resume", "-i", "a", "b", "c", "d"],
    ["exec", "resume", "--yolo", "--full-auto"],
    ["exec", "--help=x"],
    ["exec", "review", "--base", "main"],
    ["--color", "always", "exec"],
    ["login", "status", "more"],
    ["help", "nope"],
    ["exec", "help", "nope"],
    ["-x"],
  ];
  for (const args of cases) assert.equal(parse(...args).kind, "error", args.join(" "));
});

Deno.test("a mistake says what was meant", () => {
  const said = (...args: string[]): string => {
    const parsed = parse(...args);
    return parsed.kind === "error" ? parsed.message : parsed.kind;
  };
  assert.match(said("exec", "--jsno"), /unknown flag --jsno; did you mean --json\?/);
  assert.match(said("exec", "--hlep"), /did you mean --help\?/);
  assert.match(said("exec", "--nothing-like-it"), /Put -- before it/);
  assert.match(said("exec", "resume", "--sandbox", "read-only"), /belongs in front of "resume"/);
  assert.match(said("sandbox", "linx"), /"sandbox" has no command "linx"; did you mean "linux"\?/);
  assert.match(said("lgoin", "status"), /Did you mean "login"\?/);
  assert.match(said("loginn"), /did you mean "login"\?/);
  assert.match(said("mcp", "list"), /"mcp" is not part of this version/);
  assert.match(said("review"), /"review" is not part of this version.*codex exec "review"$/);
  assert.match(said("exec", "review"), /not part of this version\. Put -- before it/);
  assert.match(said("exce"), /did you mean "exec"\? As a prompt: codex exec "exce"$/);
  assert.equal(said("--", "exec", "two"), '"two" is one word too many. Quote a prompt of several');
  assert.equal(said("--", "review"), "run");
  assert.match(said("exec", "a", "b"), /Quote a prompt/);
  assert.match(said("login", "status", "more"), /"status" takes no words/);
  assert.match(said("stdio-to-uds"), /<SOCKET_PATH> is missing/);
  assert.match(said("execpolicy", "check", "ls"), /--rules <PATH> is missing/);
  assert.match(said("responses-api-proxy", "--port", "70000"), /0 to 65535/);
});

Deno.test("values: attached, behind an equals sign, behind a blank", () => {
  for (
    const args of [["-m", "x"], ["-mx"], ["-m=x"], ["--model", "x"], ["--model=x"]]
  ) {
    const [, exec] = levels("exec", ...args, "hi");
    assert.equal(valueOf(exec, "model"), "x", args.join(" "));
    assert.deepEqual(exec?.positionals, ["hi"]);
  }
  const [, exec] = levels("exec", "-c", "a=b=c", "--config=d=e", "-cf=g", "-", "-m", "-");
  assert.deepEqual(valuesOf(exec, "config"), ["a=b=c", "d=e", "f=g"]);
  assert.deepEqual(exec?.positionals, ["-"]);
  assert.equal(valueOf(exec, "model"), "-");
  assert.equal(valueOf(levels("exec", "--profile=", "hi")[1], "profile"), "");
});

Deno.test("aliases stand for the long name", () => {
  assert.ok(levels("exec", "--yolo")[1]?.switches.has("dangerously-bypass-approvals-and-sandbox"));
  assert.ok(levels("e", "--experimental-json")[1]?.switches.has("json"));
});

Deno.test("images: greedy with a blank, not when attached, one value each behind resume", () => {
  const images = (...args: string[]) => {
    const found = levels(...args);
    const last = found.at(-1);
    return [valuesOf(last, "image"), last?.positionals];
  };
  assert.deepEqual(images("exec", "-i", "a", "b,c", "d"), [["a", "b", "c", "d"], []]);
  assert.deepEqual(images("exec", "-i", "a", "--", "text"), [["a"], ["text"]]);
  assert.deepEqual(images("exec", "-i", "a", "--json", "text"), [["a"], ["text"]]);
  assert.deepEqual(images("exec", "text", "-i", "a", "-i", "b"), [["a", "b"], ["text"]]);
  assert.deepEqual(images("exec", "-i=a,b", "text"), [["a", "b"], ["text"]]);
  assert.deepEqual(images("exec", "-ia", "text"), [["a"], ["text"]]);
  assert.deepEqual(images("exec", "resume", "-i", "a", "id", "text"), [["a"], ["id", "text"]]);
});

Deno.test("subcommands: at any place, but not behind --", () => {
  const path = (...args: string[]) => names(levels(...args).map((level) => level.command));
  assert.equal(path("exec", "hi"), "codex exec");
  assert.equal(path("e", "resume", "--last"), "codex exec resume");
  assert.equal(path("exec", "hi", "resume", "id"), "codex exec resume");
  assert.equal(path("exec", "--", "resume"), "codex exec");
  assert.equal(path("--", "exec"), "codex");
  assert.equal(path("hi", "exec", "yo"), "codex exec");
  assert.equal(path("-c", "a=1", "exec"), "codex exec");
  assert.equal(path("demo"), "codex demo");
  assert.equal(path(), "codex");
  assert.deepEqual(levels("exec", "--", "--json")[1]?.positionals, ["--json"]);
  assert.deepEqual(levels("exec", "--", "review")[1]?.positionals, ["review"]);
  assert.deepEqual(levels("exec", "")[1]?.positionals, [""]);
});

Deno.test("help and version end the reading where they stand", () => {
  const help = (...args: string[]) => {
    const parsed = parse(...args);
    assert.ok(parsed.kind === "help", args.join(" "));
    return names(parsed.path);
  };
  assert.equal(help("--help"), "codex");
  assert.equal(help("-hx"), "codex");
  assert.equal(help("help"), "codex");
  assert.equal(help("help", "exec", "resume"), "codex exec resume");
  assert.equal(help("exec", "help"), "codex exec");
  assert.equal(help("exec", "help", "resume"), "codex exec resume");
  assert.equal(help("exec", "resume", "--help", "--nope"), "codex exec resume");
  assert.equal(help("exec", "a", "-h", "b", "c"), "codex exec");
  assert.equal(parse("exec", "--nope", "--help").kind, "error");
  assert.deepEqual(parse("exec", "-V", "hi"), { kind: "version", name: "codex-cli-exec" });
  assert.deepEqual(parse("e", "--version"), { kind: "version", name: "codex-cli-exec" });
  assert.deepEqual(parse("-V", "exec"), { kind: "version", name: "codex-cli" });
});

Deno.test("the records are sound: names are unique, relations name flags that exist", () => {
  let seen = 0;
  const visit = (command: CommandSpec): void => {
    seen += 1;
    const longs = command.flags.flatMap(({ long, aliases = [] }) => [long, ...aliases]);
    const shorts = command.flags.flatMap(({ short }) => short === undefined ? [] : [short]);
    for (const all of [longs, shorts]) assert.equal(new Set(all).size, all.length, command.name);
    const inner = command.commands?.flatMap(({ name, aliases = [] }) => [name, ...aliases]) ?? [];
    assert.equal(new Set(inner).size, inner.length, command.name);
    for (const word of command.reserved ?? []) assert.ok(!inner.includes(word), word);
    for (const long of command.takes ?? []) {
      assert.ok(ROOT.flags.some((flag) => flag.long === long), `${command.name}: ${long}`);
    }
    for (const name of (command.conflicts ?? []).flat()) {
      assert.ok(longs.includes(name), `${command.name}: ${name}`);
    }
    for (const flag of command.flags) {
      assert.ok(flag.value !== undefined || (!flag.repeats && !flag.greedy && !flag.commas));
    }
    command.commands?.forEach(visit);
  };
  visit(ROOT);
  assert.ok(seen >= 4);
});
