import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { findThreadById, findThreadByName, type LatestQuery, latestThread } from "./lookup.ts";
import { rolloutPath } from "./path.ts";
import { readThreadName } from "./thread_names.ts";

const A = "01a20b42-3e7a-7f12-864d-ec5296f64ba8"; // Made on 24 November 2026, 01:53:40 UTC.
const B = "01a20b50-372d-76f0-9237-29cd3b6052ef";
const V4 = "5973b6c0-94b8-487b-a530-2aeb6098ae0e";

class Home implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<Home> {
    return new Home(await Deno.realPath(await Deno.makeTempDir({ prefix: "rollout-" })));
  }

  /** Puts a session on disk; `changed` = seconds since the epoch. */
  async session(
    id: string,
    start: Date,
    { changed = 1000, meta = {}, prompt = true }: {
      changed?: number;
      meta?: object;
      prompt?: boolean;
    } = {},
  ): Promise<string> {
    const path = rolloutPath(this.path, start, id);
    await Deno.mkdir(dirname(path), { recursive: true });
    const lines = [
      { type: "session_meta", payload: { id, cwd: this.path, source: "cli", ...meta } },
      ...(prompt ? [{ type: "event_msg", payload: { type: "user_message", message: "hi" } }] : []),
    ];
    await Deno.writeTextFile(
      path,
      lines.map((line) => JSON.stringify({ timestamp: "", ...line }) + "\n").join(""),
    );
    await Deno.utime(path, changed, changed);
    return path;
  }

  async names(...entries: readonly (readonly [string, string])[]): Promise<void> {
    const lines = entries.map(([id, name]) =>
      JSON.stringify({ id, thread_name: name, updated_at: "" }) + "\n"
    );
    await Deno.writeTextFile(join(this.path, "session_index.jsonl"), lines.join(""), {
      append: true,
    });
  }

  async latest(query: Partial<LatestQuery> = {}): Promise<string | undefined> {
    const found = await latestThread({
      codexHome: this.path,
      cwd: null,
      provider: null,
      sources: ["cli", "vscode", "exec"],
      ...query,
    });
    return found?.id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

Deno.test("by id: in its own day, in any other, in any case of letters", async () => {
  await using home = await Home.make();
  const own = await home.session(A, new Date(0x01a20b423e7a));
  const elsewhere = await home.session(B, new Date(2021, 0, 1));
  const old = await home.session(V4, new Date(2020, 5, 1));
  assert.deepEqual(await findThreadById(home.path, A), { id: A, path: own });
  assert.deepEqual(await findThreadById(home.path, A.toUpperCase()), { id: A, path: own });
  assert.deepEqual(await findThreadById(home.path, B), { id: B, path: elsewhere });
  assert.deepEqual(await findThreadById(home.path, V4), { id: V4, path: old });
});

Deno.test("by id: unknown, malformed and archived ones are not found; ignore rules do not matter", async () => {
  await using home = await Home.make();
  assert.equal(await findThreadById(home.path, A), null);
  assert.equal(await findThreadById(home.path, "../../etc"), null);
  const path = await home.session(A, new Date(2026, 0, 1));
  await Deno.writeTextFile(join(home.path, ".gitignore"), "*\n");
  assert.equal((await findThreadById(home.path, A))?.path, path);
  await Deno.mkdir(join(home.path, "archived_sessions"));
  await Deno.rename(
    path,
    join(home.path, "archived_sessions", `rollout-2026-01-01T00-00-00-${A}.jsonl`),
  );
  assert.equal(await findThreadById(home.path, A), null);
});

Deno.test("by name: the newest name of a thread holds, an older one is forgotten", async () => {
  await using home = await Home.make();
  await home.session(A, new Date(2026, 0, 1));
  await home.session(B, new Date(2026, 0, 2));
  assert.equal(await findThreadByName(home.path, "x"), null);
  await home.names([A, "x"], [B, "x"], [B, "y"]);
  await Deno.writeTextFile(join(home.path, "session_index.jsonl"), "{torn\n\n", { append: true });
  assert.equal((await findThreadByName(home.path, "x"))?.id, A);
  assert.equal((await findThreadByName(home.path, "y"))?.id, B);
  assert.equal(await readThreadName(home.path, B), "y");
  assert.equal(await readThreadName(home.path, V4), null);
});

Deno.test("by name: a thread whose file is gone gives way to another of that name", async () => {
  await using home = await Home.make();
  await home.session(A, new Date(2026, 0, 1));
  await home.names([A, "x"], [B, "x"]);
  assert.equal((await findThreadByName(home.path, "x"))?.id, A);
});

Deno.test("latest: by change, not by start; of equals the younger id", async () => {
  await using home = await Home.make();
  assert.equal(await home.latest(), undefined);
  await home.session(A, new Date(2026, 0, 1), { changed: 3000 });
  await home.session(B, new Date(2026, 0, 2), { changed: 2000 });
  assert.equal(await home.latest(), A);
  await home.session(V4, new Date(2025, 0, 3), { changed: 3000 });
  assert.equal(await home.latest(), V4);
});

Deno.test("latest: sub-agents, other providers, unprompted sessions and other folders do not count", async () => {
  await using home = await Home.make();
  await home.session(A, new Date(2026, 0, 1), { meta: { model_provider: "p" } });
  await home.session(B, new Date(2026, 0, 2), {
    changed: 2000,
    meta: { source: { subagent: "review" } },
  });
  assert.equal(await home.latest(), A);
  await home.session(B, new Date(2026, 0, 2), { changed: 2000, prompt: false });
  assert.equal(await home.latest(), A);
  await home.session(B, new Date(2026, 0, 2), { changed: 2000, meta: { model_provider: "q" } });
  assert.equal(await home.latest(), B);
  assert.equal(await home.latest({ provider: "p" }), A);
  await home.session(B, new Date(2026, 0, 2), { changed: 2000 });
  assert.equal(await home.latest({ provider: "p" }), B, "no provider is noted");
  await home.session(B, new Date(2026, 0, 2), { changed: 2000, meta: { cwd: "/elsewhere" } });
  assert.equal(await home.latest({ cwd: "/elsewhere" }), B);
  assert.equal(await home.latest({ cwd: home.path }), A);
});

Deno.test("latest: a folder is the same under every name that leads to it", async () => {
  await using home = await Home.make();
  await home.session(A, new Date(2026, 0, 1));
  const link = join(home.path, "link");
  await Deno.symlink(home.path, link);
  assert.equal(await home.latest({ cwd: link }), A);
});
