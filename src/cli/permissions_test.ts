import assert from "node:assert/strict";

Deno.test("what a command does not need is given back", async () => {
  const permissions = new URL("./permissions.ts", import.meta.url).href;
  const script = `
    import { keepOnly } from ${JSON.stringify(permissions)};
    const state = async (name) => (await Deno.permissions.query({ name })).state === "granted";
    const names = ["read", "write", "net", "env", "run", "sys", "ffi"];
    const granted = async () => {
      const states = await Promise.all(names.map(state));
      return names.filter((_, index) => states[index]);
    };
    const before = await granted();
    await keepOnly(["read", "env"]);
    console.log(JSON.stringify([before.length, await granted()]));
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", "--no-lock", "--no-prompt", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const { stdout } = await child.output();
  assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), [7, ["read", "env"]]);
});
