import assert from "node:assert/strict";
import { join } from "node:path";
import { programUnderTest } from "./support/program.ts";
import { runCodex } from "./support/run_codex.ts";
import { probeBoth } from "./support/sandbox_rig.ts";
import { openStage, type Stage } from "./support/stage.ts";

/** What a program needs of the real folder. */
const KEPT = ["passwd", "group", "nsswitch.conf", "ld.so.cache", "ssl", "alternatives"];

const probed = Deno.build.os === "linux" ? await probeBoth() : null;

async function run(argv: readonly string[], cwd: string): Promise<string> {
  const [program = "", ...args] = argv;
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Files over HTTP, by a name that leads to this machine; what was asked for, with the host that was named. */
function serveFiles(folder: string) {
  const asked: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, host } = new URL(request.url);
      asked.push(`${host.split(":")[0]} ${pathname}`);
      try {
        return new Response(await Deno.readFile(join(folder, pathname)));
      } catch {
        return new Response("not there", { status: 404 });
      }
    },
  );
  return {
    port: server.addr.port,
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A repository and a package, as a plain web server has them. */
async function publish(folder: string, base: string): Promise<void> {
  const source = join(folder, "source");
  await Deno.mkdir(source, { recursive: true });
  await Deno.writeTextFile(join(source, "file"), "from the repository\n");
  const git = [
    "git",
    "-c",
    "user.name=x",
    "-c",
    "user.email=x@y.z",
    "-c",
    "init.defaultBranch=main",
  ];
  await run([...git, "init", "-q"], source);
  await run([...git, "add", "."], source);
  await run([...git, "commit", "-qm", "one"], source);
  await run(["git", "clone", "-q", "--bare", source, join(folder, "repo.git")], folder);
  await run(["git", "update-server-info"], join(folder, "repo.git"));
  const packed = join(folder, "package");
  await Deno.mkdir(packed);
  const manifest = { name: "small-thing", version: "1.0.0", main: "index.js" };
  await Deno.writeTextFile(join(packed, "package.json"), JSON.stringify(manifest));
  await Deno.writeTextFile(join(packed, "index.js"), 'module.exports = "from the registry";\n');
  await run(["tar", "-czf", "thing.tgz", "package"], folder);
  const dist = { tarball: `${base}/thing.tgz` };
  await Deno.writeTextFile(
    join(folder, "small-thing"),
    JSON.stringify({
      name: manifest.name,
      "dist-tags": { latest: "1.0.0" },
      versions: { "1.0.0": { ...manifest, dist } },
    }),
  );
  await Deno.writeTextFile(join(folder, "page"), "from the page\n");
}

/** Runs `codex sandbox` on a machine whose administrator requires the proxy, and whose hosts file knows two names. */
async function sandboxed(stage: Stage, path: string, script: string) {
  const etc = join(stage.root, "etc");
  await Deno.mkdir(join(etc, "codex"), { recursive: true });
  for (const name of KEPT) await run(["cp", "-a", `/etc/${name}`, etc], "/").catch(() => {});
  await Deno.writeTextFile(
    join(etc, "hosts"),
    "127.0.0.1 localhost allowed.test denied.test other.test\n",
  );
  await Deno.writeTextFile(
    join(etc, "codex", "requirements.toml"),
    '[experimental_network]\nenabled = true\nallowed_domains = ["*.test"]\n' +
      'denied_domains = ["denied.test"]\n',
  );
  const { argv, env } = programUnderTest();
  const program = {
    argv: ["/usr/bin/bwrap", "--dev-bind", "/", "/", "--ro-bind", etc, "/etc", "--", ...argv],
    env,
  };
  const words = ["sandbox", "linux", "--full-auto", "--", "/bin/sh", "-ec", script];
  return await runCodex(stage, { args: words, program, env: { PATH: path } });
}

const found = async (name: string) => {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    if (await Deno.stat(join(folder, name)).then(() => true, () => false)) return folder;
  }
  return null;
};
const folders = await Promise.all(["curl", "git", "npm", "node"].map(found));
const able = folders.every((folder) => folder !== null);
const PATH = [...new Set([...folders, "/usr/bin", "/bin"])].join(":");

Deno.test({
  name: `network clients: curl, git and npm reach what is allowed through the proxy${
    able ? probed?.bubblewrap.reason ?? " (ignored: not Linux)" : " (ignored: needs curl, git, npm)"
  }`,
  ignore: !able || (probed?.bubblewrap.ignore ?? true),
  fn: async () => {
    await using stage = await openStage({ git: false });
    const folder = join(stage.root, "site");
    await using site = serveFiles(folder);
    const base = `http://allowed.test:${site.port}`;
    await publish(folder, base);
    const result = await sandboxed(
      stage,
      PATH,
      `
      curl -sS ${base}/page
      curl -s -o /dev/null -w '%{http_code} %header{x-proxy-error}\\n' http://denied.test:${site.port}/page
      curl -sS --socks5-hostname "\${ALL_PROXY#socks5h://}" ${base}/page
      curl -sS --proxytunnel ${base}/page
      git clone -q ${base}/repo.git cloned && cat cloned/file
      git ls-remote http://denied.test:${site.port}/repo.git 2>&1 | grep -o 'error: 403' || echo "git got past"
      npm install --silent --no-audit --no-fund --cache "$PWD/cache" --registry ${base}/ small-thing
      node -p 'require("small-thing")'
      curl -s --noproxy '*' --max-time 5 ${base}/page || echo "no way past"`,
    );
    assert.deepEqual(result.stdout.split("\n"), [
      "from the page",
      "403 blocked-by-denylist",
      "from the page",
      "from the page",
      "from the repository",
      "error: 403",
      "from the registry",
      "no way past",
      "",
    ], result.stderr);
    // Asked for by two clients, told once.
    assert.deepEqual(result.stderr.split("\n").filter((line) => line.startsWith("codex:")), [
      'codex: Network access to "denied.test" was blocked: the host is on the deny list.',
    ]);
    assert.ok(site.asked.every((line) => line.startsWith("allowed.test ")), site.asked.join("\n"));
  },
});

Deno.test({
  name: `network clients: without a network namespace there is no network, and that is said${
    probed?.landlock.reason ?? " (ignored: not Linux)"
  }`,
  ignore: (probed?.landlock.ignore ?? true) || (probed?.bubblewrap.ignore ?? true) ||
    folders[0] === null,
  fn: async () => {
    await using stage = await openStage({ git: false });
    const folder = join(stage.root, "site");
    await Deno.mkdir(folder);
    await Deno.writeTextFile(join(folder, "page"), "from the page\n");
    await using site = serveFiles(folder);
    const script = `PATH=/usr/bin:/bin; curl -sS http://allowed.test:${site.port}/page`;
    const result = await sandboxed(stage, "/nowhere", script);
    assert.notEqual(result.code, 0);
    assert.equal(result.stdout, "");
    assert.match(result.stderr, /not enforced: .*network_proxy/);
    assert.deepEqual(site.asked, []);
  },
});
