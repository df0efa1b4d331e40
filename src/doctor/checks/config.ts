import { join } from "node:path";
import {
  type Config,
  ConfigError,
  type ConfigErrorCode,
  type ConfigLayers,
  sourceName,
} from "../../config/mod.ts";
import { ok, problem, reasonOf, skipped, warning } from "../finding.ts";
import type { Check } from "../run_checks.ts";
import { shownLine } from "../secrets.ts";
import type { Finding } from "../types.ts";
import { exposure } from "../modes.ts";

const home: Check = {
  id: "config.home",
  area: "config",
  async run({ around, codexHome }) {
    const found = await codexHome();
    const variable = around.env["CODEX_HOME"] ?? "";
    if (!found.ok) {
      return problem(
        reasonOf(found.error),
        variable === ""
          ? "Set HOME, or CODEX_HOME to a folder that exists."
          : "Make that folder, or unset CODEX_HOME.",
      );
    }
    const origin = variable === "" ? "the default" : "by CODEX_HOME";
    const info = await Deno.stat(found.value).catch(() => null);
    if (info === null) return ok(`${found.value} (${origin}), made by the first run`);
    if (info.isDirectory) return ok(`${found.value} (${origin})`);
    return problem(
      `${found.value} is not a folder`,
      "Move the file away, or set CODEX_HOME to a folder.",
    );
  },
};

const permissions: Check = {
  id: "config.permissions",
  area: "config",
  async run({ codexHome }) {
    const found = await codexHome();
    if (!found.ok) return skipped("there is no CODEX_HOME to look at");
    const folder = await exposure(found.value);
    if (folder === "unknown") return skipped("this system has no such permissions");
    if (folder === "absent") return skipped("the folder does not exist yet");
    if (folder.foreignOwner) {
      return problem(
        `${found.value} belongs to another user`,
        `Run: sudo chown -R "$(id -un)" ${found.value}`,
      );
    }
    if (folder.othersWrite) {
      return problem(
        `${found.value} can be written to by others (mode ${folder.mode})`,
        `Run: chmod 700 ${found.value}`,
      );
    }
    const file = join(found.value, "config.toml");
    const config = await exposure(file);
    if (typeof config !== "string" && config.othersWrite && folder.othersEnter) {
      return problem(
        `${file} can be written to by others (mode ${config.mode})`,
        `Run: chmod 600 ${file}`,
      );
    }
    if (folder.othersEnter || folder.othersRead) {
      return warning(
        `${found.value} is open to others (mode ${folder.mode}): sessions and logs lie in it`,
        `Run: chmod 700 ${found.value}`,
      );
    }
    return ok(`only you can read ${found.value} (mode ${folder.mode})`);
  },
};

const file: Check = {
  id: "config.load",
  area: "config",
  async run({ codexHome, config }) {
    if (!(await codexHome()).ok) return skipped("there is no CODEX_HOME to read it from");
    const loaded = await config();
    if (!loaded.ok) return loadFailure(loaded.error);
    const notices = loaded.value.startupNotices.map((notice) =>
      notice.type === "warning"
        ? notice.message
        : [notice.summary, notice.details].filter((part) => part !== null).join(" ")
    );
    const { provider, model, approvalPolicy, sandboxPolicy } = loaded.value;
    const facts = [
      `model: ${model ?? "the default"}, from ${provider.id}`,
      `approval: ${approvalPolicy}, sandbox: ${sandboxPolicy.type}`,
    ];
    return notices.length === 0 ? ok("the configuration loads", facts) : warning(
      `the configuration loads, with ${notices.length} notice${notices.length === 1 ? "" : "s"}`,
      "Change the configuration as the notices say.",
      [...facts, ...notices],
    );
  },
};

