/** How well bytes read as a charset: 1 = like real text of it, 0 or less = not. */
export interface Charset {
  /** Label for `TextDecoder`. */
  readonly label: string;
  /** `text` is what `bytes` decode to; none of it is U+FFFD. */
  score(bytes: Uint8Array, text: string): number;
}

/** Shares of letters in Russian text, in percent; others of the alphabet are rarer. */
const CYRILLIC: Readonly<Record<string, number>> = {
  о: 11,
  е: 8.5,
  а: 8,
  и: 7.4,
  н: 6.7,
  т: 6.3,
  с: 5.5,
  р: 4.7,
  в: 4.5,
  л: 4.4,
  к: 3.5,
  м: 3.2,
  д: 3,
  п: 2.8,
  у: 2.6,
  я: 2,
  ы: 1.9,
  ь: 1.7,
  г: 1.7,
  з: 1.7,
  б: 1.6,
  ч: 1.4,
  й: 1.2,
  х: 1,
  ж: 0.9,
  ш: 0.7,
  ю: 0.6,
  ц: 0.5,
  щ: 0.4,
  э: 0.3,
  ф: 0.3,
  ъ: 0.05,
  ё: 0.05,
  і: 2,
  ї: 0.5,
  є: 0.5,
  ў: 0.5,
};
const CYRILLIC_PUNCTUATION = "«»—–№…„“”’\u00a0";

/** The most frequent characters, and those of the messages that programs print. */
const COMMON_HANZI = characters(
  "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事" +
    "成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日者意无力它与长把机第公此已工使" +
    "情明性知全关点正外将两高间由问很最重并物手应向头文体见被利等产或新己制身果加月话合回特代内信表化给世位次度" +
    "件错误目录找失败命令请存保输入密码权限拒绝系统用户数据完运退",
);
const COMMON_TRADITIONAL = characters(
  "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事" +
    "成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心本前開但因只從想實日者意無力它與長把機第公此已工使" +
    "情明性知全關點正外將兩高間由問很最重並物手應向頭文體見被利等產或新己制身果加月話合回特代內信表化給世位次度" +
    "件錯誤檔案目錄找失敗命令請存保輸入密碼權限拒絕系統使用者資料完執行",
);
const COMMON_HANGUL = characters(
  "이다는의에가을하고를은로도지사기한리서인어나자시아그대수정보일라스전과해부장제원있음습니었된오류파디렉터없명령찾안녕세요" +
    "입력출실패권거못할것게만들면여내용경우성비중으주데모소",
);

const PREFERRED_ACCENTS = characters("éèàçêüöäßñóíáúåøæãõôîûâëïìòùœÉÈÀÇÜÖÄÑÓÅØÆ");
const WESTERN_MARKS = characters("°§©®«»¿¡·€£²³½’‘“”–—…•™\u00a0");
const WESTERN_QUOTES = characters("’‘“”–—…•");

/** In order of preference when two read equally well. */
export const LEGACY_CHARSETS: readonly Charset[] = [
  { label: "windows-1251", score: (_bytes, text) => scoreCyrillic(text) },
  { label: "koi8-r", score: (_bytes, text) => scoreCyrillic(text) },
  { label: "ibm866", score: (_bytes, text) => scoreCyrillic(text) },
  { label: "gbk", score: (bytes, text) => scorePairs(bytes, gbkPair, text, COMMON_HANZI) },
  { label: "euc-kr", score: (bytes, text) => scorePairs(bytes, eucKrPair, text, COMMON_HANGUL) },
  { label: "big5", score: (bytes, text) => scorePairs(bytes, big5Pair, text, COMMON_TRADITIONAL) },
  { label: "shift_jis", score: scoreShiftJis },
  { label: "euc-jp", score: (bytes) => scorePairs(bytes, eucJpPair, "", new Set()) },
  { label: "windows-1252", score: (_bytes, text) => scoreWestern(text) },
];

function characters(text: string): ReadonlySet<string> {
  return new Set(text);
}

function isAsciiLetter(char: string | undefined): boolean {
  return char !== undefined && /[A-Za-z]/.test(char);
}

function isHigh(char: string | undefined): boolean {
  return char !== undefined && char > "\x7f";
}

