import assert from "node:assert/strict";
import { join } from "node:path";
import { probeBoth, SELF } from "../../tests/support/sandbox_rig.ts";
import { writeProgram } from "../../tests/support/write_program.ts";
import { probeSandbox } from "./probe.ts";

const onLinux = Deno.build.os === "linux";
const probed = onLinux ? await probeBoth() : null;

interface Options {
  readonly ignore: boolean;
  readonly reason: string;
}

function test(
  name: string,
  { ignore, reason }: Options,
  body: (folder: string) => Promise<void>,
): void {
  Deno.test({
    name: `probe: ${name}${reason}`,
    ignore,
    fn: async () => {
      const folder = await Deno.realPath(await Deno.makeTempDir());
      try {
        await body(folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

const linux = { ignore: !onLinux, reason: onLinux ? "" : " (ignored: not Linux)" };
const bubblewrap = probed?.bubblewrap ?? linux;

/** A program by the name of bubblewrap that leaves a trace when it is run. */
async function plant(folder: string, status: number): Promise<string> {
  const ran = join(folder, "ran");
  const script = `#!/bin/sh\necho ran >> ${ran}\necho 'no namespaces' >&2\nexit ${status}\n`;
  await Deno.mkdir(join(folder, "bin"));
  await writeProgram(join(folder, "bin/bwrap"), script);
  return ran;
}

async function runs(trace: string): Promise<number> {
  const text = await Deno.readTextFile(trace).catch(() => "");
  return text.split("\n").length - 1;
}

test("a bubblewrap that works is chosen", bubblewrap, async () => {
  const backend = probed?.bubblewrap.backend;
  assert.equal(backend?.kind === "bubblewrap" && backend.program.startsWith("/"), true);
  await Promise.resolve();
});

test("one where commands may write is not even started", linux, async (folder) => {
  const trace = await plant(folder, 0);
  const options = { path: `${folder}/bin:bin:`, self: SELF, cacheDir: null };
  const inside = await probeSandbox({ ...options, cwd: folder });
  assert.notEqual(inside.kind, "bubblewrap");
  await Deno.symlink(folder, `${folder}-link`);
  const writable = [`${folder}-link/bin`];
  const named = await probeSandbox({ ...options, cwd: "/nonexistent", writable });
  await Deno.remove(`${folder}-link`);
  assert.notEqual(named.kind, "bubblewrap");
  assert.equal(await runs(trace), 0);
  const outside = await probeSandbox({ ...options, cwd: "/nonexistent" });
  assert.equal(outside.kind === "bubblewrap" && outside.program, join(folder, "bin/bwrap"));
});

test("one that does not work gives way, and its reason is told", linux, async (folder) => {
  await plant(folder, 1);
  const options = { path: `${folder}/bin`, cwd: "/nonexistent", self: SELF, cacheDir: null };
  const backend = await probeSandbox(options);
  assert.notEqual(backend.kind, "bubblewrap");
  assert.ok(backend.reason.includes("no namespaces"));
});

test("one that takes its time is waited for", linux, async (folder) => {
  const trace = await plant(folder, 0);
  const program = join(folder, "bin/bwrap");
  const slow = (await Deno.readTextFile(program)).replace("exit 0", "sleep 0.6\nexit 0");
  await writeProgram(program, slow.replace("#!/bin/sh", "#!/bin/sh\nPATH=/usr/bin:/bin"));
  const options = { path: `${folder}/bin`, cwd: "/nonexistent", self: SELF, cacheDir: null };
  assert.equal((await probeSandbox(options)).kind, "bubblewrap");
  assert.equal(await runs(trace), 1);
});

test("success is remembered until the program changes, failure is not", linux, async (folder) => {
  const trace = await plant(folder, 0);
  const program = join(folder, "bin/bwrap");
  const cacheDir = join(folder, "cache");
  const probe = () =>
    probeSandbox({ path: `${folder}/bin`, cwd: "/nonexistent", self: SELF, cacheDir });
  assert.equal((await probe()).kind, "bubblewrap");
  assert.equal((await probe()).kind, "bubblewrap");
  assert.equal(await runs(trace), 1);
  const [cached] = [...Deno.readDirSync(cacheDir)];
  const info = await Deno.stat(join(cacheDir, cached?.name ?? ""));
  assert.equal((info.mode ?? 0) & 0o777, 0o600);

  const broken = (await Deno.readTextFile(program)).replace("exit 0", "exit 12");
  await writeProgram(program, broken);
  assert.notEqual((await probe()).kind, "bubblewrap");
  assert.notEqual((await probe()).kind, "bubblewrap");
  assert.equal(await runs(trace), 3);
});

if (!onLinux) {
  test("other systems are told plainly", { ignore: false, reason: "" }, async (folder) => {
    const backend = await probeSandbox({ path: "", cwd: folder, self: SELF, cacheDir: null });
    assert.equal(backend.kind, "unavailable");
  });
}
