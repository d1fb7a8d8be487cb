import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import {
  type ApprovalLink,
  approvalLinkBy,
  linkHashOf,
  linkTokenPattern,
} from '../../db/own/approval-links.ts';
import { askedSince } from '../../db/read/asking-case.ts';
import { getCase } from '../../db/read/get-case.ts';
import type { AppEnv } from '../env.ts';
import type { Services } from '../services.ts';
import { cookiePrefixOf } from '../sign-in/cookies.ts';
import type { SignInSettings } from '../sign-in/settings.ts';

/** Why a link is good for nothing; `other`: it is somebody else's. */
export type LinkProblem = 'none' | 'other' | 'used' | 'expired' | 'changed' | 'decided';

export interface LinkFound {
  link?: ApprovalLink;
  problem?: LinkProblem;
  /** The approval that was asked for since, where the content has changed. */
  current?: string;
}

/** The cookie in which a browser keeps the token of the link that it has opened, out of every address and page. */
export const linkCookieOf = (settings: SignInSettings): string => `${cookiePrefixOf(settings)}.approval_link`;

/**
 * The link that this browser has opened, and why it is good for nothing, if so. It is good for one person, one open
 * task, one content, and until somebody has decided by it.
 *
 * @param id the link's hash, where a form says by which link it was shown
 */
export const findLink = async (services: Services, c: Context<AppEnv>, id?: string): Promise<LinkFound> => {
  const { store, signIn, now } = services;
  const { tenant, id: personId } = c.get('person');
  const token = getCookie(c, linkCookieOf(signIn)) ?? '';
  const hash = linkHashOf(token);
  const link =
    linkTokenPattern.test(token) && (id ?? hash) === hash
      ? await approvalLinkBy(store, { tenant, hash })
      : undefined;
  if (!link) {
    return { problem: 'none' };
  }
  if (link.personId !== personId) {
    return { link, problem: 'other' };
  }
  if (link.usedAtMs !== null) {
    return { link, problem: 'used' };
  }
  if (now() >= link.expiresAtMs) {
    return { link, problem: 'expired' };
  }
  const row = await getCase(store, { tenant, caseId: link.caseId });
  if (row?.state.signing?.approval.subjectHash !== link.subjectHash) {
    return { link, problem: 'changed' };
  }
  if (row.state.tasks[link.taskId]?.status === 'open') {
    return { link };
  }
  const current = await askedSince(store, row);
  return current === undefined ? { link, problem: 'decided' } : { link, problem: 'changed', current };
};
