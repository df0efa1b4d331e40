/** What machine this is, in the words of a user agent. */
export interface OsFacts {
  /** Name and version, such as `Debian 12.0.0`. */
  readonly os: string;
  /** Such as `x86_64` or `arm64`. */
  readonly arch: string;
}

/** Three numbers, missing ones as 0: `12` → `12.0.0`. */
function threeParts(version: string): string {
  const parts = version.split(".").map((part) => part.replace(/\D.*$/, "")).slice(0, 3);
  return Array.from({ length: 3 }, (_, at) => parts[at] || "0").join(".");
}

/** `/etc/os-release` as a record; see os-release(5). */
export function parseOsRelease(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text.split("\n").flatMap((line) => {
      const found = /^([A-Z_]+)=(["']?)(.*)\2\s*$/.exec(line);
      return found === null ? [] : [[found[1] ?? "", found[3] ?? ""]];
    }),
  );
}

/** The distribution's own name without what stands for "GNU/Linux" in it. */
export function linuxName(release: Readonly<Record<string, string>>): string {
  const name = (release["NAME"] ?? "Linux").replace(/\s+(GNU\/)?Linux$/i, "");
  return `${name || "Linux"} ${threeParts(release["VERSION_ID"] ?? "0")}`;
}

async function readText(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return null;
  }
}

export async function readOsFacts(): Promise<OsFacts> {
  const arch = Deno.build.os === "darwin" && Deno.build.arch === "aarch64"
    ? "arm64"
    : Deno.build.arch;
  switch (Deno.build.os) {
    case "linux": {
      const release = await readText("/etc/os-release");
      return { os: linuxName(parseOsRelease(release ?? "")), arch };
    }
    case "darwin": {
      const plist = await readText("/System/Library/CoreServices/SystemVersion.plist");
      const found = /<key>ProductVersion<\/key>\s*<string>([\d.]+)</.exec(plist ?? "");
      return { os: `Mac OS ${threeParts(found?.[1] ?? "0")}`, arch };
    }
    case "windows":
      return { os: `Windows ${threeParts(Deno.osRelease())}`, arch };
    default:
      return { os: `${Deno.build.os} ${threeParts(Deno.osRelease())}`, arch };
  }
}
