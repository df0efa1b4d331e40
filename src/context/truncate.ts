import type {
  FunctionCallOutputItem,
  OutputContentItem,
  TruncationPolicy,
} from "../protocol/mod.ts";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** A token counts as this many bytes of UTF-8, everywhere. */
const BYTES_PER_TOKEN = 4;

/** Matches the marker that {@link truncateMiddle} leaves behind. */
const MARKER = /…(\d+) (tokens|chars) truncated…/g;

/** Length in UTF-8 without building the bytes of short texts twice. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(index + 1))) {
      bytes += 4;
      index += 1;
    } else bytes += 3;
  }
  return bytes;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

/** Rough number of tokens of a text: a quarter of its UTF-8 bytes, rounded up. */
export function approximateTokens(text: string): number {
  return Math.ceil(utf8Length(text) / BYTES_PER_TOKEN);
}

/** The byte budget that a policy stands for. */
export function byteBudget(policy: TruncationPolicy): number {
  return policy.mode === "bytes" ? policy.limit : policy.limit * BYTES_PER_TOKEN;
}

/** The policy times `factor`, rounded up; what enters the history may be a fifth longer than what a tool gives. */
export function scalePolicy(policy: TruncationPolicy, factor: number): TruncationPolicy {
  return { mode: policy.mode, limit: Math.ceil(policy.limit * factor) };
}

interface Cut {
  readonly head: string;
  readonly tail: string;
  /** Bytes strictly between head and tail. */
  readonly middle: Uint8Array;
  /** Bytes of the whole text. */
  readonly length: number;
}

/** Takes the middle out of a text that is over `budget` bytes; both cuts fall between characters. */
function cutMiddle(text: string, budget: number): Cut {
  const bytes = ENCODER.encode(text);
  const leftBudget = Math.floor(budget / 2);
  let headEnd = leftBudget;
  while (headEnd > 0 && isContinuation(bytes[headEnd])) headEnd -= 1;
  let tailStart = bytes.length - (budget - leftBudget);
  while (tailStart < bytes.length && isContinuation(bytes[tailStart])) tailStart += 1;
  return {
    head: DECODER.decode(bytes.subarray(0, headEnd)),
    tail: DECODER.decode(bytes.subarray(tailStart)),
    middle: bytes.subarray(headEnd, tailStart),
    length: bytes.length,
  };
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function countCharacters(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if ((byte & 0xc0) !== 0x80) count += 1;
  return count;
}

/** Losses of earlier cuts whose markers fall into what is cut away now, in characters. */
function earlierLoss(middle: Uint8Array): number {
  let characters = 0;
  for (const match of DECODER.decode(middle).matchAll(MARKER)) {
    const count = Number(match[1]);
    characters += (match[2] === "tokens" ? count * BYTES_PER_TOKEN : count) - match[0].length;
  }
  return Math.max(0, characters);
}

function truncate(text: string, policy: TruncationPolicy, countEarlier: boolean): string {
  const budget = byteBudget(policy);
  if (text === "" || (budget > 0 && fits(text, budget))) return text;
  const cut = cutMiddle(text, budget);
  const before = countEarlier ? earlierLoss(cut.middle) : 0;
  const lost = policy.mode === "tokens"
    ? `${Math.ceil((cut.length - budget + before) / BYTES_PER_TOKEN)} tokens`
    : `${countCharacters(cut.middle) + before} chars`;
  return `${cut.head}…${lost} truncated…${cut.tail}`;
}

function fits(text: string, budget: number): boolean {
  // A UTF-16 unit takes one to three bytes, so only texts in between need counting.
  if (text.length > budget) return false;
  return text.length * 3 <= budget || utf8Length(text) <= budget;
}

/**
 * Cuts the middle out of a text that is over the policy's budget and names the loss between the two halves:
 * `…N tokens truncated…` or `…N chars truncated…`. Nothing else is added; a text within the budget comes back as is.
 */
export function truncateMiddle(text: string, policy: TruncationPolicy): string {
  return truncate(text, policy, false);
}

/** Like {@link truncateMiddle}; a text that was cut is headed by the line count of the whole. */
export function truncateWithLineCount(text: string, policy: TruncationPolicy): string {
  if (fits(text, byteBudget(policy))) return text;
  return `Total output lines: ${countLines(text)}\n\n${truncateMiddle(text, policy)}`;
}

/** Lines of a text; a newline at the end does not begin another one. */
export function countLines(text: string): number {
  if (text === "") return 0;
  let count = text.endsWith("\n") ? 0 : 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

/**
 * Cuts what a tool hands back to what the history may hold. Structured outputs share one budget over their texts,
 * in order; images are kept and cost nothing. When the text was cut before and that marker goes now, the new marker
 * counts both losses.
 */
export function truncateToolOutput(
  body: FunctionCallOutputItem["output"],
  policy: TruncationPolicy,
): FunctionCallOutputItem["output"] {
  if (typeof body === "string") return truncate(body, policy, true);
  let left = policy.limit;
  let omitted = 0;
  const kept: OutputContentItem[] = [];
  for (const part of body) {
    if (part.type === "input_image") {
      kept.push(part);
      continue;
    }
    const cost = policy.mode === "bytes" ? utf8Length(part.text) : approximateTokens(part.text);
    if (left <= 0) {
      omitted += 1;
    } else if (cost <= left) {
      kept.push(part);
      left -= cost;
    } else {
      kept.push({
        type: "input_text",
        text: truncate(part.text, { ...policy, limit: left }, true),
      });
      left = 0;
    }
  }
  if (omitted > 0) kept.push({ type: "input_text", text: `[omitted ${omitted} text items ...]` });
  return kept;
}
