import { type Config, sourceName, type StartupNotice } from "../config/mod.ts";
import { LiveRules, loadRules, loadStrictRules, requiredRules } from "../policy/mod.ts";

/** The rules that a session starts with, and what its person has to know about them. */
export interface SessionRules {
  readonly rules: LiveRules;
  readonly notices: readonly StartupNotice[];
}

/**
 * Reads the rules anew: what another session allows in the meantime is not seen by this one.
 *
 * @throws RulesError
 */
export async function loadSessionRules(config: Config): Promise<SessionRules> {
  const { codexHome, ruleFolders, requirements } = config;
  const required = requirements.rules === null
    ? []
    : requiredRules(requirements.rules.value, sourceName(requirements.rules.source));
  const loaded = await loadRules({ folders: ruleFolders.all, required });
  const { rules, allowing } = await loadStrictRules(ruleFolders.strict);
  return {
    rules: new LiveRules(loaded.with(rules), `${codexHome}/rules/default.rules`),
    notices: allowing.length === 0 ? [] : [{
      type: "warning",
      message:
        `Rules that allow commands are ignored in ${allowing.join(" and ")}: the folder is ` +
        "only a part of a trusted project, and commands that are confined to the project may have " +
        "written them. Rules that forbid or ask count. To let all of them count, trust that folder " +
        `in ${codexHome}/config.toml.`,
    }],
  };
}