function scoreCyrillic(text: string): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (!isHigh(char)) continue;
    count++;
    const lower = char.toLowerCase();
    const share = CYRILLIC[lower];
    if (share === undefined) {
      if (!CYRILLIC_PUNCTUATION.includes(char)) sum -= 0.7;
      continue;
    }
    const previous = text[i - 1];
    if (isAsciiLetter(previous) || isAsciiLetter(text[i + 1])) {
      sum -= 0.6;
      continue;
    }
    const isUpper = lower !== char;
    const afterLower = isHigh(previous) && CYRILLIC[previous!] !== undefined;
    if (isUpper && afterLower) sum -= 1;
    // A capital alone is a word now and then, but more often a sign of another charset.
    else if (isUpper && !isHigh(previous) && !isHigh(text[i + 1])) sum += 0.1;
    else sum += 1.25 * Math.sqrt(share / 11) * (isUpper ? 0.9 : 1);
  }
  return count === 0 ? 0 : sum / count;
}

function scoreWestern(text: string): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (!isHigh(char)) continue;
    count++;
    const previous = text[i - 1];
    const next = text[i + 1];
    if (WESTERN_QUOTES.has(char)) sum += 0.8;
    else if (WESTERN_MARKS.has(char)) sum += 0.4;
    else if (!PREFERRED_ACCENTS.has(char)) sum -= 0.5;
    else if (isHigh(previous) && isHigh(next)) sum -= 1;
    else if (char !== char.toLowerCase() && /[a-z]/.test(previous ?? "")) sum -= 0.5;
    else if (isAsciiLetter(previous) || isAsciiLetter(next)) sum += 1;
  }
  return count === 0 ? 0 : sum / count;
}

/**
 * Charsets of two bytes a character: half of the score is where the pairs lie in the table, which is ordered by use,
 * and half how many are among the most frequent characters.
 */
function scorePairs(
  bytes: Uint8Array,
  weigh: (lead: number, trail: number) => number,
  text: string,
  common: ReadonlySet<string>,
): number {
  let sum = 0;
  let pairs = 0;
  let runs = false;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i]! < 0x80) continue;
    pairs++;
    sum += weigh(bytes[i]!, bytes[i + 1] ?? 0);
    i++;
    if ((bytes[i + 1] ?? 0) >= 0x80) runs = true;
  }
  if (pairs === 0) return 0;
  let frequent = 0;
  for (const char of text) if (common.has(char)) frequent++;
  // These scripts come in runs; a rare character between letters is something else.
  if (!runs && frequent === 0) return 0;
  return (sum + 0.5 * frequent) / pairs;
}

function gbkPair(lead: number, trail: number): number {
  if (trail < 0xa1) return -0.7;
  if (lead >= 0xb0 && lead <= 0xd7) return 0.5;
  if (lead >= 0xa1 && lead <= 0xa3) return 0.4;
  return lead >= 0xd8 && lead <= 0xf7 ? -0.2 : -0.5;
}

function eucKrPair(lead: number, trail: number): number {
  if (trail < 0xa1) return -0.7;
  if (lead >= 0xb0 && lead <= 0xc8) return 0.5;
  return lead >= 0xa1 && lead <= 0xa3 ? 0.4 : -0.7;
}

function big5Pair(lead: number, _trail: number): number {
  if (lead >= 0xa4 && lead <= 0xc6) return 0.5;
  return lead >= 0xa1 && lead <= 0xa3 ? 0.4 : -0.3;
}

function eucJpPair(lead: number, trail: number): number {
  if (trail < 0xa1) return -0.7;
  if (lead === 0xa4 || lead === 0xa5) return 1;
  if (lead >= 0xa1 && lead <= 0xa3) return 0.4;
  return lead >= 0xb0 && lead <= 0xcf ? 0.5 : -0.3;
}

function scoreShiftJis(bytes: Uint8Array): number {
  let sum = 0;
  let units = 0;
  for (let i = 0; i < bytes.length; i++) {
    const lead = bytes[i]!;
    if (lead < 0x80) continue;
    units++;
    // Katakana of half width, of one byte: everything else looks like it, so it counts against.
    if (lead >= 0xa0 && lead <= 0xdf) {
      sum -= 0.3;
      continue;
    }
    i++;
    if (lead === 0x82 || lead === 0x83) sum += 1;
    else if (lead === 0x81) sum += 0.4;
    else sum += lead >= 0x88 && lead <= 0x97 ? 0.5 : -0.3;
  }
  return units === 0 ? 0 : sum / units;
}
