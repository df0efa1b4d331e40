/** Far more than anybody writes; what is larger was meant to be something else. Bytes. */
const MAX_BYTES = 64 * 1024 * 1024;

/** How a shell or a person calls a stream that is open already: `<(jq . a.json)`, `>(tee log)`. */
const OPEN_STREAM = /^\/(?:dev\/std(?:in|out|err)|(?:dev|proc\/self)\/fd\/\d+)$/;

/**
 * The bytes of a file that a person named, or that somebody else may have put something else in the place of. Waits
 * for nobody to open the other end: in the compiled program, that would hold up the main thread, with all timers and
 * signals. A pipe that is open already is read to its end, and of an endless one no more than 64 MiB.
 *
 * @throws what the system says, or `Deno.errors.NotSupported` with why it was not read.
 */
export async function readWhole(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const info = await Deno.stat(path);
  if (info.isFile && info.size > MAX_BYTES) throw tooLarge();
  // What the kernel makes up while it is read has no size.
  if ((info.isFile && info.size > 0) || info.isDirectory) return await Deno.readFile(path);
  await refuseToWait(path, info);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of (await Deno.open(path)).readable) {
    size += chunk.length;
    if (size > MAX_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** As {@link readWhole}, for text in UTF-8; what is not becomes U+FFFD, and a byte order mark is dropped. */
export async function readWholeText(path: string): Promise<string> {
  return new TextDecoder().decode(await readWhole(path));
}

/**
 * Looks whether writing to `path` would have to wait for a reader; what is not there yet would not.
 *
 * @throws `Deno.errors.NotSupported`, saying so.
 */
export async function refuseUnreadPipe(path: string): Promise<void> {
  const info = await Deno.stat(path).catch(() => null);
  if (info?.isFifo && !await isOpenStream(path, info)) throw notWaitedFor(">(cat >PIPE)");
}

async function refuseToWait(path: string, info: Deno.FileInfo): Promise<void> {
  if (info.isFile || await isOpenStream(path, info)) return;
  if (info.isFifo) throw notWaitedFor("<(cat PIPE)");
  throw new Deno.errors.NotSupported("it is not a regular file");
}

function notWaitedFor(way: string): Error {
  const what = "it is not a regular file but a named pipe, which is not waited for";
  return new Deno.errors.NotSupported(`${what}; a shell hands one in with ${way}`);
}

/** A pipe that has a name can be waited for also where it is open: opening it again takes its other end. */
async function isOpenStream(path: string, { isFifo }: Deno.FileInfo): Promise<boolean> {
  if (!OPEN_STREAM.test(path) || !isFifo) return OPEN_STREAM.test(path);
  try {
    return OPEN_STREAM.test(await Deno.realPath(path));
  } catch {
    // Linux shows what has no name as a link that leads nowhere.
    return true;
  }
}

function tooLarge(): Error {
  return new Deno.errors.NotSupported(`it is larger than ${MAX_BYTES / 1024 / 1024} MiB`);
}
