import type { ResponseItem } from "../../protocol/mod.ts";

/**
 * Ids for the calls of one answer: the server's own where it names one that this conversation has not seen, else a new
 * one. Some servers name none, and some start again at `call_0` in each answer, which would pair a call with the output
 * of an older one.
 */
export function callIds(conversation: readonly ResponseItem[]): (named: string | null) => string {
  const taken = new Set(
    conversation.flatMap((item) => "call_id" in item && item.call_id !== null ? item.call_id : []),
  );
  return (named) => {
    const id = named !== null && !taken.has(named)
      ? named
      : `call_${crypto.randomUUID().replaceAll("-", "")}`;
    taken.add(id);
    return id;
  };
}
