import assert from "node:assert/strict";
import { decodeOutput } from "./decode_output.ts";
import { processorTime } from "../../tests/support/processor_time.ts";

const RUSSIAN = [
  "Привет, мир!",
  "Ошибка: файл не найден",
  "ОШИБКА",
  "да",
  "ls: cannot access 'тест.txt': Нет такого файла",
  "error: не удалось открыть /tmp/x",
];

const TEXTS: Readonly<Record<string, readonly string[]>> = {
  "windows-1251": RUSSIAN,
  "koi8-r": RUSSIAN,
  "ibm866": RUSSIAN,
  "gbk": ["你好", "你好，世界", "错误：找不到文件或目录", "系统找不到指定的路径。"],
  "big5": ["找不到檔案", "系統找不到指定的路徑。", "錯誤"],
  "shift_jis": ["こんにちは", "ファイルが見つかりません", "日本語"],
  "euc-jp": ["こんにちは", "ファイルが見つかりません"],
  "euc-kr": ["안녕하세요", "파일을 찾을 수 없습니다", "오류"],
  "windows-1252": [
    "café",
    "naïve façade",
    "Größe der Datei ändern",
    "El niño comió jamón",
    "5 €",
    "20 °C",
    // Bytes that cp866 has letters for.
    "don’t “quote” me – ever",
  ],
};

/** The inverse of `TextDecoder`, by trying every byte and pair of bytes. */
function encoderOf(label: string): (text: string) => Uint8Array {
  const decoder = new TextDecoder(label);
  const table = new Map<string, number[]>();
  const learn = (bytes: number[]): void => {
    const text = decoder.decode(Uint8Array.from(bytes));
    if ([...text].length === 1 && text !== "\ufffd" && !table.has(text)) table.set(text, bytes);
  };
  for (let lead = 0; lead < 256; lead++) learn([lead]);
  for (let lead = 0x81; lead < 255; lead++) {
    for (let trail = 0x40; trail < 255; trail++) learn([lead, trail]);
  }
  return (text) =>
    Uint8Array.from([...text].flatMap((char) => {
      const bytes = table.get(char);
      if (bytes === undefined) throw new Error(`${label} has no ${char}`);
      return bytes;
    }));
}

Deno.test("UTF-8 stays as it is, byte order mark and NUL included", () => {
  const text = "\ufeffa\0é€😀\r\n\x1b[31m";
  assert.equal(decodeOutput(new TextEncoder().encode(text)), text);
  assert.equal(decodeOutput(new Uint8Array(0)), "");
});

for (const [label, texts] of Object.entries(TEXTS)) {
  Deno.test(`${label} is recognised, alone and among lines of ASCII`, () => {
    const encode = encoderOf(label);
    for (const text of texts) {
      assert.equal(decodeOutput(encode(text)), text);
      const log = `total 3\n${text}\nmake: *** [all] Error 1\n`.repeat(3);
      assert.equal(decodeOutput(encode(log)), log);
    }
  });
}

Deno.test("UTF-8 with a few broken bytes is still UTF-8", () => {
  const bytes = new TextEncoder().encode("Ошибка: файл не найден – 错误");
  assert.equal(decodeOutput(bytes.subarray(1)), "\ufffdшибка: файл не найден – 错误");
  assert.equal(decodeOutput(bytes.subarray(0, -1)).slice(0, 22), "Ошибка: файл не найден");
});

Deno.test("what reads like nothing is UTF-8 with replacement characters", () => {
  assert.equal(decodeOutput(Uint8Array.of(0x61, 0xff, 0x62)), "a\ufffdb");
  const binary = Uint8Array.from({ length: 512 }, (_, i) => (i * 167) & 0xff);
  assert.equal(decodeOutput(binary), new TextDecoder().decode(binary));
});

Deno.test("four times the bytes take about four times the time", () => {
  const line = encoderOf("windows-1251")("Ошибка: файл не найден\n");
  const take = (lines: number): number => {
    const bytes = new Uint8Array(line.length * lines);
    for (let i = 0; i < lines; i++) bytes.set(line, i * line.length);
    const started = processorTime();
    assert.equal(decodeOutput(bytes).length, bytes.length);
    return processorTime() - started;
  };
  take(10_000);
  const small = Math.min(take(10_000), take(10_000), take(10_000));
  const big = Math.min(take(40_000), take(40_000), take(40_000));
  assert.ok(big < 12 * small + 20, `${small} ms, ${big} ms`);
});
