/**
 * What the model sees and says: the items of the Responses API, in wire form (snake_case), because they are
 * stored and sent back unchanged. Item ids are kept apart (see {@link ItemId}): only some servers want them back.
 *
 * Source of the format: the public Responses API reference, section "input and output items".
 */

export type ContentItem =
  | { readonly type: "input_text"; readonly text: string }
  | { readonly type: "input_image"; readonly image_url: string }
  | { readonly type: "output_text"; readonly text: string };

/** Structured tool output. */
export type OutputContentItem =
  | { readonly type: "input_text"; readonly text: string }
  | { readonly type: "input_image"; readonly image_url: string };

export type MessagePhase = "commentary" | "final_answer";

/** Optional server-side id. It is never part of a request unless the provider needs it (Azure). */
interface ItemId {
  readonly id?: string;
}

export interface MessageItem extends ItemId {
  readonly type: "message";
  readonly role: "developer" | "user" | "assistant" | "system";
  readonly content: readonly ContentItem[];
  readonly end_turn?: boolean;
  readonly phase?: MessagePhase;
}

export interface ReasoningItem extends ItemId {
  readonly type: "reasoning";
  readonly summary: readonly { readonly type: "summary_text"; readonly text: string }[];
  readonly content?:
    | readonly { readonly type: "reasoning_text" | "text"; readonly text: string }[]
    | null;
  readonly encrypted_content?: string | null;
}

export interface FunctionCallItem extends ItemId {
  readonly type: "function_call";
  readonly name: string;
  /** JSON as a string, exactly as the model wrote it. */
  readonly arguments: string;
  readonly call_id: string;
}

export interface FunctionCallOutputItem {
  readonly type: "function_call_output";
  readonly call_id: string;
  readonly output: string | readonly OutputContentItem[];
}

export interface CustomToolCallItem extends ItemId {
  readonly type: "custom_tool_call";
  readonly status?: string;
  readonly call_id: string;
  readonly name: string;
  readonly input: string;
}

export interface CustomToolCallOutputItem {
  readonly type: "custom_tool_call_output";
  readonly call_id: string;
  readonly output: string;
}

export interface LocalShellCallItem extends ItemId {
  readonly type: "local_shell_call";
  readonly call_id: string | null;
  readonly status: "completed" | "in_progress" | "incomplete";
  readonly action: {
    readonly type: "exec";
    readonly command: readonly string[];
    readonly timeout_ms: number | null;
    readonly working_directory: string | null;
    readonly env: Readonly<Record<string, string>> | null;
    readonly user: string | null;
  };
}

export type WebSearchAction =
  | { readonly type: "search"; readonly query?: string; readonly queries?: readonly string[] }
  | { readonly type: "open_page"; readonly url?: string }
  | { readonly type: "find_in_page"; readonly url?: string; readonly pattern?: string }
  | { readonly type: "other" };

export interface WebSearchCallItem extends ItemId {
  readonly type: "web_search_call";
  readonly status?: string;
  readonly action?: WebSearchAction;
}

/** Server-side summary of older history; `compaction_summary` on the wire reads as the same thing. */
export interface CompactionItem {
  readonly type: "compaction";
  readonly encrypted_content: string;
}

/** Local only: names the commit that holds the work tree as it was before a turn. Never sent. */
export interface GhostSnapshotItem {
  readonly type: "ghost_snapshot";
  readonly ghost_commit: Readonly<Record<string, unknown>>;
}

export type ResponseItem =
  | MessageItem
  | ReasoningItem
  | FunctionCallItem
  | FunctionCallOutputItem
  | CustomToolCallItem
  | CustomToolCallOutputItem
  | LocalShellCallItem
  | WebSearchCallItem
  | CompactionItem
  | GhostSnapshotItem;

/** An output item that asks this program to do something. */
export type ToolCallItem = FunctionCallItem | CustomToolCallItem | LocalShellCallItem;
