/** RFC 7636: what proves that who redeems a code is who asked for it. */
export interface Pkce {
  readonly verifier: string;
  /** SHA-256 of the verifier, which may be shown to anyone. */
  readonly challenge: string;
}

const VERIFIER_BYTES = 64;
const STATE_BYTES = 32;

export async function createPkce(): Promise<Pkce> {
  const verifier = randomText(VERIFIER_BYTES);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return { verifier, challenge: base64Url(new Uint8Array(digest)) };
}

/** A value that nobody can guess, for telling our own answer from one that somebody made up. */
export function createState(): string {
  return randomText(STATE_BYTES);
}

function randomText(bytes: number): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(bytes)));
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_")
    .replaceAll("=", "");
}
