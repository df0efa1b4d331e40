import type { AbsolutePath, Personality, ReasoningEffort } from "../../protocol/mod.ts";
import { valueAt } from "../merge.ts";
import type { TomlTable } from "../toml.ts";
import type { TrustLevel } from "../trust.ts";
import type { ConfigEdit } from "./change.ts";
import { editConfig, type EditOutcome, type Edits } from "./edit_config.ts";

/** Which file a setting is written to: `config.toml` in this folder. */
export interface ConfigHome {
  readonly codexHome: AbsolutePath;
  /** See {@link editConfig}. */
  readonly signal?: AbortSignal;
}

/** Switches a feature under the name given, which may be an older spelling. `null` takes the key away. */
export function setFeature(
  home: ConfigHome,
  name: string,
  isOn: boolean | null,
): Promise<EditOutcome> {
  return edit(home, [setOrRemove(["features", name], isOn)]);
}

/** Writes down whether the user trusts a folder, always under a header of its own. */
export function setTrust(
  home: ConfigHome,
  folder: AbsolutePath,
  level: TrustLevel,
): Promise<EditOutcome> {
  return edit(home, [{ type: "set", path: ["projects", folder, "trust_level"], value: level }]);
}

/** What goes into a profile when there is one: the one named, else the one that the file itself chooses. */
export interface ProfileScoped {
  readonly profile: string | null;
}

/** Sets the model and how long it thinks; `null` takes the key away. */
export function setModel(
  home: ConfigHome,
  choice: ProfileScoped & {
    readonly model: string | null;
    readonly effort: ReasoningEffort | null;
  },
): Promise<EditOutcome> {
  return edit(home, (before) => [
    setOrRemove([...scopeOf(before, choice), "model"], choice.model),
    setOrRemove([...scopeOf(before, choice), "model_reasoning_effort"], choice.effort),
  ]);
}

export function setPersonality(
  home: ConfigHome,
  choice: ProfileScoped & { readonly personality: Personality },
): Promise<EditOutcome> {
  return edit(home, (before) => [
    setOrRemove([...scopeOf(before, choice), "personality"], choice.personality),
  ]);
}

/** Which local server `--oss` means from now on. */
export function setOssProvider(home: ConfigHome, provider: string): Promise<EditOutcome> {
  return edit(home, [setOrRemove(["oss_provider"], provider)]);
}

/** Remembers that a notice need not be shown again; `key` is one of `[notice]`. */
export function setNotice(home: ConfigHome, key: string, isHidden: boolean): Promise<EditOutcome> {
  return edit(home, [setOrRemove(["notice", key], isHidden)]);
}

/** Remembers that the user has been told about the successor of a model. */
export function setModelMigration(
  home: ConfigHome,
  from: string,
  to: string,
): Promise<EditOutcome> {
  return edit(home, [setOrRemove(["notice", "model_migrations", from], to)]);
}

/** The items of the status line, in order. */
export function setStatusLine(
  home: ConfigHome,
  items: readonly string[],
): Promise<EditOutcome> {
  return edit(home, [{ type: "set", path: ["tui", "status_line"], value: [...items] }]);
}

/** Switches a connector. On is the default, so that the keys which say otherwise go away. */
export function setAppEnabled(
  home: ConfigHome,
  id: string,
  isOn: boolean,
): Promise<EditOutcome> {
  return edit(home, [
    setOrRemove(["apps", id, "enabled"], isOn ? null : false),
    setOrRemove(["apps", id, "disabled_reason"], isOn ? null : "user"),
  ]);
}

/** Feature keys that said the same before `windows.sandbox` was there. */
const OLD_WINDOWS_FEATURES = [
  "experimental_windows_sandbox",
  "elevated_windows_sandbox",
  "enable_experimental_windows_sandbox",
];

/** Chooses the sandbox of Windows, in the profile named or else at the top; older keys that say it go away. */
export function setWindowsSandbox(
  home: ConfigHome,
  choice: ProfileScoped & { readonly mode: "elevated" | "unelevated" },
): Promise<EditOutcome> {
  const scope = choice.profile === null ? [] : ["profiles", choice.profile];
  return edit(home, [
    setOrRemove([...scope, "windows", "sandbox"], choice.mode),
    ...OLD_WINDOWS_FEATURES.map((name) => setOrRemove([...scope, "features", name], null)),
  ]);
}

/** `[]` or `["profiles", name]`, as the program finds it in the file. */
export function scopeOf(before: TomlTable, { profile }: ProfileScoped): readonly string[] {
  const name = profile ?? valueAt(before, ["profile"]);
  return typeof name === "string" ? ["profiles", name] : [];
}

function edit({ codexHome, signal }: ConfigHome, edits: Edits): Promise<EditOutcome> {
  return editConfig({ codexHome, edits, ...(signal ? { signal } : {}) });
}

function setOrRemove(path: readonly string[], value: string | boolean | null): ConfigEdit {
  return value === null ? { type: "remove", path } : { type: "set", path, value };
}