const layers: Check = {
  id: "config.layers",
  area: "config",
  async run(scene) {
    const found = await scene.layers();
    if (!found.ok) return skipped("the configuration does not load");
    const { stack } = found.value;
    const loaded = await scene.config();
    const required = loaded.ok ? requirementLines(loaded.value.requirements) : [];
    const details = [...stack.filter(isThere).map(layerLine), ...required];
    const counting = stack.filter((layer) => isThere(layer) && layer.disabledReason === null);
    const off = stack.filter(({ disabledReason }) => disabledReason !== null);
    const summary = counting.length === 0
      ? "nothing is set: the defaults count"
      : `${counting.length} ${counting.length === 1 ? "source counts" : "sources count"}`;
    return off.length === 0 ? ok(summary, details) : warning(
      `${summary}, and ${off.length} of a project ${off.length === 1 ? "does" : "do"} not`,
      "Trust the project in config.toml, if you know who wrote its files.",
      details,
    );
  },
};

type Layer = ConfigLayers["stack"][number];

function isThere({ text, table }: Layer): boolean {
  return text !== null || Object.keys(table).length > 0;
}

function layerLine({ type, file, table, disabledReason, inherited }: Layer): string {
  const keys = Object.keys(table);
  const where = file ?? (type === "session" ? "the command line" : "managed preferences");
  if (disabledReason !== null) return `${type}, off: ${disabledReason}`;
  const ignored = (inherited?.ignored ?? []).map((path) => path.join("."));
  return `${type}: ${where} (${keys.length === 0 ? "empty" : keys.join(", ")})${
    ignored.length === 0 ? "" : `, ignored: ${ignored.join(", ")}`
  }`;
}

/** What an administrator limits, and where that is written. */
function requirementLines(required: Config["requirements"]): string[] {
  const limited = [
    ["approval_policy", required.approvalPolicy.allowed],
    ["sandbox_mode", required.sandboxMode.allowed],
    ["web_search", required.webSearchMode.allowed],
    ["mcp_servers", required.mcpServers],
    ["rules", required.rules],
    ["residency", required.residency],
    ["network", required.experimentalNetwork],
  ] as const;
  return limited.flatMap(([name, limit]) =>
    limit === null ? [] : [`required: ${name}, by ${sourceName(limit.source)}`]
  );
}

const profile: Check = {
  id: "config.profile",
  area: "config",
  async run({ config }) {
    const loaded = await config();
    if (loaded.ok) {
      const { profile } = loaded.value;
      return ok(profile === null ? "no profile is active" : `the profile "${profile}" is active`);
    }
    if (loaded.error instanceof ConfigError && loaded.error.code === "unknown_profile") {
      return problem(loaded.error.message, remedyOf(loaded.error));
    }
    return skipped("the configuration does not load");
  },
};

/** What to do about each kind of broken configuration. */
const REMEDIES: Readonly<Partial<Record<ConfigErrorCode, string>>> = {
  codex_home: "Make that folder, or unset CODEX_HOME.",
  unreadable_file: "Make the file readable, or take away the key that names it.",
  empty_file: "Write something into the file, or take away the key that names it.",
  invalid_toml: "Mend the line that is shown.",
  invalid_value: "Give the key a value of the kind that is asked for; docs/config.md lists them.",
  missing_value: "Add the key that is missing.",
  untrusted_key: "Take the keys out, or trust the folder as the message says.",
  invalid_override: "Write -c KEY=VALUE.",
  unknown_feature: "Run `codex features list` for the names.",
  unknown_profile: "Define it under [profiles.NAME], or choose another one with `profile` or -p.",
  unknown_provider: "Define it under [model_providers.NAME], or choose another `model_provider`.",
  invalid_requirements: "Ask who runs this machine to mend the requirements.",
  no_local_provider: "Set oss_provider to ollama or lmstudio.",
};

function remedyOf({ code }: ConfigError): string {
  return REMEDIES[code] ?? "Change the configuration as the message says.";
}

/** The place and the reason, and the line itself as far as it holds no secret. */
function loadFailure(error: unknown): Finding {
  if (!(error instanceof ConfigError)) {
    return problem(reasonOf(error), "Look at the file that is named, and at its permissions.");
  }
  const [first = "", ...rest] = error.message.split("\n");
  return problem(
    shownLine(first),
    remedyOf(error),
    rest.filter((line) => line.trim() !== "").map(shownLine),
  );
}

export const CONFIG_CHECKS: readonly Check[] = [home, permissions, file, layers, profile];
