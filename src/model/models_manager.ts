import { type Logger, SILENT_LOGGER } from "../telemetry/mod.ts";
import {
  firstModel,
  lookUpModel,
  mergeCatalogue,
  type ModelFilter,
  pickable,
} from "./catalogue.ts";
import { parseModelEntry } from "./model_entry.ts";
import { baseUrlOf, providerHeaders, providerUrl } from "./request_headers.ts";
import type { AuthHeaders, ModelClientOptions, ModelInfo, ModelOverrides } from "./types.ts";
import { parseObject, stringOrNull } from "./wire_json.ts";

const FETCH_TIMEOUT_MS = 5_000;
const FRESH_MS = 300_000;

/** Where the fetched list is kept between runs: `models_cache.json`. Failures of either may reject. */
export interface ModelsCache {
  /** `null` = there is none. */
  read(): Promise<string | null>;
  write(text: string): Promise<void>;
}

export interface ModelsManagerOptions extends
  Pick<
    ModelClientOptions,
    "provider" | "credentials" | "env" | "originator" | "userAgent" | "version" | "residency"
  > {
  /** `provider` is always the vendor's own one, whatever the thread talks to. */
  readonly cache: ModelsCache;
  readonly now: () => number;
  readonly logger?: Logger;
}

interface FetchedList {
  readonly fetchedAt: number;
  readonly etag: string | null;
  /** Entries as they came, so that members that we do not know survive in the file. */
  readonly raw: readonly unknown[];
}

/**
 * The catalogue of a run: bundled entries, plus those that the vendor offers to a ChatGPT login. Questions are
 * answered at once with what is known; the list is fetched beside the work, and a failure to fetch is only logged.
 *
 * Format of the file: `{"fetched_at", "etag"?, "client_version", "models"}`; it counts for 300 s and for one version
 * of this program.
 */
export class ModelsManager implements AsyncDisposable {
  readonly #options: ModelsManagerOptions;
  readonly #logger: Logger;
  readonly #closing = new AbortController();
  #catalogue: readonly ModelInfo[] = mergeCatalogue([]);
  #list: FetchedList | null = null;
  #running: Promise<void> | null = null;

  constructor(options: ModelsManagerOptions) {
    this.#options = options;
    this.#logger = options.logger ?? SILENT_LOGGER;
  }

  find(slug: string, overrides: ModelOverrides): ModelInfo {
    return lookUpModel(this.#catalogue, slug, overrides);
  }

  list(filter: ModelFilter): ModelInfo[] {
    return pickable(this.#catalogue, filter);
  }

  defaultModel(filter: ModelFilter): string {
    return firstModel(this.#catalogue, filter);
  }

  /** Takes what the file holds, if it still counts. Never rejects; costs one file read. */
  async loadCache(): Promise<void> {
    const { cache, now, version } = this.#options;
    try {
      const file = parseObject(await cache.read() ?? "");
      if (file === null || !Array.isArray(file.models)) return;
      const fetchedAt = Date.parse(stringOrNull(file.fetched_at) ?? "");
      const age = now() - fetchedAt;
      if (file.client_version !== clientVersion(version) || !(age >= 0 && age <= FRESH_MS)) return;
      this.#adopt({ fetchedAt, etag: stringOrNull(file.etag), raw: file.models });
    } catch (error) {
      this.#logger.warn("the cached list of models is not readable", { error: String(error) });
    }
  }

  /**
   * Makes sure that a fetch is under way if the known list is old and the login is a ChatGPT one. Returns at once;
   * {@link settled} tells the end.
   */
  refresh(): void {
    const age = this.#list === null ? Infinity : this.#options.now() - this.#list.fetchedAt;
    if (age > FRESH_MS) this.#start();
  }

  /** Reacts to the `X-Models-Etag` of a response: the same list lives longer, another one is fetched. */
  noteEtag(etag: string): void {
    if (this.#list === null || this.#list.etag !== etag) {
      this.#start();
      return;
    }
    this.#list = { ...this.#list, fetchedAt: this.#options.now() };
    this.#run(() => this.#save());
  }

  /** Settles when no fetch is under way. Never rejects. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.settled();
  }

  #start(): void {
    this.#run(() => this.#fetch());
  }

  /** One job at a time: a second wish while one runs is the same wish. */
  #run(job: () => Promise<void>): void {
    if (this.#running !== null || this.#closing.signal.aborted) return;
    this.#running = job().catch((error) => {
      if (this.#closing.signal.aborted) return;
      this.#logger.warn("the list of models was not refreshed", { error: String(error) });
    }).finally(() => this.#running = null);
  }

  async #fetch(): Promise<void> {
    const { credentials, now } = this.#options;
    const signal = AbortSignal.any([
      this.#closing.signal,
      AbortSignal.timeout(FETCH_TIMEOUT_MS),
    ]);
    const auth = await credentials.get(signal);
    if (auth.kind !== "chatgpt") return;
    let response = await this.#request(auth, signal);
    if (response.status === 401 && await credentials.afterRejection(auth, signal)) {
      await response.body?.cancel();
      response = await this.#request(await credentials.get(signal), signal);
    }
    const text = await response.text();
    if (!response.ok) throw new Error(`the list of models was refused with ${response.status}`);
    const models = parseObject(text)?.models;
    if (!Array.isArray(models)) throw new Error("the answer holds no list of models");
    this.#adopt({ fetchedAt: now(), etag: response.headers.get("etag"), raw: models });
    await this.#save();
  }

  async #request(auth: AuthHeaders, signal: AbortSignal): Promise<Response> {
    const { provider, version } = this.#options;
    const address = new URL(providerUrl(provider, baseUrlOf(provider, auth.kind), "models"));
    address.searchParams.set("client_version", clientVersion(version));
    return await fetch(address, { headers: providerHeaders(this.#options, auth), signal });
  }

  #adopt(list: FetchedList): void {
    this.#list = list;
    this.#catalogue = mergeCatalogue(list.raw.flatMap((entry) => parseModelEntry(entry) ?? []));
  }

  async #save(): Promise<void> {
    if (this.#list === null) return;
    const { fetchedAt, etag, raw } = this.#list;
    const content = {
      fetched_at: new Date(fetchedAt).toISOString(),
      ...(etag === null ? {} : { etag }),
      client_version: clientVersion(this.#options.version),
      models: raw,
    };
    await this.#options.cache.write(JSON.stringify(content, null, 2));
  }
}

/** `X.Y.Z` without a pre-release part. */
function clientVersion(version: string): string {
  return version.split(/[-+]/u)[0] ?? version;
}
