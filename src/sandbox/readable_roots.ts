import type { AbsolutePath, ReadAccess, SandboxPolicy } from "../protocol/mod.ts";

/** What programs of the system need to start: themselves, their libraries, their settings. */
const PLATFORM_DEFAULTS = [
  "/usr",
  "/bin",
  "/sbin",
  "/lib",
  "/lib32",
  "/lib64",
  "/libx32",
  "/etc",
  "/opt",
  "/nix/store",
  "/run/current-system",
  "/run/booted-system",
  "/run/wrappers",
];

/** One readable path. `link` = it is a symbolic link in the root folder, to be made again as it is. */
export interface ReadableRoot {
  readonly path: AbsolutePath;
  readonly link: string | null;
}

/**
 * What a command may read under a policy that limits it, besides the writable roots; `null` = everything.
 * Missing ones are left out and named in `missing`, as far as the policy names them itself.
 */
export function readableRoots(
  policy: SandboxPolicy,
  cwd: AbsolutePath,
): { readonly roots: readonly ReadableRoot[]; readonly missing: readonly AbsolutePath[] } | null {
  const access = readAccess(policy);
  if (access === null || access.type === "full-access") return null;
  const roots = new Map<AbsolutePath, ReadableRoot>();
  const missing: AbsolutePath[] = [];
  const add = (path: AbsolutePath): boolean => {
    try {
      const isTopLink = Deno.lstatSync(path).isSymlink && path.lastIndexOf("/") === 0;
      const real = Deno.realPathSync(path);
      roots.set(path, { path, link: isTopLink ? Deno.readLinkSync(path) : null });
      if (!roots.has(real)) roots.set(real, { path: real, link: null });
      return true;
    } catch {
      return false;
    }
  };
  if (access.includePlatformDefaults) PLATFORM_DEFAULTS.forEach(add);
  for (const path of [...access.readableRoots, cwd]) if (!add(path)) missing.push(path);
  return { roots: [...roots.values()], missing };
}

function readAccess(policy: SandboxPolicy): ReadAccess | null {
  switch (policy.type) {
    case "danger-full-access":
    case "external-sandbox":
      return null;
    case "read-only":
      return policy.access;
    case "workspace-write":
      return policy.readOnlyAccess;
  }
}
