import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { restoreApprovalLink, spendApprovalLink } from '../../db/own/approval-links.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { authenticate } from '../auth.ts';
import type { AppEnv } from '../env.ts';
import { Condition, problemResponse } from '../problem.ts';
import { newRouter, type Router } from '../router.ts';
import type { Services } from '../services.ts';
import { sessionTokenOf } from '../sign-in/cookies.ts';
import { pageFailure } from '../sign-in/page-failure.ts';
import { givePage } from '../sign-in/pages/layout.ts';
import { languageOf } from '../sign-in/pages/texts.ts';
import { formOf, requireSameOrigin } from '../sign-in/steps.ts';
import { approvalCard, type CardReader } from './card.ts';
import { cardBody } from './card-page.ts';
import { answerText, cardTextsOf } from './card-texts.ts';
import { linkRoutes } from './link-routes.ts';
import { findLink, type LinkFound } from './links.ts';
import { approvalListRoutes } from './list-routes.ts';
import { recordCardRead } from './read-cards.ts';
import { recordRefused } from './record-refused.ts';
import { postInside, refusalCode, type SendInside } from './send-inside.ts';

const formBytesMax = 64 * 1024;

/**
 * The approval card: a page on which a signed-in person decides in one screen. Reading it decides nothing, whoever
 * fetches the link; deciding is a form of this page, sent with the session and a key that is good for one answer.
 */
export const approvalCardRoutes = (services: Services, send: SendInside): Router => {
  const router = newRouter();
  const limit = bodyLimit({
    maxSize: formBytesMax,
    onError: (c) => problemResponse(c, 'BODY_TOO_LARGE', `A form may have ${formBytesMax} bytes.`),
  });
  router.route('/', linkRoutes(services));

  // Somebody without a session comes back here after signing in.
  for (const path of ['/approvals', '/approvals/*']) {
    router.use(path, limit, requireSameOrigin(services), async (c, next) => {
      if (c.req.method === 'GET' && sessionTokenOf(c, services) === undefined) {
        return c.redirect(`/sign-in?next=${encodeURIComponent(new URL(c.req.url).pathname)}`, 303);
      }
      return authenticate(services)(c, next);
    });
  }
  router.onError(pageFailure(services));
  router.route('/', approvalListRoutes(services, send));

  router.get('/approvals/:caseId', async (c) => {
    const language = languageOf(c);
    const failed = answerText(c.req.query('error'), language);
    const done = c.req.query('done') === undefined ? undefined : cardTextsOf(language).done;
    const card = await approvalCard(services, cardReaderOf(c), c.req.param('caseId'));
    if (!card) {
      throw new Condition('NOT_FOUND', 'There is no such approval.');
    }
    await recordCardRead(services, c, card);
    return givePage(c, {
      title: card.title[language],
      ...{ message: failed ?? done, isAlert: failed !== undefined },
      wide: true,
      body: cardBody(card, { language, key: randomUUID(), nowMs: services.now() }),
    });
  });

  router.post('/approvals/:caseId', async (c) => {
    const caseId = c.req.param('caseId');
    const field = await formOf(c);
    const card = await approvalCard(services, cardReaderOf(c), caseId);
    const back = (query: string): Response =>
      c.redirect(`/approvals/${encodeURIComponent(caseId)}?${query}`, 303);
    if (!card) {
      throw new Condition('NOT_FOUND', 'There is no such approval.');
    }
    const refused = async (code: string): Promise<Response> => {
      await recordRefused(services, c, { kind: 'case', id: caseId }, { code });
      return back(`error=${code}`);
    };
    // What was read is what is signed: a page that is older than its subject decides nothing.
    if (card.isStale || card.subjectHash !== field('subject')) {
      return refused('STALE');
    }
    const link = field('link') === '' ? undefined : await findLink(services, c, field('link'));
    if (link && (link.problem !== undefined || !isLinkTo(link, caseId, field('task')))) {
      return refused('LINK_USED');
    }
    if (link?.link && !(await spendApprovalLink(services.store, link.link, services.now()))) {
      return refused('LINK_USED');
    }
    const { verb, body } = commandOf(field);
    const path = `/v1/tasks/${encodeURIComponent(field('task'))}/${verb}`;
    const code = await decide(services, link?.link, () =>
      postInside(send, c, { path, body, key: field('key') }),
    );
    return back(code === undefined ? 'done=1' : `error=${encodeURIComponent(code)}`);
  });
  return router;
};

export const cardReaderOf = (c: Context<AppEnv>): CardReader => ({
  reader: c.get('person'),
  credential: c.get('credential'),
});

const isLinkTo = ({ link }: LinkFound, caseId: string, taskId: string): boolean =>
  link?.caseId === caseId && link.taskId === taskId;

/** Decides; the link that led here and is used up by now can be used again where the answer is refused. */
const decide = async (
  { store }: Services,
  link: LinkFound['link'],
  send: () => Response | Promise<Response>,
): Promise<string | undefined> => {
  const answer = await send();
  const code = await refusalCode(answer);
  // What is not known to have failed may have been done: then the link stays used.
  if (link && code !== undefined && answer.status < 500) {
    await restoreApprovalLink(store, link);
  }
  return code;
};

const commandOf = (field: (name: string) => string): { verb: string; body: { [name: string]: Json } } => {
  const reason: { [name: string]: Json } = field('reason') === '' ? {} : { reason: field('reason') };
  return field('answer') === 'return'
    ? { verb: 'return', body: { ...reason, toStep: field('to') === '' ? null : field('to') } }
    : { verb: 'complete', body: { ...reason, outcome: field('answer') } };
};
