import { sandboxBackends } from "../../sandbox/mod.ts";
import { ok, problem, skipped, warning } from "../finding.ts";
import { outputOf, programsOnPath } from "../programs.ts";
import type { Check } from "../run_checks.ts";

const ISOLATE = "Run codex inside a container or virtual machine that walls it off.";

const backend: Check = {
  id: "sandbox.backend",
  area: "sandbox",
  async run({ around }) {
    const { explainBackend } = await sandboxBackends();
    const { backend, checks, unenforced, advice } = await explainBackend({
      path: around.env["PATH"] ?? "",
      cwd: around.cwd ?? "/",
      self: around.self,
    });
    const details = [
      ...checks.map(({ name, ok, detail }) => `${name}: ${ok ? "yes" : "no"}, ${detail}`),
      ...unenforced.map(({ code, message }) => `not enforced, ${code}: ${message}`),
    ];
    switch (backend.kind) {
      case "unavailable":
        return problem(
          `commands cannot be confined: ${backend.reason}`,
          advice ?? ISOLATE,
          details,
        );
      case "landlock":
        return warning(
          `commands are confined by landlock, the weaker of two ways: ${backend.reason}`,
          advice ?? "Install bubblewrap.",
          details,
        );
      default:
        return ok(`commands are confined by ${backend.kind}: ${backend.reason}`, details);
    }
  },
};

const bubblewrap: Check = {
  id: "sandbox.bubblewrap",
  area: "sandbox",
  async run({ around }, signal) {
    if (Deno.build.os !== "linux") return skipped("bubblewrap is for Linux");
    const [program] = await programsOnPath("bwrap", around.env["PATH"] ?? "");
    if (program === undefined) {
      return warning(
        "bwrap is not on the search path",
        "Install bubblewrap (the package is called bubblewrap everywhere).",
      );
    }
    const version = await outputOf(program, ["--version"], { env: around.env, signal });
    return version === null
      ? problem(`${program} cannot be started`, "Install bubblewrap anew.")
      : ok(`${version} at ${program}`);
  },
};

/** Settings of the kernel that decide who may make user namespaces, and the value that keeps them from everybody. */
const SETTINGS = [
  {
    file: "user/max_user_namespaces",
    key: "user.max_user_namespaces",
    forbids: "0",
    wanted: 15000,
  },
  {
    file: "kernel/unprivileged_userns_clone",
    key: "kernel.unprivileged_userns_clone",
    forbids: "0",
    wanted: 1,
  },
  {
    file: "kernel/apparmor_restrict_unprivileged_userns",
    key: "kernel.apparmor_restrict_unprivileged_userns",
    forbids: "1",
    wanted: 0,
  },
] as const;

const namespaces: Check = {
  id: "sandbox.namespaces",
  area: "sandbox",
  async run({ around }, signal) {
    if (Deno.build.os !== "linux") return skipped("user namespaces are a matter of Linux");
    const cat = await programsOnPath("cat", "/usr/bin:/bin:/run/current-system/sw/bin");
    if (cat[0] === undefined) return skipped("the kernel's settings cannot be read here");
    const details: string[] = [];
    let forbidding: typeof SETTINGS[number] | null = null;
    for (const setting of SETTINGS) {
      // The runtime itself does not open files of /proc; a program may.
      const args = [`/proc/sys/${setting.file}`];
      const value = await outputOf(cat[0], args, { env: around.env, signal });
      if (value === null) continue;
      details.push(`${setting.key} = ${value}`);
      if (value === setting.forbids) forbidding ??= setting;
    }
    if (forbidding === null) return ok("the kernel lets users make namespaces", details);
    if (Deno.uid() === 0) {
      return ok(`${forbidding.key} keeps users from making namespaces, but not root`, details);
    }
    return warning(
      `${forbidding.key} keeps users from making namespaces, which bubblewrap does`,
      `Run: sudo sysctl ${forbidding.key}=${forbidding.wanted}, or give bwrap a profile that may.`,
      details,
    );
  },
};

export const SANDBOX_CHECKS: readonly Check[] = [backend, bubblewrap, namespaces];
