/** A page for the person whose browser was sent back to us. */
export interface Page {
  readonly status: number;
  readonly title: string;
  readonly mood: "good" | "bad";
  /** Plain text, a paragraph each; `commands` between backticks. */
  readonly paragraphs: readonly string[];
  /** Where the browser goes by itself after a few seconds. */
  readonly next?: { readonly url: string; readonly label: string };
}

/** Seconds until the browser goes on by itself. */
const NEXT_AFTER_S = 3;

const STYLE = `
:root { color-scheme: light dark; --paper: #f6f5f1; --card: #fff; --ink: #1d1c1a; --soft: #6b6862;
  --line: #e4e1d9; --good: #14795a; --bad: #b3402a; }
@media (prefers-color-scheme: dark) { :root { --paper: #141413; --card: #1f1e1c; --ink: #f1efe9;
  --soft: #a19d94; --line: #33312d; --good: #4cc69a; --bad: #f0836b; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px;
  background: var(--paper); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { width: 100%; max-width: 460px; padding: 40px 40px 28px; background: var(--card);
  border: 1px solid var(--line); border-radius: 18px; box-shadow: 0 20px 50px -30px #0006; }
.mark { display: block; width: 52px; height: 52px; margin-bottom: 24px; }
.good .mark { color: var(--good); } .bad .mark { color: var(--bad); }
.mark circle { fill: currentColor; opacity: .13; }
.mark path { fill: none; stroke: currentColor; stroke-width: 3; stroke-linecap: round;
  stroke-linejoin: round; }
h1 { margin: 0 0 10px; font-size: 25px; line-height: 1.25; font-weight: 650; letter-spacing: -.015em;
  text-wrap: balance; }
p { margin: 0 0 10px; color: var(--soft); overflow-wrap: anywhere; }
code { padding: 2px 7px; border: 1px solid var(--line); border-radius: 6px; background: var(--paper);
  color: var(--ink); font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
a.next { display: block; position: relative; overflow: hidden; margin: 22px 0 8px; padding: 12px 18px;
  border-radius: 11px; background: var(--ink); color: var(--card); font-weight: 600;
  text-align: center; text-decoration: none; }
a.next::after { content: ""; position: absolute; left: 0; bottom: 0; height: 3px; width: 100%;
  background: var(--good); transform-origin: left; animation: wait ${NEXT_AFTER_S}s linear forwards; }
@keyframes wait { from { transform: scaleX(0); } to { transform: scaleX(1); } }
@media (prefers-reduced-motion: reduce) { a.next::after { animation: none; } }
footer { margin-top: 28px; padding-top: 16px; border-top: 1px solid var(--line); color: var(--soft);
  font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
footer b { color: var(--ink); font-weight: 600; }
`;

const MARKS = {
  good: "M16.5 27l6.5 6.5L36 20",
  bad: "M26 16.5v12M26 34.5v.5",
};

/** No script, no other file, no frame around it, and nothing of its address told to the next page. */
const HEADERS: HeadersInit = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "connection": "close",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

export function pageResponse(page: Page): Response {
  return new Response(pageHtml(page), { status: page.status, headers: HEADERS });
}

/** A short answer for programs. */
export function textResponse(status: number, text: string): Response {
  return new Response(text, {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "connection": "close",
      "x-content-type-options": "nosniff",
    },
  });
}

export function pageHtml({ title, mood, paragraphs, next }: Page): string {
  const refresh = next === undefined
    ? ""
    : `\n<meta http-equiv="refresh" content="${NEXT_AFTER_S};url=${escape(next.url)}">`;
  const link = next === undefined
    ? ""
    : `\n<a class="next" href="${escape(next.url)}" rel="noreferrer">${escape(next.label)}</a>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">${refresh}
<title>${escape(title)} · Codex</title>
<style>${STYLE}</style>
</head>
<body class="${mood}">
<main>
<svg class="mark" viewBox="0 0 52 52" aria-hidden="true"><circle cx="26" cy="26" r="26"/><path d="${
    MARKS[mood]
  }"/></svg>
<h1>${escape(title)}</h1>
${paragraphs.map((text) => `<p>${withCommands(escape(text))}</p>`).join("\n")}${link}
<footer><b>codex</b> login</footer>
</main>
</body>
</html>
`;
}

function withCommands(html: string): string {
  return html.replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}
