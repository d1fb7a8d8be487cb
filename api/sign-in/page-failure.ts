import type { Context } from 'hono';
import { html } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { AppEnv } from '../env.ts';
import { failureResponse } from '../failure-response.ts';
import { Condition } from '../problem.ts';
import { problemCodes } from '../problem-codes.ts';
import type { Services } from '../services.ts';
import { givePage } from './pages/layout.ts';
import { codeText, languageOf, textsOf } from './pages/texts.ts';

/** A problem for programs; for a reader a page in their language, or the way to sign in first. */
export const pageFailure =
  (services: Services) =>
  (error: Error, c: Context<AppEnv>): Response | Promise<Response> => {
    const wantsPage = c.req.header('accept')?.includes('text/html') ?? false;
    if (!(error instanceof Condition) || !wantsPage) {
      return failureResponse(services)(error, c);
    }
    if (error.code === 'AUTHENTICATION_REQUIRED' || error.code === 'SESSION_ENDED') {
      return c.redirect(`/sign-in?next=${encodeURIComponent(c.req.path)}`, 303);
    }
    const language = languageOf(c);
    const t = textsOf(language);
    c.set('problemCode', error.code);
    if (error.retryAfterS !== undefined) c.header('retry-after', String(error.retryAfterS));
    const message = codeText(error.code, language) ?? problemCodes[error.code].title;
    const body = html`<p><a href="/sign-in">${t.back}</a></p>`;
    const status = problemCodes[error.code].status as ContentfulStatusCode;
    return givePage(c, { title: t.title, message, isAlert: true, body }, status);
  };
