import { BUNDLED_MODELS, fallbackModel } from "./catalogue_data.ts";
import type { ModelInfo, ModelOverrides } from "./types.ts";

const BYTES_PER_TOKEN = 4;

/** Which of the models a person may be offered. */
export interface ModelFilter {
  /** With a ChatGPT login also models that the vendor's API does not serve. */
  readonly chatgptLogin: boolean;
}

/**
 * What is known about a model: the bundled entry with the longest slug that the given one starts with, else a guess
 * (`isFallback`). The slug stays as given. Config overrides win.
 */
export function findModel(slug: string, overrides: ModelOverrides): ModelInfo {
  return lookUpModel(BUNDLED_MODELS, slug, overrides);
}

/** {@link findModel} over another catalogue. */
export function lookUpModel(
  catalogue: readonly ModelInfo[],
  slug: string,
  overrides: ModelOverrides,
): ModelInfo {
  let best: ModelInfo | null = null;
  for (const entry of catalogue) {
    if (slug.startsWith(entry.slug) && entry.slug.length > (best?.slug.length ?? 0)) best = entry;
  }
  return withOverrides({ ...best ?? fallbackModel(slug), slug }, overrides);
}

/** Bundled models for a picker, best first. */
export function listModels(filter: ModelFilter = { chatgptLogin: false }): ModelInfo[] {
  return pickable(BUNDLED_MODELS, filter);
}

/** Every bundled model, those that no picker shows included, best first. */
export function everyModel(): ModelInfo[] {
  return mergeCatalogue([]);
}

/** Slug that is used when nobody chose one: the first model of the picker. */
export function defaultModel(): string {
  return firstModel(BUNDLED_MODELS, { chatgptLogin: false });
}

/** Models of a catalogue for a picker, best first. */
export function pickable(catalogue: readonly ModelInfo[], filter: ModelFilter): ModelInfo[] {
  return catalogue
    .filter((model) => model.visibility === "list")
    .filter((model) => filter.chatgptLogin || model.supportedInApi)
    .toSorted((a, b) => a.priority - b.priority);
}

/** The default of a catalogue. One that lists nothing falls back on the bundled one. */
export function firstModel(catalogue: readonly ModelInfo[], filter: ModelFilter): string {
  const first = pickable(catalogue, filter)[0] ?? pickable(BUNDLED_MODELS, filter)[0];
  if (first === undefined) throw new Error("the bundled catalogue lists no model");
  return first.slug;
}

/** Bundled entries, replaced and extended by fetched ones with the same slug. */
export function mergeCatalogue(fetched: readonly ModelInfo[]): ModelInfo[] {
  const bySlug = new Map(BUNDLED_MODELS.map((model) => [model.slug, model]));
  for (const model of fetched) bySlug.set(model.slug, model);
  return [...bySlug.values()].toSorted((a, b) => a.priority - b.priority);
}

function withOverrides(model: ModelInfo, overrides: ModelOverrides): ModelInfo {
  const { toolOutputTokenLimit } = overrides;
  const unit = model.truncationPolicy.mode === "bytes" ? BYTES_PER_TOKEN : 1;
  return {
    ...model,
    contextWindow: overrides.contextWindow ?? model.contextWindow,
    autoCompactTokenLimit: overrides.autoCompactTokenLimit ?? model.autoCompactTokenLimit,
    supportsReasoningSummaries: overrides.supportsReasoningSummaries === true ||
      model.supportsReasoningSummaries,
    truncationPolicy: toolOutputTokenLimit === null
      ? model.truncationPolicy
      : { mode: model.truncationPolicy.mode, limit: toolOutputTokenLimit * unit },
  };
}
