import { filesErrorCode } from "../files/mod.ts";

/** What stands at a path, as far as git would record it. */
export interface Snapshot {
  readonly mode: "100644" | "100755" | "120000";
  /** Of a link: where it points. */
  readonly bytes: Uint8Array;
}

/** `null` = nothing there, or nothing that git would record. */
export async function takeSnapshot(path: string): Promise<Snapshot | null> {
  try {
    const { isSymlink, isFile, mode } = await Deno.lstat(path);
    if (isSymlink) {
      return { mode: "120000", bytes: new TextEncoder().encode(await Deno.readLink(path)) };
    }
    if (!isFile) return null;
    const isProgram = mode !== null && (mode & 0o100) !== 0;
    return { mode: isProgram ? "100755" : "100644", bytes: await Deno.readFile(path) };
  } catch (error) {
    const code = filesErrorCode(error);
    if (code === "not_found" || code === "not_directory" || code === "permission_denied") {
      return null;
    }
    throw error;
  }
}

/** Object id that git gives to a file's content: SHA-1 over a header and the bytes, as 40 hex digits. */
export async function blobId(bytes: Uint8Array): Promise<string> {
  const header = new TextEncoder().encode(`blob ${bytes.length}\0`);
  const whole = new Uint8Array(header.length + bytes.length);
  whole.set(header);
  whole.set(bytes, header.length);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", whole));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
