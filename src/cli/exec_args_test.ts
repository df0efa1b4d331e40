import assert from "node:assert/strict";
import type { ExecArgs } from "../exec/mod.ts";
import { ROOT } from "./commands.ts";
import { execArgs } from "./exec_args.ts";
import { parseCommandLine } from "./parse.ts";

const FILES = new Set(["a.png", "notes", "with,comma"]);

function read(...args: string[]): Promise<ExecArgs> {
  const parsed = parseCommandLine(ROOT, args);
  assert.ok(parsed.kind === "run", args.join(" "));
  return execArgs(parsed.invocation.levels, (path) => Promise.resolve(FILES.has(path)));
}

Deno.test("nothing given", async () => {
  assert.deepEqual(await read("exec"), {
    prompt: null,
    images: [],
    model: null,
    oss: false,
    localProvider: null,
    sandboxMode: null,
    profile: null,
    fullAuto: false,
    bypass: false,
    cwd: null,
    addDirs: [],
    skipGitRepoCheck: false,
    ephemeral: false,
    json: false,
    outputSchema: null,
    outputLastMessage: null,
    color: "auto",
    configOverrides: [],
    strictConfig: false,
    bypassHookTrust: false,
    resume: null,
  });
});

Deno.test("the command line of the SDK", async () => {
  const args = await read(
    ...["exec", "--experimental-json", "--config", "a.b=1", "--model", "m"],
    ...["--sandbox", "workspace-write", "--cd", "/w", "--add-dir", "/x", "--add-dir", "/y"],
    ...["--skip-git-repo-check", "--output-schema", "/s.json"],
    ...["--config", 'model_reasoning_effort="high"'],
    ...["resume", "id-1", "--image", "a.png", "--image", "b.png"],
  );
  assert.deepEqual(
    [args.json, args.model, args.sandboxMode, args.cwd, args.addDirs, args.skipGitRepoCheck],
    [true, "m", "workspace-write", "/w", ["/x", "/y"], true],
  );
  assert.deepEqual(args.configOverrides, ["a.b=1", 'model_reasoning_effort="high"']);
  assert.deepEqual(args.resume, { last: false, all: false, target: "id-1" });
  assert.deepEqual(args.images, ["a.png", "b.png"]);
  assert.equal(args.prompt, null);
  assert.equal(args.outputSchema, "/s.json");
});

Deno.test("flags in front of exec count, deeper ones win, lists join from outside in", async () => {
  const args = await read(
    ...["-m", "outer", "-s", "read-only", "-C", "/w", "-p", "prof", "--add-dir", "/x"],
    ...["-c", "a=1", "--enable", "undo", "--oss", "--local-provider", "ollama", "--search"],
    ...["exec", "-m", "inner", "-c", "b=2", "--disable", "undo", "--add-dir", "/y", "hi"],
    ...["resume", "-c", "c=3", "--last", "--full-auto"],
  );
  assert.equal(args.model, "inner");
  assert.equal(args.sandboxMode, "read-only");
  assert.equal(args.cwd, "/w");
  assert.equal(args.profile, "prof");
  assert.equal(args.oss, true);
  assert.equal(args.localProvider, "ollama");
  assert.equal(args.fullAuto, true);
  assert.deepEqual(args.addDirs, ["/x", "/y"]);
  assert.deepEqual(args.configOverrides, [
    "a=1",
    'web_search="live"',
    "features.undo=true",
    "b=2",
    "features.undo=false",
    "c=3",
  ]);
});

Deno.test("resume: who is the session, who the prompt", async () => {
  const resume = async (...args: string[]) => {
    const { prompt, resume } = await read("exec", ...args);
    return [prompt, resume?.target, resume?.last, resume?.all];
  };
  assert.deepEqual(await resume("resume"), [null, null, false, false]);
  assert.deepEqual(await resume("resume", "id"), [null, "id", false, false]);
  assert.deepEqual(await resume("resume", "id", "text"), ["text", "id", false, false]);
  assert.deepEqual(await resume("resume", "--last", "text"), ["text", null, true, false]);
  assert.deepEqual(await resume("resume", "--last", "id", "text"), ["text", "id", true, false]);
  assert.deepEqual(await resume("early", "resume", "--last", "--all"), ["early", null, true, true]);
  assert.deepEqual(await resume("early", "resume", "id", "late"), ["late", "id", false, false]);
});

Deno.test("a prompt behind -i is found; whatever may be an image stays one", async () => {
  const split = async (...args: string[]) => {
    const { images, prompt } = await read("exec", ...args);
    return [images, prompt];
  };
  assert.deepEqual(await split("-i", "a.png", "describe this"), [["a.png"], "describe this"]);
  assert.deepEqual(await split("-i", "a.png", "word"), [["a.png"], "word"]);
  assert.deepEqual(await split("-i", "a.png", "-"), [["a.png"], "-"]);
  assert.deepEqual(await split("-i", "a.png", "b.jpg", "first, then b.jpg please"), [
    ["a.png", "b.jpg"],
    "first, then b.jpg please",
  ]);
  // Names: an existing file, a misspelt image, a list, the only word.
  assert.deepEqual(await split("-i", "a.png", "notes"), [["a.png", "notes"], null]);
  assert.deepEqual(await split("-i", "a.png", "missing.PNG"), [["a.png", "missing.PNG"], null]);
  assert.deepEqual(await split("-i", "x", "y,a.png"), [["x", "y", "a.png"], null]);
  assert.deepEqual(await split("-i", "what is this"), [["what is this"], null]);
  assert.deepEqual(await split("-i", "a.png", "-i", "text here"), [["a.png", "text here"], null]);
  // With a prompt given, nothing is guessed.
  assert.deepEqual(await split("text", "-i", "a.png", "more"), [["a.png", "more"], "text"]);
  assert.deepEqual(await split("-i", "a.png", "more", "--", "text"), [["a.png", "more"], "text"]);
});

Deno.test("a feature that nobody knows is refused", async () => {
  await assert.rejects(read("exec", "--enable", "nope", "hi"), /Unknown feature flag: nope/);
});
