import { readOsFacts } from "../../platform/mod.ts";
import { ok, skipped, warning } from "../finding.ts";
import { programsOnPath } from "../programs.ts";
import type { Check } from "../run_checks.ts";
import type { Surroundings } from "../types.ts";

const program: Check = {
  id: "install.program",
  area: "install",
  async run({ around }) {
    const { os, arch } = await readOsFacts();
    const kind = around.isCompiled ? "compiled" : "from source";
    return ok(`codex-cli ${around.version}, ${kind}, on ${os} (${arch})`, [
      `started as: ${around.self.argv.join(" ")}`,
      `runtime: Deno ${Deno.version.deno}`,
      `installed by: ${managerOf(around) ?? "hand (no package manager says that it did)"}`,
    ]);
  },
};

const path: Check = {
  id: "install.path",
  area: "install",
  async run({ around }) {
    const found = await programsOnPath("codex", around.env["PATH"] ?? "");
    const [first] = found;
    if (first === undefined) {
      return ok("no codex on the search path; this one was started by its full name");
    }
    const details = found.map((file, at) => `${at === 0 ? "first" : "then"}: ${file}`);
    const own = around.self.argv[0] ?? "";
    if (!around.isCompiled) return ok(`run from source; the search path has ${first}`, details);
    const target = await realPath(first);
    // The package managers put a script there that starts this program.
    const launched = managerOf(around) !== null && /\.[cm]?js$|\.cmd$/.test(target);
    if (launched || target === await realPath(own)) return ok(`codex is ${first}`, details);
    return warning(
      `codex on the search path is another one: ${first}`,
      `Remove ${first}, or put the folder of ${own} before it in PATH.`,
      details,
    );
  },
};

const update: Check = {
  id: "install.update",
  area: "install",
  run: () => Promise.resolve(skipped("whether there is a newer version is not looked up")),
};

/** Who installed it: the launchers of both packages say so. */
function managerOf({ env }: Surroundings): "npm" | "bun" | null {
  if (env["CODEX_MANAGED_BY_NPM"]) return "npm";
  return env["CODEX_MANAGED_BY_BUN"] ? "bun" : null;
}

async function realPath(file: string): Promise<string> {
  return await Deno.realPath(file).catch(() => file);
}

export const INSTALL_CHECKS: readonly Check[] = [program, path, update];
