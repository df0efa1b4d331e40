import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { PhotonImage } from "@silvia-odwyer/photon-node";
import { ImageCache } from "./cache.ts";
import { loadImage } from "./load.ts";

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A grey PNG; `claim` puts another size into its header. */
function png(width: number, height: number, claim = { width, height }): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(claim.width, 0);
  header.writeUInt32BE(claim.height, 4);
  header[8] = 8;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.alloc((width + 1) * height))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function jpeg(width: number, height: number): Uint8Array {
  const image = PhotonImage.new_from_byteslice(png(width, height));
  const bytes = image.get_bytes_jpeg(90);
  image.free();
  return bytes;
}

const GIF = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");

async function load(name: string, bytes: Uint8Array | null, cache?: ImageCache) {
  const folder = await Deno.makeTempDir({ prefix: "image-" });
  try {
    const path = join(folder, name);
    if (bytes !== null) await Deno.writeFile(path, bytes);
    const loaded = await loadImage(path, cache);
    return { path, loaded };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function loadGood(name: string, bytes: Uint8Array): Promise<{ type: string; data: Buffer }> {
  const { loaded } = await load(name, bytes);
  assert.ok(loaded.ok, loaded.ok ? "" : loaded.message);
  const found = /^data:([^;]+);base64,(.*)$/.exec(loaded.dataUrl);
  return { type: found?.[1] ?? "", data: Buffer.from(found?.[2] ?? "", "base64") };
}

function sizeOf(bytes: Uint8Array): [number, number] {
  const image = PhotonImage.new_from_byteslice(bytes);
  const size: [number, number] = [image.get_width(), image.get_height()];
  image.free();
  return size;
}

Deno.test("PNG and JPEG inside the box go through byte for byte, whatever their names", async () => {
  const exact = png(2048, 768);
  assert.deepEqual(await loadGood("a.txt", exact), { type: "image/png", data: exact });
  const small = Buffer.from(jpeg(30, 20));
  assert.deepEqual(await loadGood("a.png", small), { type: "image/jpeg", data: small });
});

for (
  const [width, height, wide, high] of [
    [4096, 2048, 1536, 768],
    [100, 2000, 38, 768],
    [3000, 100, 2048, 68],
    [5000, 1, 2048, 1],
  ] as const
) {
  Deno.test(`a PNG of ${width}×${height} is scaled to ${wide}×${high}`, async () => {
    const { type, data } = await loadGood("a.png", png(width, height));
    assert.equal(type, "image/png");
    assert.deepEqual(sizeOf(data), [wide, high]);
  });
}

Deno.test("a JPEG that is too large stays a JPEG", async () => {
  const { type, data } = await loadGood("a.jpg", jpeg(4096, 2048));
  assert.equal(type, "image/jpeg");
  assert.deepEqual(sizeOf(data), [1536, 768]);
});

Deno.test("other formats become PNG", async () => {
  const { type, data } = await loadGood("a.gif", GIF);
  assert.equal(type, "image/png");
  assert.deepEqual(sizeOf(data), [1, 1]);
});

Deno.test("what cannot be read is said in words that name the file and the reason", async () => {
  const half = png(10, 10).subarray(0, 50);
  const bomb = png(1, 1, { width: 100_000, height: 100_000 });
  const cases: readonly (readonly [string, Uint8Array | null, string])[] = [
    ["gone.png", null, "No such file or directory (os error 2)"],
    ["words.txt", Buffer.from("words"), "unsupported MIME type `text/plain`"],
    ["words", Buffer.from("words"), "unsupported MIME type (unknown)"],
    ["drawing.svg", Buffer.from("<svg/>"), "unsupported image format `image/svg+xml`"],
    ["empty.png", Buffer.alloc(0), "unsupported image format `image/png`"],
    ["half.png", half, "invalid image data"],
    ["bomb.png", bomb, "the image is too large (100000×100000 pixels)"],
  ];
  for (const [name, bytes, reason] of cases) {
    const { path, loaded } = await load(name, bytes);
    assert.ok(!loaded.ok);
    assert.ok(loaded.message.includes(`\`${path}\``), loaded.message);
    assert.ok(loaded.message.endsWith(reason), loaded.message);
  }
});

Deno.test("what is no file is not opened, and of what is far too large no more is read", async () => {
  const folder = await Deno.makeTempDir({ prefix: "image-" });
  try {
    const large = join(folder, "large.png");
    using file = await Deno.create(large);
    await file.truncate(64 * 1024 * 1024 + 1);
    const cases = [[large, /larger than 64 MiB$/], [folder, /Is a directory/]] as const;
    const device = ["/dev/null", /not a regular file$/] as const;
    for (const [path, reason] of Deno.build.os === "windows" ? cases : [...cases, device]) {
      const loaded = await loadImage(path);
      assert.ok(!loaded.ok);
      assert.match(loaded.reason, reason);
      assert.match(loaded.message, reason);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the cache answers by content and forgets what was used longest ago", async () => {
  const cache = new ImageCache();
  const bytes = png(3, 3);
  const first = await load("a.png", bytes, cache);
  for (let index = 0; index < 31; index++) cache.set(`other ${index}`, "data:");
  const { createHash } = await import("node:crypto");
  const key = createHash("sha1").update(bytes).digest("hex");
  assert.ok(first.loaded.ok);
  assert.equal(cache.get(key), first.loaded.dataUrl);
  cache.set("one more", "data:");
  assert.equal(cache.get("other 0"), null);
  cache.set(key, "data:from the cache");
  assert.deepEqual((await load("b.png", bytes, cache)).loaded, {
    ok: true,
    dataUrl: "data:from the cache",
  });
});
