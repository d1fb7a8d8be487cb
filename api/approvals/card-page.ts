import { html } from 'hono/html';
import type { Fragment } from '../sign-in/pages/layout.ts';
import type { Language } from '../sign-in/pages/texts.ts';
import { type ApprovalCard, moneyText } from './card.ts';
import { type CardTexts, cardTextsOf } from './card-texts.ts';

/** One screen on which somebody decides: what, how much, by whom so far, and the three answers. */
export const cardBody = (
  card: ApprovalCard,
  { language, key, nowMs }: { language: Language; key: string; nowMs: number },
): Fragment => {
  const t = cardTextsOf(language);
  const { asking, amount, limit, dueAt } = card;
  const money = (value: { amount: number; currency: string }): string => moneyText(value, language);
  const row = (name: string, value: string | Fragment): Fragment => html`<dt>${name}</dt><dd>${value}</dd>`;
  return html`<dl class="facts">
${asking ? row(t.case, asking.number) : ''}
${row(t.proposer, card.proposer)}
${amount ? row(t.amount, html`<strong>${money(amount)}</strong>`) : ''}
${amount ? row(limit === undefined ? t.noLimit : t.limit, limit === undefined ? '–' : money({ ...amount, amount: limit })) : ''}
${dueAt === null ? '' : row(t.due, dueText(dueAt, { zone: card.zone, language, nowMs }, t))}
</dl>
${
  asking
    ? html`<section aria-labelledby="signed"><h2 id="signed">${t.signed}</h2><dl class="facts">
${asking.subject.map(([name, value]) => row(name, value))}
</dl><p>${t.papers}: ${asking.documents.join(', ') || '–'}</p></section>`
    : ''
}
${answers(card, t, key, language)}
<section aria-labelledby="steps"><h2 id="steps">${t.steps}</h2><ol>
${card.steps.map(
  (step) => html`<li${step.isCurrent ? html` aria-current="step"` : ''}>
<strong>${step.title?.[language] ?? step.id}</strong> (${ruleText(step.rule, t)})
<ul>${step.seats.map(({ who, status, at }) => html`<li>${who}: ${t.status[status]}${at ? ` · ${instantText(at, card.zone, language)}` : ''}</li>`)}</ul>
</li>`,
)}
</ol></section>
${
  card.earlier.length === 0
    ? ''
    : html`<section aria-labelledby="earlier"><h2 id="earlier">${t.earlier}</h2><ul>
${card.earlier.map(({ status, amount: then, openedAt }) => html`<li>${instantText(openedAt, card.zone, language)}: ${t.status[status]}${then ? ` · ${money(then)}` : ''}</li>`)}
</ul></section>`
}`;
};

const answers = (card: ApprovalCard, t: CardTexts, key: string, language: Language): Fragment => {
  const { mine, isStale } = card;
  if (isStale || 'blocked' in mine) {
    const why = isStale ? t.stale : card.status === 'running' ? t.blocked : t.ended;
    return html`<p role="status">${why}</p>`;
  }
  return html`<form method="post" action="/approvals/${card.caseId}">
<input type="hidden" name="key" value="${key}">
<input type="hidden" name="task" value="${mine.taskId}">
<input type="hidden" name="subject" value="${card.subjectHash}">
<button type="submit" name="answer" value="approve">${t.approve}</button>
<label for="reason">${t.reason}</label>
<input id="reason" name="reason" maxlength="2000">
<button type="submit" name="answer" value="reject">${t.reject}</button>
<label for="to">${t.toStep}</label>
<select id="to" name="to"><option value="">${t.toProposer}</option>
${mine.earlierSteps.map((id) => html`<option value="${id}">${card.steps.find((step) => step.id === id)?.title?.[language] ?? id}</option>`)}
</select>
<button type="submit" name="answer" value="return">${t.back}</button>
</form>`;
};

const ruleText = (rule: string, t: CardTexts): string =>
  rule === 'sequence' || rule === 'all' || rule === 'any' ? t.rule[rule] : `${t.rule.quorum} ${rule}`;

const instantText = (at: string, zone: string, language: Language): string =>
  new Date(at).toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', {
    ...{ dateStyle: 'medium', timeStyle: 'short', timeZone: zone },
  });

const dueText = (
  dueAt: string,
  { zone, language, nowMs }: { zone: string; language: Language; nowMs: number },
  t: CardTexts,
): string => `${instantText(dueAt, zone, language)}${Date.parse(dueAt) < nowMs ? ` (${t.late})` : ''}`;
