/**
 * What the model is told: the history of a thread and its shape in a request, cuts of long outputs, base prompt and
 * other standing instructions, images, token counts, the pure part of compaction. Makes no request, keeps no file, and
 * decides nothing about a turn.
 *
 * Start with `history.ts`; the fixed blocks are in `messages.ts`, `permissions.ts` and `environment.ts`, our prompts in
 * `prompts/`.
 *
 * @module
 */
export { baseInstructions, personalityText, type PromptModel } from "./base_instructions.ts";
export {
  collectUserMessages,
  compactedHistory,
  COMPACTION_PROMPT,
  isSummaryText,
  summaryText,
} from "./compaction.ts";
export {
  environmentDiffMessage,
  type EnvironmentFacts,
  environmentMessage,
} from "./environment.ts";
export { History, type PromptOptions } from "./history.ts";
export { ImageCache } from "./images/cache.ts";
export { type LoadedImage, loadImage } from "./images/load.ts";
export {
  agentsMessage,
  collaborationModeMessage,
  developerMessage,
  modelSwitchMessage,
  personalityMessage,
  turnAbortedMessage,
  userMessage,
} from "./messages.ts";
export { normalize, withCallId } from "./normalize.ts";
export { type PermissionFacts, permissionsMessage } from "./permissions.ts";
export { type HistoryLine, rebuildHistory } from "./rebuild.ts";
export { isScaffolding, isUserTurn } from "./scaffolding.ts";
export { effectiveWindow, estimateItemTokens, percentLeft, TokenLedger } from "./tokens.ts";
export {
  approximateTokens,
  truncateMiddle,
  truncateToolOutput,
  truncateWithLineCount,
} from "./truncate.ts";
export { readUserInstructions, type UserInstructionsOptions } from "./user_instructions.ts";
export { userInputMessage } from "./user_input.ts";
