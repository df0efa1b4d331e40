import { ModelError, modelError } from "./model_error.ts";
import { aborted } from "./stream_error.ts";
import type { AuthHeaders, ModelClientOptions } from "./types.ts";

/** Headers for one request, and whether they came from the login (which can be renewed after a 401). */
export interface RequestAuth {
  readonly headers: AuthHeaders;
  readonly fromLogin: boolean;
}

const NO_AUTH: AuthHeaders = { authorization: null, accountId: null, kind: "none" };

/**
 * What proves to the provider who asks: its own variable, else its own token, else the login; the login goes only to
 * providers that ask for it, so that no other server ever sees the vendor's credentials.
 */
export async function authorize(
  { provider, credentials, env }: Pick<ModelClientOptions, "provider" | "credentials" | "env">,
  signal: AbortSignal,
): Promise<RequestAuth> {
  if (provider.envKey !== null) {
    const key = env[provider.envKey]?.trim();
    if (!key) throw missingVariable(provider.envKey, provider.envKeyInstructions);
    return { headers: bearer(key), fromLogin: false };
  }
  if (provider.bearerToken !== null) {
    return { headers: bearer(provider.bearerToken), fromLogin: false };
  }
  if (!provider.requiresOpenaiAuth) return { headers: NO_AUTH, fromLogin: false };
  try {
    return { headers: await credentials.get(signal), fromLogin: true };
  } catch (error) {
    throw credentialsError(error, signal);
  }
}

/** Asks once for other headers after a 401; `null` when there are none. */
export async function recover(
  options: Pick<ModelClientOptions, "provider" | "credentials" | "env">,
  rejected: RequestAuth,
  signal: AbortSignal,
): Promise<RequestAuth | null> {
  if (!rejected.fromLogin) return null;
  try {
    if (!await options.credentials.afterRejection(rejected.headers, signal)) return null;
  } catch (error) {
    throw credentialsError(error, signal);
  }
  return await authorize(options, signal);
}

/** The time that a server of the login's own tells; the local clock may be wrong. */
export function noteTime(
  { credentials }: Pick<ModelClientOptions, "credentials">,
  auth: RequestAuth,
  { headers }: Response,
): void {
  const time = auth.fromLogin ? Date.parse(headers.get("date") ?? "") : NaN;
  if (!Number.isNaN(time)) credentials.noteServerTime?.(time);
}

/** A 401 for a login that has just been renewed: another renewal would not help, but the person can. */
export function stillRefused(error: ModelError): ModelError {
  const hint =
    "The login was renewed, and is refused all the same. Should that happen again, log in with `codex login`.";
  return new ModelError(`${error.message}. ${hint}`, error.details, { cause: error });
}

/** The port's failures are our failures: what it rejects with may be a `ModelError` of another room's making. */
function credentialsError(error: unknown, signal: AbortSignal): ModelError {
  if (error instanceof ModelError) return error;
  if (signal.aborted) return aborted(signal);
  const message = error instanceof Error ? error.message : String(error);
  return modelError("unauthorized", message, {
    info: { type: "unauthorized" },
    httpStatus: 401,
    cause: error,
  });
}

function missingVariable(name: string, instructions: string | null): ModelError {
  const message = `Missing environment variable: \`${name}\`.`;
  return modelError("missing_env_var", instructions ? `${message} ${instructions}` : message);
}

function bearer(token: string): AuthHeaders {
  return { authorization: `Bearer ${token}`, accountId: null, kind: "none" };
}
