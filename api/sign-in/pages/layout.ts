import type { Context } from 'hono';
import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { AppEnv } from '../../env.ts';
import { type Language, languageOf, textsOf } from './texts.ts';

export type Fragment = HtmlEscapedString | Promise<HtmlEscapedString>;

/** Nothing but our own files, nobody's frame, no form to another site. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The headers of each page: it is kept nowhere, and its forms say where they come from. */
const pageHeaders = {
  'content-security-policy': policy,
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
};

export interface PageContent {
  title: string;
  /** Said at once by a screen reader. */
  message?: string | undefined;
  /** A message that something went wrong. */
  isAlert?: boolean;
  body: Fragment;
  /** Whether the page's script is needed. */
  script?: boolean;
  /** More than a form: room for tables and lists. */
  wide?: boolean;
}

/** A whole page, in the reader's language; it works without any script but for passkeys. */
export const givePage = async (
  c: Context<AppEnv>,
  content: PageContent,
  status: ContentfulStatusCode = 200,
): Promise<Response> => {
  const language = languageOf(c);
  const text = await layout(language, content, otherLanguage(c, language));
  for (const [name, value] of Object.entries(pageHeaders)) c.header(name, value);
  return c.html(text, status);
};

// Only a page that was read can be read again in another language; what a form has answered cannot.
const otherLanguage = (c: Context<AppEnv>, language: Language): string | undefined => {
  if (c.req.method !== 'GET') return undefined;
  const url = new URL(c.req.url);
  url.searchParams.set('lang', language === 'zh' ? 'en' : 'zh');
  return `${url.pathname}${url.search}`;
};

const layout = (
  language: Language,
  { title, message, isAlert = false, body, script = false, wide = false }: PageContent,
  other: string | undefined,
): Fragment => html`<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Caseloom</title>
<link rel="stylesheet" href="/sign-in/style.css">
${script ? html`<script src="/sign-in/passkey.js" defer></script>` : ''}
</head>
<body>
<main${wide ? html` class="wide"` : ''}>
<h1>${title}</h1>
<p id="message" role="${isAlert ? 'alert' : 'status'}">${message ?? ''}</p>
${body}
</main>
${
  other === undefined
    ? ''
    : html`<footer><a href="${other}" lang="${language === 'zh' ? 'en' : 'zh-CN'}">${textsOf(language).otherLanguage}</a></footer>`
}
</body>
</html>`;
