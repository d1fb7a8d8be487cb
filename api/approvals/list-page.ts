import { html } from 'hono/html';
import type { Fragment } from '../sign-in/pages/layout.ts';
import { type Language, textsOf } from '../sign-in/pages/texts.ts';
import type { BatchRow } from './batch.ts';
import { answerText, type CardTexts, cardTextsOf } from './card-texts.ts';
import { dueText, leftText } from './instant-text.ts';
import { moneyText } from './shown-values.ts';
import type { WaitingApproval } from './waiting.ts';

/** The approvals that wait for somebody: those of one step can be ticked and approved together. */
export const listBody = (
  waiting: readonly WaitingApproval[],
  page: { language: Language; key: string; nowMs: number },
): Fragment => {
  const t = cardTextsOf(page.language);
  const groups = [...Map.groupBy(waiting, ({ group }) => group).values()];
  return html`${groups.length === 0 ? html`<p>${t.nothingWaits}</p>` : ''}
${groups.map((group, index) => groupPart(group, `group-${index + 1}`, t, page))}
<p><a href="/account">${textsOf(page.language).account}</a></p>`;
};

const groupPart = (
  group: readonly WaitingApproval[],
  id: string,
  t: CardTexts,
  page: { language: Language; key: string; nowMs: number },
): Fragment => {
  const { language, key } = page;
  const [first] = group;
  const title = `${first?.title[language] ?? ''} · ${first?.stepTitle?.[language] ?? first?.step ?? ''}`;
  const canBatch = group.some(({ hold }) => hold === undefined);
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
<form method="post" action="/approvals">
<input type="hidden" name="key" value="${key}-${id}">
<ul class="waiting">
${group.map((each) => waitingItem(each, t, page))}
</ul>
${canBatch ? html`<button type="submit">${t.approveTicked}</button>` : ''}
</form></section>`;
};

const waitingItem = (
  waiting: WaitingApproval,
  t: CardTexts,
  { language, nowMs }: { language: Language; nowMs: number },
): Fragment => {
  const { taskId, caseId, number, askingNumber, subjectHash, proposer, amount, dueAt, zone, hold } = waiting;
  const id = `item-${caseId}`;
  const due =
    dueAt === null
      ? ''
      : html` · ${t.due} ${dueText(dueAt, { zone, language })} ${leftText(dueAt, nowMs, t)}`;
  return html`<li>
<input type="checkbox" id="${id}" name="item" value="${taskId} ${subjectHash}"${hold === undefined ? '' : html` disabled aria-describedby="${id}-why"`}>
<label for="${id}">${amount ? html`<strong>${moneyText(amount, language)}</strong> · ` : ''}${askingNumber ?? number}</label>
<small>${t.proposer} ${proposer}${due}</small>
<a href="/approvals/${caseId}">${t.open}</a>
${hold === undefined ? '' : html`<small id="${id}-why">${answerText(hold, language) ?? hold}</small>`}
</li>`;
};

/** What became of each of a batch. */
export const resultBody = (
  rows: readonly BatchRow[],
  batchId: string,
  numbers: ReadonlyMap<string, string>,
  language: Language,
): Fragment => {
  const t = cardTextsOf(language);
  return html`<p>${t.batch} <code>${batchId}</code></p>
<ul>
${rows.map(({ caseId, result, code }) => html`<li>${caseId === null ? '–' : html`<a href="/approvals/${caseId}">${numbers.get(caseId) ?? caseId}</a>`}: ${result === 'approved' ? t.status.approved : html`<strong>${t.notApproved}</strong> ${answerText(code, language) ?? code ?? ''}`}</li>`)}
</ul>
<p><a href="/approvals">${textsOf(language).approvals}</a></p>`;
};
