import type {
  AbsolutePath,
  ApprovalPolicy,
  CollaborationMode,
  Personality,
  ReasoningEffort,
  ReasoningSummary,
  SandboxPolicy,
  TurnSettings,
} from "../protocol/mod.ts";

/** What the next turn starts with. Ops change it; a running turn keeps what it started with. */
export interface ThreadSettings {
  readonly cwd: AbsolutePath;
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandboxPolicy: SandboxPolicy;
  readonly model: string;
  /** As asked for; `null` = the model's default. */
  readonly effort: ReasoningEffort | null;
  readonly summary: ReasoningSummary;
  readonly collaborationMode: CollaborationMode;
  readonly personality: Personality | null;
}

/** The settings with what an Op says laid over them. A mode carries its own model and effort. */
export function applySettings(current: ThreadSettings, change: TurnSettings): ThreadSettings {
  const mode = change.collaborationMode;
  const model = mode?.settings.model ?? change.model ?? current.model;
  const effort = mode !== undefined
    ? mode.settings.reasoningEffort
    : change.effort === undefined
    ? current.effort
    : change.effort;
  const base = mode ?? current.collaborationMode;
  return {
    cwd: change.cwd ?? current.cwd,
    approvalPolicy: change.approvalPolicy ?? current.approvalPolicy,
    sandboxPolicy: change.sandboxPolicy ?? current.sandboxPolicy,
    model,
    effort,
    summary: change.summary ?? current.summary,
    collaborationMode: {
      mode: base.mode,
      settings: { ...base.settings, model, reasoningEffort: effort },
    },
    personality: change.personality ?? current.personality,
  };
}
