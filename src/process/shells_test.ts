import assert from "node:assert/strict";
import {
  detectShell,
  modelShell,
  passwdShell,
  readPasswdShell,
  shellArgv,
  shellType,
} from "./shells.ts";

const windows = Deno.build.os === "windows";

async function withShells(names: string[], body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of names) {
      await Deno.writeTextFile(`${folder}/${name}`, "#!/bin/sh\n", { mode: 0o755 });
    }
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the kind of a shell is in its file's stem", () => {
  const kinds: [string, string | null][] = [
    ["/bin/zsh", "zsh"],
    ["bash", "bash"],
    ["/usr/bin/sh", "sh"],
    ["C:\\Program Files\\PowerShell\\7\\pwsh.exe", "powershell"],
    ["powershell", "powershell"],
    ["cmd.exe", "cmd"],
    ["/usr/bin/fish", null],
    ["zsh-5.9", null],
    ["", null],
  ];
  for (const [path, kind] of kinds) assert.equal(shellType(path), kind, path);
});

Deno.test("arguments of a login and of a plain call", () => {
  const argv = (type: Parameters<typeof shellArgv>[0]["type"], login: boolean) =>
    shellArgv({ type, path: "S" }, "x", login);
  for (const type of ["zsh", "bash", "sh"] as const) {
    assert.deepEqual(argv(type, true), ["S", "-lc", "x"]);
    assert.deepEqual(argv(type, false), ["S", "-c", "x"]);
  }
  assert.deepEqual(argv("powershell", true), ["S", "-Command", "x"]);
  assert.deepEqual(argv("powershell", false), ["S", "-NoProfile", "-Command", "x"]);
  assert.deepEqual(argv("cmd", true), ["S", "/c", "x"]);
  assert.deepEqual(argv("cmd", false), ["S", "/c", "x"]);
});

Deno.test({
  name: "the session's shell is the user's if we can call it (not on Windows)",
  ignore: windows,
  fn: async () => {
    await withShells(["zsh", "bash", "fish"], async (folder) => {
      const detect = (passwdShell: string | null, path: string) =>
        detectShell({ passwdShell, path });
      assert.deepEqual(await detect(`${folder}/zsh`, ""), { type: "zsh", path: `${folder}/zsh` });
      const customary = Deno.build.os === "darwin" ? "zsh" : "bash";
      const expected = { type: customary, path: `${folder}/${customary}` };
      assert.deepEqual(await detect(`${folder}/fish`, folder), expected);
      assert.deepEqual(await detect(null, folder), expected);
      assert.deepEqual(await detect("/gone/zsh", folder), { type: "zsh", path: `${folder}/zsh` });
    });
  },
});

Deno.test({
  name: "a model's shell: what it named, else the session's of that kind, else PATH, else sh",
  ignore: windows,
  fn: async () => {
    await withShells(["zsh", "bash"], async (folder) => {
      const session = { type: "bash", path: `${folder}/bash` } as const;
      const ask = (requested: string, path = "") => modelShell(requested, session, path);
      assert.deepEqual(await ask("fish"), { type: "sh", path: "/bin/sh" });
      assert.deepEqual(await ask(`${folder}/zsh`), { type: "zsh", path: `${folder}/zsh` });
      assert.deepEqual(await ask("/no/such/bash"), session);
      assert.deepEqual(await ask("bash"), session);
      assert.deepEqual(await ask("/no/such/zsh", folder), { type: "zsh", path: `${folder}/zsh` });
      assert.deepEqual(await ask("powershell"), { type: "sh", path: "/bin/sh" });
    });
  },
});

Deno.test("the password file names a shell for a user id", () => {
  const file = "root:x:0:0:root:/root:/bin/bash\n# note\nu:x:1000:1000::/home/u:/usr/bin/zsh\n" +
    "other:x:1000:1000::/:/bin/sh\nnone:x:7:7::/:\nbroken:x:8\n";
  assert.equal(passwdShell(file, 0), "/bin/bash");
  assert.equal(passwdShell(file, 1000), "/usr/bin/zsh");
  assert.equal(passwdShell(file, 7), null);
  assert.equal(passwdShell(file, 8), null);
  assert.equal(passwdShell(file, 9), null);
});

Deno.test({
  name: "the user's own entry is read (not on Windows)",
  ignore: windows,
  fn: async () => {
    const text = await Deno.readTextFile("/etc/passwd");
    assert.equal(await readPasswdShell(), passwdShell(text, Deno.uid()!));
  },
});
