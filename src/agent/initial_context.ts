import {
  agentsMessage,
  baseInstructions,
  collaborationModeMessage,
  developerMessage,
  environmentDiffMessage,
  environmentMessage,
  modelSwitchMessage,
  permissionsMessage,
  personalityMessage,
} from "../context/mod.ts";
import type { AbsolutePath, MessageItem, ResponseItem } from "../protocol/mod.ts";
import { writableRoots } from "../sandbox/mod.ts";
import type { Session } from "./session.ts";
import type { ThreadSettings } from "./settings.ts";

/** What every thread opens with: permissions, standing instructions, environment, one item each. */
export function initialContext(session: Session): MessageItem[] {
  const { options, settings, services } = session;
  const items: MessageItem[] = [permissions(session, settings)];
  if (options.developerInstructions !== null) {
    items.push(developerMessage(options.developerInstructions));
  }
  const mode = settings.collaborationMode.settings.developerInstructions;
  if (mode !== null) items.push(collaborationModeMessage(mode));
  if (options.personalityApart !== null) {
    const tone = personalityMessage(
      options.personalityApart,
      session.model().personalityTexts,
    );
    if (tone !== null) items.push(tone);
  }
  if (options.userInstructions !== null) {
    items.push(agentsMessage(options.userInstructions, settings.cwd));
  }
  items.push(environmentMessage({ cwd: settings.cwd, shell: services.shell.type }));
  return items;
}

/** Leaves out what a resumed history already says in the same words, so that resuming does not repeat it. */
export function withoutRepeats(
  items: readonly MessageItem[],
  history: readonly ResponseItem[],
): MessageItem[] {
  const said = new Map<string, string>();
  for (const item of history) {
    if (item.type === "message") said.set(leadOf(item), textOf(item));
  }
  return items.filter((item) => said.get(leadOf(item)) !== textOf(item));
}

/** What tells one kind of opening item from another: role and the first few characters. */
function leadOf(item: MessageItem): string {
  return `${item.role}:${textOf(item).slice(0, 16)}`;
}

function textOf(item: MessageItem): string {
  const first = item.content[0];
  return first?.type === "input_text" ? first.text : "";
}

/** What the model must know before its next turn because settings have changed since the last one. */
export function settingsUpdates(
  session: Session,
  before: ThreadSettings,
  after: ThreadSettings,
): MessageItem[] {
  const items: MessageItem[] = [];
  const shell = session.services.shell.type;
  const environment = environmentDiffMessage(
    { cwd: before.cwd, shell },
    { cwd: after.cwd, shell },
  );
  if (environment !== null) items.push(environment);
  if (permissionsChanged(before, after)) items.push(permissions(session, after));
  const mode = after.collaborationMode.settings.developerInstructions;
  if (mode !== null && mode !== before.collaborationMode.settings.developerInstructions) {
    items.push(collaborationModeMessage(mode));
  }
  const model = session.services.findModel(after.model);
  if (before.model !== after.model) {
    items.push(modelSwitchMessage(baseInstructions(model, after.personality)));
  } else if (after.personality !== null && before.personality !== after.personality) {
    const tone = personalityMessage(after.personality, model.personalityTexts);
    if (tone !== null) items.push(tone);
  }
  return items;
}

function permissionsChanged(before: ThreadSettings, after: ThreadSettings): boolean {
  return before.approvalPolicy !== after.approvalPolicy ||
    JSON.stringify(before.sandboxPolicy) !== JSON.stringify(after.sandboxPolicy);
}

function permissions(session: Session, settings: ThreadSettings): MessageItem {
  const roots: AbsolutePath[] = settings.sandboxPolicy.type === "workspace-write"
    ? writableRoots(settings.sandboxPolicy, settings.cwd, session.services.tmpdir)
      .map((entry) => entry.root)
    : [];
  return permissionsMessage({
    sandboxPolicy: settings.sandboxPolicy,
    approvalPolicy: settings.approvalPolicy,
    writableRoots: roots,
    approvedPrefixes: session.services.rules.current.allowedPrefixes(),
  });
}
