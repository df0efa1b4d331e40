import assert from "node:assert/strict";
import { join } from "node:path";
import { AuthHome, codeOf } from "../../tests/support/auth_home.ts";
import type { AuthManager } from "./manager.ts";

const NEVER = new AbortController().signal;

async function recover(auth: AuthManager): Promise<string | null> {
  const code = await codeOf(auth.afterRejection(await auth.get(NEVER), NEVER));
  return code ?? (await auth.get(NEVER)).authorization;
}

async function names(home: AuthHome): Promise<string[]> {
  const all = await Array.fromAsync(Deno.readDir(home.path), ({ name }) => name);
  return all.filter((name) => !name.endsWith(".lock")).sort();
}

Deno.test("between the answer and the journal on the disk no file has to be opened, found or made", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("old");
  const { open, stat, lstat } = Deno;
  const fail = () => Promise.reject(new Error("not now"));
  let journaled = "";
  await using auth = await home.open({
    onStep: (step) => {
      if (step === "after_answer") Object.assign(Deno, { open: fail, stat: fail, lstat: fail });
      if (step !== "journaled") return;
      Object.assign(Deno, { open, stat, lstat });
      journaled = Deno.readTextFileSync(join(home.path, "auth.json.pending"));
    },
  });
  assert.equal(await recover(auth), "Bearer renewed-1");
  assert.match(journaled, /"refresh_token": "rt-1"/);
  assert.equal(await Deno.readTextFile(home.file), journaled);
  assert.deepEqual(await names(home), ["auth.json"]);
});

Deno.test("a journal that somebody removes while the authority is asked: the login is stored all the same", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("old");
  await using auth = await home.open({
    onStep: async (step) => {
      if (step === "after_answer") await Deno.remove(join(home.path, "auth.json.pending"));
    },
  });
  assert.equal(await recover(auth), "Bearer renewed-1");
  assert.match(await Deno.readTextFile(home.file), /"refresh_token": "rt-1"/);
});

Deno.test("blanks behind a journal, as a crash may leave them, are no part of the record", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("renewed");
  const renewed = await Deno.readTextFile(home.file);
  await Deno.writeTextFile(join(home.path, "auth.json.pending"), renewed + " ".repeat(9000));
  await home.write(`${renewed}old"}`);
  await using auth = await home.open();
  assert.equal((await auth.get(NEVER)).authorization, "Bearer renewed");
  assert.deepEqual(JSON.parse(await Deno.readTextFile(home.file)), JSON.parse(renewed));
});

Deno.test("a refusal that cannot be written down is told as the refusal that it is", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("old");
  home.answer = () => Response.json({ error: { code: "refresh_token_expired" } }, { status: 401 });
  await using auth = await home.open({
    onStep: async (step) => {
      if (step !== "after_answer") return;
      await Deno.remove(join(home.path, "auth.refresh.json"));
      await Deno.mkdir(join(home.path, "auth.refresh.json", "x"), { recursive: true });
    },
  });
  assert.equal(await recover(auth), "token_expired");
  assert.deepEqual(await names(home), ["auth.json", "auth.refresh.json"]);
});
