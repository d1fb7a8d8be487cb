import { randomUUID } from 'node:crypto';
import { getCases } from '../../db/read/get-cases.ts';
import { newRouter, type Router } from '../router.ts';
import type { Services } from '../services.ts';
import { givePage } from '../sign-in/pages/layout.ts';
import { languageOf, textsOf } from '../sign-in/pages/texts.ts';
import type { BatchItem, BatchRow } from './batch.ts';
import { answerText, cardTextsOf } from './card-texts.ts';
import { listBody, resultBody } from './list-page.ts';
import { postInside, type SendInside } from './send-inside.ts';
import { waitingApprovals } from './waiting.ts';

/** The page of the approvals that wait for the reader, and what they have ticked on it. The session is there. */
export const approvalListRoutes = (services: Services, send: SendInside): Router => {
  const router = newRouter();

  router.get('/approvals', async (c) => {
    const language = languageOf(c);
    const failed = answerText(c.req.query('error'), language);
    const waiting = await waitingApprovals(services, c);
    return givePage(c, {
      title: textsOf(language).approvals,
      ...{ message: failed, isAlert: failed !== undefined },
      wide: true,
      body: listBody(waiting, { language, key: randomUUID(), nowMs: services.now() }),
    });
  });

  router.post('/approvals', async (c) => {
    const form = await c.req.parseBody({ all: true });
    const key = typeof form.key === 'string' ? form.key : '';
    const items = [form.item ?? []].flat().flatMap((each) => (typeof each === 'string' ? itemOf(each) : []));
    if (items.length === 0) {
      return c.redirect('/approvals', 303);
    }
    const body = { items: items.map((item) => ({ ...item })) };
    const answer = await postInside(send, c, { path: '/v1/approvals/batch', body, key });
    const told = (await answer.json()) as { batchId?: string; items?: BatchRow[]; code?: string };
    if (!answer.ok || !told.items) {
      return c.redirect(`/approvals?error=${encodeURIComponent(told.code ?? 'INTERNAL')}`, 303);
    }
    const language = languageOf(c);
    const numbers = await numbersOf(services, c.get('person').tenant, told.items);
    return givePage(c, {
      title: cardTextsOf(language).batchDone,
      wide: true,
      body: resultBody(told.items, told.batchId ?? '', numbers, language),
    });
  });
  return router;
};

const itemOf = (text: string): BatchItem[] => {
  const [taskId, subjectHash, ...more] = text.split(' ');
  return taskId && subjectHash && more.length === 0 ? [{ taskId, subjectHash }] : [];
};

const numbersOf = async (
  { store }: Services,
  tenant: string,
  rows: readonly BatchRow[],
): Promise<Map<string, string>> => {
  const ids = rows.flatMap(({ caseId }) => (caseId === null ? [] : [caseId]));
  const cases = await getCases(store, tenant, ids);
  return new Map([...cases].map(([caseId, { number }]) => [caseId, number]));
};
