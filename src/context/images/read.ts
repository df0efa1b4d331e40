/** More than any service takes. Bytes. */
const MAX_BYTES = 64 * 1024 * 1024;

/** What a shell or a person calls a pipe that somebody writes to: `-i <(convert a.svg png:-)`. */
const OPEN_PIPE = /^\/(?:dev\/stdin|(?:dev|proc\/self)\/fd\/\d+)$/;

/**
 * The bytes of a file that somebody calls a picture. Waits for nobody: opening a pipe that nobody writes to would hold
 * up the whole program, signals included, and a device may never end.
 *
 * @throws what the system says, or why it was not read.
 */
export async function readImageFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const info = await Deno.stat(path);
  if (info.isDirectory) throw new Deno.errors.IsADirectory();
  if (!info.isFile && !(info.isFifo && OPEN_PIPE.test(path))) {
    throw new Deno.errors.NotSupported("it is not a regular file");
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of (await Deno.open(path)).readable) {
    size += chunk.length;
    if (size > MAX_BYTES) {
      throw new Deno.errors.NotSupported(`it is larger than ${MAX_BYTES / 1024 / 1024} MiB`);
    }
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
