import { asFilesError, FilesError } from "./error.ts";

/** A file that only grows, one line at a time. */
export interface AppendLog extends AsyncDisposable {
  /** Adds one line with a single write. `line` comes without its newline and must hold none. */
  append(line: string): Promise<void>;
  /** Waits until everything appended is on the disk. */
  sync(): Promise<void>;
  /** Waits for what was appended, then closes. A second call does nothing. */
  close(): Promise<void>;
}

const NEWLINE = 0x0a;

/**
 * Opens a log for appending and creates it with `mode` (permission bits, less the umask) if need be; its folder must
 * exist. What the file holds is never changed: should it end in the middle of a line, the torn line stays and the
 * first line appended starts on a new one. Several processes may append to one file.
 *
 * @throws {FilesError}
 */
export async function openAppendLog(
  path: string,
  options: { readonly mode: number },
): Promise<AppendLog> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { append: true, create: true, read: true, mode: options.mode });
  } catch (error) {
    throw asFilesError(error, "open", path);
  }
  try {
    return new FileAppendLog(path, file, await endsTorn(file));
  } catch (error) {
    file.close();
    throw asFilesError(error, "read", path);
  }
}

async function endsTorn(file: Deno.FsFile): Promise<boolean> {
  const { size, isFile } = await file.stat();
  if (!isFile || size === 0) return false;
  const last = new Uint8Array(1);
  await file.seek(-1, Deno.SeekMode.End);
  const count = await file.read(last);
  return count === 1 && last[0] !== NEWLINE;
}

class FileAppendLog implements AppendLog {
  #tail: Promise<void> = Promise.resolve();
  #closing: Promise<void> | null = null;
  readonly #path: string;
  readonly #file: Deno.FsFile;
  #torn: boolean;

  constructor(path: string, file: Deno.FsFile, torn: boolean) {
    this.#path = path;
    this.#file = file;
    this.#torn = torn;
  }

  append(line: string): Promise<void> {
    return this.#next("write", () => this.#write(line));
  }

  sync(): Promise<void> {
    return this.#next("sync", () => this.#file.sync());
  }

  close(): Promise<void> {
    this.#closing ??= this.#tail.then(() => this.#file.close());
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** One after the other, in the order of the calls. A failure is its caller's, not the next one's. */
  #next(tried: string, work: () => Promise<void>): Promise<void> {
    if (this.#closing !== null) {
      return Promise.reject(
        new FilesError("closed", `cannot ${tried} ${this.#path}: it is closed`, this.#path),
      );
    }
    const done = this.#tail.then(work).catch((error) => {
      throw asFilesError(error, tried, this.#path);
    });
    this.#tail = done.catch(() => {});
    return done;
  }

  async #write(line: string): Promise<void> {
    const bytes = new TextEncoder().encode(this.#torn ? `\n${line}\n` : `${line}\n`);
    // Until the last byte is out the line counts as torn, so that a failure cannot swallow the next line.
    this.#torn = true;
    let done = 0;
    while (done < bytes.length) done += await this.#file.write(bytes.subarray(done));
    this.#torn = false;
  }
}
