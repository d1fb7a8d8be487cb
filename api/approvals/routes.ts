import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import type { Json } from '../../machines/kernel/json.ts';
import { authenticate } from '../auth.ts';
import type { AppEnv } from '../env.ts';
import { Condition } from '../problem.ts';
import { newRouter, type Router } from '../router.ts';
import type { Services } from '../services.ts';
import { sessionTokenOf } from '../sign-in/cookies.ts';
import { pageFailure } from '../sign-in/page-failure.ts';
import { givePage } from '../sign-in/pages/layout.ts';
import { codeText, languageOf } from '../sign-in/pages/texts.ts';
import { formOf } from '../sign-in/steps.ts';
import { approvalCard } from './card.ts';
import { cardBody } from './card-page.ts';
import { cardTextsOf } from './card-texts.ts';

/** Sends a request to this very API, as any client would: rights, keys and sealing are its own. */
export type SendInside = (request: Request) => Response | Promise<Response>;

/**
 * The approval card: a page on which a signed-in person decides in one screen. Reading it decides nothing, whoever
 * fetches the link; deciding is a form of this page, sent with the session and a key that is good for one answer.
 */
export const approvalCardRoutes = (services: Services, sendInside: SendInside): Router => {
  const router = newRouter();

  // Somebody without a session comes back here after signing in.
  router.use('/approvals/*', async (c, next) => {
    if (c.req.method === 'GET' && sessionTokenOf(c, services) === undefined) {
      return c.redirect(`/sign-in?next=${encodeURIComponent(new URL(c.req.url).pathname)}`, 303);
    }
    return authenticate(services)(c, next);
  });
  router.onError(pageFailure(services));

  router.get('/approvals/:caseId', async (c) => {
    const done = c.req.query('done') === undefined ? undefined : cardTextsOf(languageOf(c)).done;
    const failed = codeText(c.req.query('error') ?? '', languageOf(c)) ?? c.req.query('error');
    return give(services, c, { message: failed ?? done, isAlert: failed !== undefined });
  });

  router.post('/approvals/:caseId', async (c) => {
    const caseId = c.req.param('caseId');
    const field = await formOf(c);
    const card = await approvalCard(services, c.get('person'), caseId);
    const back = (query: string): Response =>
      c.redirect(`/approvals/${encodeURIComponent(caseId)}?${query}`, 303);
    if (!card) {
      throw new Condition('NOT_FOUND', 'There is no such approval.');
    }
    // What was read is what is signed: a page that is older than its subject decides nothing.
    if (card.isStale || card.subjectHash !== field('subject')) {
      return back('error=STALE');
    }
    const command = commandOf(field);
    const answer = await sendInside(
      new Request(new URL(`/v1/tasks/${encodeURIComponent(field('task'))}/${command.verb}`, c.req.url), {
        method: 'POST',
        headers: {
          ...forwarded(c),
          'content-type': 'application/json',
          'idempotency-key': field('key'),
        },
        body: JSON.stringify(command.body),
      }),
    );
    if (answer.ok) {
      return back('done=1');
    }
    const { code } = (await answer.json()) as { code?: string };
    return back(`error=${encodeURIComponent(code ?? 'INTERNAL')}`);
  });
  return router;
};

const give = async (
  services: Services,
  c: Context<AppEnv>,
  said: { message: string | undefined; isAlert: boolean },
): Promise<Response> => {
  const card = await approvalCard(services, c.get('person'), c.req.param('caseId') ?? '');
  if (!card) {
    throw new Condition('NOT_FOUND', 'There is no such approval.');
  }
  const language = languageOf(c);
  return givePage(c, {
    title: card.title[language],
    ...said,
    body: cardBody(card, { language, key: randomUUID(), nowMs: services.now() }),
  });
};

const commandOf = (field: (name: string) => string): { verb: string; body: { [name: string]: Json } } => {
  const reason: { [name: string]: Json } = field('reason') === '' ? {} : { reason: field('reason') };
  return field('answer') === 'return'
    ? { verb: 'return', body: { ...reason, toStep: field('to') === '' ? null : field('to') } }
    : { verb: 'complete', body: { ...reason, outcome: field('answer') } };
};

// The session and where the form came from, which are judged again; nothing else of the request.
const forwarded = (c: Context<AppEnv>): { [name: string]: string } => {
  const names = ['cookie', 'authorization', 'origin', 'host', 'sec-fetch-site'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = c.req.header(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
};
