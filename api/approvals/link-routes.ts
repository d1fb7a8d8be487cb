import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import { appendRecord } from '../../db/own/append-record.ts';
import { linkTokenPattern } from '../../db/own/approval-links.ts';
import { markRead } from '../../db/own/notifications.ts';
import { authenticate } from '../auth.ts';
import type { AppEnv } from '../env.ts';
import { newRouter, type Router } from '../router.ts';
import type { Services } from '../services.ts';
import { cookieAttributesOf, sessionTokenOf } from '../sign-in/cookies.ts';
import { pageFailure } from '../sign-in/page-failure.ts';
import { givePage } from '../sign-in/pages/layout.ts';
import { languageOf, textsOf } from '../sign-in/pages/texts.ts';
import { type ApprovalCard, approvalCard } from './card.ts';
import { cardBody } from './card-page.ts';
import { cardTextsOf } from './card-texts.ts';
import { findLink, type LinkFound, type LinkProblem, linkCookieOf } from './links.ts';
import { recordCardRead } from './read-cards.ts';

/** For so long a browser knows which link it has opened: long enough to sign in with a second factor. */
const openForS = 30 * 60;

const page = '/approvals/link';

/**
 * Where the link of a message leads. Whoever fetches it, a mail scanner too, decides nothing and uses nothing up: the
 * browser gets the token as a cookie, signs in, and sees the card if the link is that person's.
 */
export const linkRoutes = (services: Services): Router => {
  const { signIn } = services;
  const router = newRouter();
  router.onError(pageFailure(services));

  router.get('/approvals/links/:token', (c) => {
    const token = c.req.param('token');
    c.header('cache-control', 'no-store');
    if (linkTokenPattern.test(token)) {
      setCookie(c, linkCookieOf(signIn), token, { ...cookieAttributesOf(signIn), maxAge: openForS });
    }
    return c.redirect(page, 303);
  });

  router.get(page, async (c, next) =>
    sessionTokenOf(c, services) === undefined
      ? c.redirect(`/sign-in?next=${encodeURIComponent(page)}`, 303)
      : authenticate(services)(c, next),
  );

  router.get(page, async (c) => {
    const found = await findLink(services, c);
    const { link, problem, current = link?.caseId } = found;
    const card =
      problem === 'other' || current === undefined ? undefined : await cardOf(services, c, current);
    if (problem !== undefined || !card) {
      await recordProblem(services, c, found);
      return givePage(c, ...problemPage(c, problem ?? 'none', card));
    }
    const { tenant, id: personId } = c.get('person');
    await markRead(services.store, { tenant, personId, id: link?.notificationId ?? '' }, services.now());
    await recordCardRead(services, c, card);
    const language = languageOf(c);
    return givePage(c, {
      title: card.title[language],
      wide: true,
      body: cardBody(card, { language, key: randomUUID(), nowMs: services.now(), link: link?.hash }),
    });
  });
  return router;
};

const cardOf = (services: Services, c: Context<AppEnv>, caseId: string): Promise<ApprovalCard | undefined> =>
  approvalCard(services, { reader: c.get('person'), credential: c.get('credential') }, caseId);

const statuses = { none: 404, other: 403, used: 410, expired: 410, changed: 410, decided: 410 } as const;

/** What has become of the link, and the way to the approval as it is now where the reader may see it. */
const problemPage = (
  c: Context<AppEnv>,
  problem: LinkProblem,
  card: ApprovalCard | undefined,
): [Parameters<typeof givePage>[1], (typeof statuses)[LinkProblem]] => {
  const t = cardTextsOf(languageOf(c));
  const body = card
    ? html`<p><a href="/approvals/${card.caseId}">${t.link.current}</a></p>`
    : html`<p><a href="/approvals">${textsOf(languageOf(c)).approvals}</a></p>`;
  return [{ title: t.link.title, message: t.link[problem], isAlert: true, body }, statuses[problem]];
};

const codes = {
  none: 'LINK_UNKNOWN',
  other: 'LINK_NOT_YOURS',
  used: 'LINK_USED',
  expired: 'LINK_EXPIRED',
  changed: 'LINK_CHANGED',
  decided: 'LINK_DECIDED',
} as const;

const recordProblem = async (
  { store, now }: Services,
  c: Context<AppEnv>,
  { link, problem = 'none' }: LinkFound,
): Promise<void> => {
  const { tenant, id } = c.get('person');
  await appendRecord(store, tenant, {
    at: new Date(now()).toISOString(),
    actorId: id,
    type: 'approval-link.refused',
    subject: link ? { kind: 'case', id: link.caseId } : { kind: 'person', id },
    detail: { code: codes[problem], requestId: c.get('requestId') },
  });
};
