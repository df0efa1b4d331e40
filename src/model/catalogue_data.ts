import type { ReasoningEffort, TruncationPolicy, Verbosity } from "../protocol/mod.ts";
import type { ModelInfo } from "./types.ts";

const CONTEXT_WINDOW = 272_000;
const EFFECTIVE_PERCENT = 95;
const SUCCESSOR = "gpt-5.3-codex";
const TOKENS: TruncationPolicy = { mode: "tokens", limit: 10_000 };
const BYTES: TruncationPolicy = { mode: "bytes", limit: 10_000 };

const EFFORT_DESCRIPTIONS: Readonly<Record<ReasoningEffort, string>> = {
  none: "No reasoning",
  minimal: "Answers at once, with hardly any reasoning",
  low: "Quick answers with light reasoning",
  medium: "A balance of speed and depth for everyday work",
  high: "More depth for hard problems",
  xhigh: "The most depth, for the hardest problems",
};

/** Columns in which the bundled models differ. */
interface Row {
  readonly slug: string;
  readonly description: string;
  readonly efforts: readonly ReasoningEffort[];
  readonly truncation: TruncationPolicy;
  readonly parallel: boolean;
  /** `undefined` = the model has no verbosity setting. */
  readonly verbosity?: Verbosity | null;
  readonly visible: boolean;
  readonly priority: number;
  readonly shellType?: ModelInfo["shellType"];
  readonly applyPatch?: ModelInfo["applyPatchToolType"];
}

const ROWS: readonly Row[] = [
  {
    slug: "gpt-5.3-codex",
    description: "The newest model for coding agents",
    efforts: ["low", "medium", "high", "xhigh"],
    truncation: TOKENS,
    parallel: true,
    verbosity: "low",
    visible: false,
    priority: 0,
  },
  {
    slug: "gpt-5.2-codex",
    description: "A frontier model for coding agents",
    efforts: ["low", "medium", "high", "xhigh"],
    truncation: TOKENS,
    parallel: true,
    visible: true,
    priority: 1,
  },
  {
    slug: "gpt-5.1-codex-max",
    description: "A coding model for deep and fast reasoning",
    efforts: ["low", "medium", "high", "xhigh"],
    truncation: TOKENS,
    parallel: false,
    visible: true,
    priority: 2,
  },
  {
    slug: "gpt-5.1-codex",
    description: "An earlier coding model",
    efforts: ["low", "medium", "high"],
    truncation: TOKENS,
    parallel: false,
    visible: false,
    priority: 3,
  },
  {
    slug: "gpt-5.2",
    description: "A frontier model with broad knowledge",
    efforts: ["low", "medium", "high", "xhigh"],
    truncation: BYTES,
    parallel: true,
    verbosity: "low",
    visible: true,
    priority: 4,
  },
  {
    slug: "gpt-5.1",
    description: "An earlier model with broad knowledge",
    efforts: ["low", "medium", "high"],
    truncation: BYTES,
    parallel: true,
    verbosity: "low",
    visible: false,
    priority: 5,
  },
  {
    slug: "gpt-5-codex",
    description: "The first coding model of its generation",
    efforts: ["low", "medium", "high"],
    truncation: TOKENS,
    parallel: false,
    visible: false,
    priority: 8,
  },
  {
    slug: "gpt-5",
    description: "The first general model of its generation",
    efforts: ["minimal", "low", "medium", "high"],
    truncation: BYTES,
    parallel: false,
    verbosity: null,
    visible: false,
    priority: 9,
    shellType: "default",
    applyPatch: null,
  },
  {
    slug: "gpt-5.1-codex-mini",
    description: "A smaller coding model: cheaper and faster",
    efforts: ["medium", "high"],
    truncation: TOKENS,
    parallel: false,
    visible: true,
    priority: 10,
  },
  {
    slug: "gpt-5-codex-mini",
    description: "The first smaller coding model of its generation",
    efforts: ["medium", "high"],
    truncation: TOKENS,
    parallel: false,
    visible: false,
    priority: 11,
  },
];

/** The models that this version knows without asking anybody, ordered by priority. */
export const BUNDLED_MODELS: readonly ModelInfo[] = ROWS.map((row) => ({
  slug: row.slug,
  displayName: row.slug,
  description: row.description,
  defaultReasoningEffort: "medium",
  supportedReasoningEfforts: row.efforts.map((effort) => ({
    effort,
    description: EFFORT_DESCRIPTIONS[effort],
  })),
  shellType: row.shellType ?? "shell_command",
  visibility: row.visible ? "list" : "hide",
  supportedInApi: true,
  priority: row.priority,
  upgrade: row.slug === SUCCESSOR ? null : SUCCESSOR,
  baseInstructions: null,
  personalityTexts: null,
  supportsReasoningSummaries: true,
  supportsVerbosity: row.verbosity !== undefined,
  defaultVerbosity: row.verbosity ?? null,
  applyPatchToolType: row.applyPatch === undefined ? "freeform" : row.applyPatch,
  truncationPolicy: row.truncation,
  supportsParallelToolCalls: row.parallel,
  contextWindow: CONTEXT_WINDOW,
  autoCompactTokenLimit: null,
  effectiveContextWindowPercent: EFFECTIVE_PERCENT,
  experimentalSupportedTools: [],
  inputModalities: ["text", "image"],
  isFallback: false,
}));

/** Cautious guesses about a model that no catalogue knows. */
export function fallbackModel(slug: string): ModelInfo {
  return {
    slug,
    displayName: slug,
    description: null,
    defaultReasoningEffort: null,
    supportedReasoningEfforts: [],
    shellType: "default",
    visibility: "none",
    supportedInApi: true,
    priority: 99,
    upgrade: null,
    baseInstructions: null,
    personalityTexts: null,
    supportsReasoningSummaries: false,
    supportsVerbosity: false,
    defaultVerbosity: null,
    applyPatchToolType: null,
    truncationPolicy: BYTES,
    supportsParallelToolCalls: false,
    contextWindow: CONTEXT_WINDOW,
    autoCompactTokenLimit: null,
    effectiveContextWindowPercent: EFFECTIVE_PERCENT,
    experimentalSupportedTools: [],
    inputModalities: ["text", "image"],
    isFallback: true,
  };
}
