import type { AbsolutePath } from "../protocol/mod.ts";
import { AuthError } from "./error.ts";

/** So much later than its content a file changed that something else happened to it. Milliseconds. */
const LATER_MS = 1_000;

/** What Linux writes behind the origin of a mount that is no longer there. */
const GONE = "//deleted";

/**
 * Whether the record is out of date: a container that got `auth.json` as a single mounted file keeps the old one when
 * the host replaces it. One that somebody has written since, such as a login within the container, is its own.
 */
export async function isCutOff(record: AbsolutePath): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  const info = await Deno.stat(record).catch(() => null);
  if (info === null || info.nlink !== 0) return false;
  const { mtime, ctime } = info;
  if (mtime === null || ctime === null || ctime.getTime() - mtime.getTime() < LATER_MS) {
    return false;
  }
  return await hasLostOrigin(record);
}

/** The host has most likely presented what is left here; presenting it again would end the login on both sides. */
export function cutOff(record: AbsolutePath): AuthError {
  return new AuthError(
    "cut_off",
    `Your login has to be renewed, but ${record} is a single file that was mounted here and has since been ` +
      "replaced or removed where it comes from. Start this container again; with the folder " +
      "mounted instead of the file, both sides see one login.",
  );
}

async function hasLostOrigin(record: AbsolutePath): Promise<boolean> {
  try {
    const path = await Deno.realPath(record);
    const mounts = await Deno.readTextFile("/proc/self/mountinfo");
    return mounts.split("\n").some((line) => {
      const [, , , origin = "", point = ""] = line.split(" ");
      return origin.endsWith(GONE) && unescaped(point) === path;
    });
  } catch {
    // Without these facts it is taken for what it looks like.
    return false;
  }
}

/** Blanks and the like are written as their number in base eight. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(parseInt(digits, 8)));
}
