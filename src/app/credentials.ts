import { AuthError, type AuthManager } from "../auth/mod.ts";
import { type Credentials, ModelError } from "../model/mod.ts";

/** The login as the model's client asks for it: what it cannot do is told in the client's own errors. */
export function credentialsOf(auth: AuthManager): Credentials {
  return {
    get: (signal) => translated(() => auth.get(signal)),
    afterRejection: (rejected, signal) => translated(() => auth.afterRejection(rejected, signal)),
    noteServerTime: (ms) => auth.noteServerTime(ms),
  };
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    // A failure that may pass is tried again like a lost stream, in sight of the person. For another instance, which
    // seems to hang, it has been waited long enough.
    const mayPass = error.retryable;
    const retryable = mayPass && error.code !== "lock_timeout";
    throw new ModelError(error.message, {
      code: "unauthorized",
      info: { type: mayPass ? "other" : "unauthorized" },
      retryable,
      retryAfterMs: error.retryAfterMs,
      rateLimits: null,
      httpStatus: mayPass ? null : 401,
    }, { cause: error });
  }
}
