import type { Script, ScriptedModelOptions, ScriptStep } from "../../src/scripted/mod.ts";

/**
 * A value that an observed one has to equal. A regular expression stands for any text it matches; objects need the
 * same keys, arrays the same length.
 */
export type Expected =
  | string
  | number
  | boolean
  | null
  | RegExp
  | readonly Expected[]
  | { readonly [key: string]: Expected };

/** One start of the program within a scenario. `{workspace}`, `{thread}`, `{baseUrl}` in texts are filled in. */
export interface ScenarioRun {
  readonly args: readonly string[];
  readonly stdin?: string | readonly number[];
  readonly env?: Readonly<Record<string, string | null>>;
  /** The exit code. */
  readonly exit: number;
  /** The lines of stdout, read as JSON and normalised (see `normalise.ts`). */
  readonly lines?: readonly Expected[];
  /** Or the whole of stdout as text. */
  readonly stdout?: string | RegExp;
  readonly stderr?: RegExp;
}

/** What to do, and what must come of it, as data: the same list can be run against another program. */
export interface Scenario {
  readonly name: string;
  /** Set where the older program does otherwise, and why we do not: kept for whoever compares the two. */
  readonly differs?: string;
  /** How the model answers. A string: nothing listens there. */
  readonly model: Script | "dead";
  /** What the server is like. */
  readonly server?: ScriptedModelOptions;
  readonly files?: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>;
  readonly homeFiles?: Readonly<Record<string, string>>;
  readonly git?: boolean;
  /** One after another, on the same folders and the same model. */
  readonly runs: readonly ScenarioRun[];
  /** Number of requests that the model was sent. */
  readonly requests?: number;
  /** Call id → the output that the model was shown for it. */
  readonly outputs?: Readonly<Record<string, string | RegExp>>;
  /** Workspace path → its content afterwards; `null` = there must be none. */
  readonly after?: Readonly<Record<string, string | RegExp | null>>;
  /** Further looks at what was sent. */
  readonly check?: (requests: readonly SentRequest[]) => void;
}

/** What a check may look at; a recorded request fits. */
export interface SentRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly input: readonly { readonly type: string; readonly [key: string]: unknown }[];
    readonly [key: string]: unknown;
  };
}

export type { ScriptStep };
