/** `_CS_DARWIN_USER_CACHE_DIR` of `confstr`. */
const USER_CACHE_DIR = 65538;
const MAX_PATH_BYTES = 1024;

/** The folder where macOS keeps caches of this user, links resolved; `null` elsewhere, or when it does not tell. */
export function userCacheDir(): string | null {
  if (Deno.build.os !== "darwin") return null;
  const library = Deno.dlopen("/usr/lib/libSystem.B.dylib", {
    confstr: { parameters: ["i32", "buffer", "usize"], result: "usize" },
  });
  try {
    const bytes = new Uint8Array(MAX_PATH_BYTES);
    const length = Number(library.symbols.confstr(USER_CACHE_DIR, bytes, BigInt(bytes.length)));
    if (length === 0 || length > bytes.length) return null;
    return Deno.realPathSync(new TextDecoder().decode(bytes.subarray(0, length - 1)));
  } catch {
    return null;
  } finally {
    library.close();
  }
}
