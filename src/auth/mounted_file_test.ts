import assert from "node:assert/strict";
import { join } from "node:path";
import { canRun } from "../../tests/support/can_run.ts";

const mayMount = Deno.build.os === "linux" &&
  await canRun("unshare", ["--user", "--map-root-user", "--mount", "true"]);

/** Mounts `host` over `home/auth.json`, then runs the code with the folder as its argument; gives what it prints. */
async function withMounted(body: string): Promise<unknown> {
  const dir = await Deno.realPath(await Deno.makeTempDir({ prefix: "a mount " }));
  try {
    await Deno.mkdir(join(dir, "home"));
    for (const file of ["host", "new", "home/auth.json"]) {
      await Deno.writeTextFile(join(dir, file), `{"OPENAI_API_KEY":"${file}"}`);
    }
    const code = `
      import { isCutOff } from ${JSON.stringify(import.meta.resolve("./mounted_file.ts"))};
      import { deleteLogin, readStoredLogin, saveLogin } from
        ${JSON.stringify(import.meta.resolve("./login_writer.ts"))};
      const dir = Deno.args[0];
      const record = dir + "/home/auth.json";
      const place = { codexHome: dir + "/home", store: "file" };
      ${body}`;
    await Deno.writeTextFile(join(dir, "main.ts"), code);
    const script = `mount --bind "$1/host" "$1/home/auth.json" &&
      exec "$2" run -A --no-check "$1/main.ts" "$1"`;
    const { stdout, stderr } = await new Deno.Command("unshare", {
      args: ["-Urm", "sh", "-c", script, "sh", dir, Deno.execPath()],
    }).output();
    const text = new TextDecoder().decode(stdout);
    assert.notEqual(text, "", new TextDecoder().decode(stderr));
    return JSON.parse(text);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function mounted(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name} (needs unshare)`, ignore: !mayMount, fn });
}

mounted(
  "a mounted record whose origin was replaced is out of date, until somebody writes it",
  async () => {
    const seen = await withMounted(`
    const past = new Date(Date.now() - 60_000);
    await Deno.utime(record, past, past);
    const seen = [await isCutOff(record)];
    await Deno.rename(dir + "/new", dir + "/host");
    seen.push(await isCutOff(record));
    await saveLogin(place, { kind: "api_key", apiKey: "sk-own" });
    seen.push(await isCutOff(record));
    console.log(JSON.stringify(seen));`);
    assert.deepEqual(seen, [false, true, false]);
  },
);

mounted(
  "a mounted record is logged out of by emptying it, and can be logged in to again",
  async () => {
    const seen = await withMounted(`
    const seen = [(await deleteLogin(place)).existed, await readStoredLogin(place)];
    seen.push(await Deno.readTextFile(dir + "/host"), (await deleteLogin(place)).existed);
    await saveLogin(place, { kind: "api_key", apiKey: "sk-own" });
    seen.push((await readStoredLogin(place)).apiKey);
    seen.push((await Deno.readTextFile(dir + "/host")).includes("sk-own"));
    console.log(JSON.stringify(seen));`);
    assert.deepEqual(seen, [true, null, "\n", false, "sk-own", true]);
  },
);
