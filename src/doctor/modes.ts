/** Who besides its owner can get at a file or folder. */
export interface Exposure {
  /** In octal, such as `0700`. */
  readonly mode: string;
  readonly othersRead: boolean;
  readonly othersWrite: boolean;
  /** For a folder: may use what lies in it. */
  readonly othersEnter: boolean;
  /** It belongs neither to us nor do we rule the machine. */
  readonly foreignOwner: boolean;
}

/** `unknown` where the system has no such permissions. Links are followed. */
export async function exposure(path: string): Promise<Exposure | "absent" | "unknown"> {
  const info = await Deno.stat(path).catch(() => null);
  if (info === null) return "absent";
  const { mode, uid } = info;
  if (mode === null || Deno.build.os === "windows") return "unknown";
  const own = Deno.uid();
  return {
    mode: `0${(mode & 0o777).toString(8).padStart(3, "0")}`,
    othersRead: (mode & 0o044) !== 0,
    othersWrite: (mode & 0o022) !== 0,
    othersEnter: (mode & 0o011) !== 0,
    foreignOwner: own !== 0 && uid !== null && own !== null && uid !== own,
  };
}
