/** Why a file could not be worked with. The ones from the system are named after the errno they stand for. */
export type FilesErrorCode =
  | "not_found"
  | "permission_denied"
  | "is_directory"
  | "not_directory"
  | "read_only"
  | "no_space"
  | "link_loop"
  | "busy"
  | "no_locks"
  | "not_absolute"
  | "closed"
  | "io";

/** Failure of this room. `cause` is what the runtime threw, where something did. */
export class FilesError extends Error {
  override readonly name = "FilesError";

  constructor(
    readonly code: FilesErrorCode,
    message: string,
    readonly path: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const CODES: Readonly<Record<string, FilesErrorCode>> = {
  ENOENT: "not_found",
  EACCES: "permission_denied",
  EPERM: "permission_denied",
  EISDIR: "is_directory",
  ENOTDIR: "not_directory",
  EROFS: "read_only",
  ENOSPC: "no_space",
  EDQUOT: "no_space",
  ELOOP: "link_loop",
  EBUSY: "busy",
  ETXTBSY: "busy",
};

/** The error code behind something that a file call threw; `io` when it is none that we tell apart. */
export function filesErrorCode(thrown: unknown): FilesErrorCode {
  if (thrown instanceof FilesError) return thrown.code;
  if (thrown instanceof Error && "code" in thrown && typeof thrown.code === "string") {
    const code = CODES[thrown.code];
    if (code !== undefined) return code;
  }
  if (thrown instanceof Deno.errors.NotFound) return "not_found";
  if (thrown instanceof Deno.errors.PermissionDenied) return "permission_denied";
  return "io";
}

/** Wraps what a file call threw, saying what was tried. A {@link FilesError} passes through as it is. */
export function asFilesError(thrown: unknown, tried: string, path: string): FilesError {
  if (thrown instanceof FilesError) return thrown;
  const found = thrown instanceof Error ? thrown.message : String(thrown);
  return new FilesError(filesErrorCode(thrown), `cannot ${tried} ${path}: ${found}`, path, {
    cause: thrown,
  });
}
