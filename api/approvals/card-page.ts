import { html } from 'hono/html';
import type { Fragment } from '../sign-in/pages/layout.ts';
import { type Language, textsOf } from '../sign-in/pages/texts.ts';
import type { ApprovalCard } from './card.ts';
import { answerText, type CardTexts, cardTextsOf } from './card-texts.ts';
import { dueText, instantText, leftText } from './instant-text.ts';
import { moneyText, type ShownValue, valueText } from './shown-values.ts';

/** What the page is made with beside the card. */
export interface CardPage {
  language: Language;
  /** Good for one answer. */
  key: string;
  nowMs: number;
  /** Id of the link that the reader came by; an answer uses it up. */
  link?: string | undefined;
}

/** One screen on which somebody decides: what, how much, why, who is against it, and the three answers. */
export const cardBody = (card: ApprovalCard, page: CardPage): Fragment => {
  const { language, nowMs } = page;
  const t = cardTextsOf(language);
  const { asking, dueAt, zone } = card;
  return html`<dl class="facts">
${asking ? row(t.case, html`${asking.caseTitle[language]} ${asking.number}`) : ''}
${row(t.proposer, card.proposer)}
${amountRows(card, t, language)}
${dueAt === null ? '' : row(t.due, html`${dueText(dueAt, { zone, language })} <strong class="${Date.parse(dueAt) < nowMs ? 'late' : 'left'}">${leftText(dueAt, nowMs, t)}</strong>`)}
</dl>
<div${asking ? html` class="screen"` : ''}>
<div>
${asking ? matter(card, asking, t, language) : ''}
</div>
<div>
${asking ? section('evidence', t.evidence, evidenceList(asking, t, language)) : ''}
${dissentPart(card, t, language)}
${answers(card, t, page)}
</div>
</div>
${section('steps', t.steps, stepList(card, t, language))}
${card.earlier.length === 0 ? '' : section('earlier', t.earlier, earlierList(card, t, language))}
<p><a href="/approvals">${textsOf(language).approvals}</a></p>`;
};

const row = (name: string, value: string | Fragment): Fragment => html`<dt>${name}</dt><dd>${value}</dd>`;

const section = (id: string, title: string, body: Fragment): Fragment =>
  html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`;

const values = (shown: readonly ShownValue[], language: Language): Fragment =>
  html`<dl class="facts">
${shown.map(({ title, path, value, values: named }) => row(title[language] || path || '–', valueText(value, language, named)))}
</dl>`;

const amountRows = (
  { amount, limit, isByAuthority }: ApprovalCard,
  t: CardTexts,
  language: Language,
): Fragment | '' => {
  if (amount === undefined) {
    return '';
  }
  const within = limit !== undefined && limit >= amount.amount;
  return html`${row(t.amount, html`<strong>${moneyText(amount, language)}</strong>`)}
${
  !isByAuthority
    ? row(t.limit, t.notAsked)
    : limit === undefined
      ? row(t.limit, t.noLimit)
      : row(
          t.limit,
          html`${moneyText({ ...amount, amount: limit }, language)} (${within ? t.within : t.beyond})`,
        )
}`;
};

type Asking = NonNullable<ApprovalCard['asking']>;

const matter = (
  { changes }: ApprovalCard,
  asking: Asking,
  t: CardTexts,
  language: Language,
): Fragment => html`
${section('signed', t.signed, values(asking.subject, language))}
${changes === undefined ? '' : section('changes', t.changes, changeList(changes, t, language))}
${asking.clause.length === 0 ? '' : section('clause', t.clause, values(asking.clause, language))}`;

const changeList = (
  changes: NonNullable<ApprovalCard['changes']> | null,
  t: CardTexts,
  language: Language,
): Fragment => {
  if (changes === null) {
    return html`<p>${t.changesUnknown}</p>`;
  }
  return changes.length === 0
    ? html`<p>${t.unchanged}</p>`
    : html`<table><thead><tr><th scope="col"></th><th scope="col">${t.before}</th><th scope="col">${t.now}</th></tr></thead><tbody>
${changes.map(({ title, before, after, values: named }) => html`<tr><th scope="row">${title[language]}</th><td><del>${valueText(before, language, named)}</del></td><td><ins>${valueText(after, language, named)}</ins></td></tr>`)}
</tbody></table>`;
};

const evidenceList = ({ documents, evidence }: Asking, t: CardTexts, language: Language): Fragment => html`
${evidence.length === 0 ? '' : values(evidence, language)}
${
  documents.length === 0
    ? html`<p>${t.noPapers}</p>`
    : html`<ul>${documents.map(({ title, status, number }) => html`<li class="${status}">${title[language]}${number === undefined ? '' : html` · ${number}`}${status === 'received' ? '' : html` (${t.paper[status]})`}</li>`)}</ul>`
}`;

const dissentPart = (
  { asking, dissents, zone }: ApprovalCard,
  t: CardTexts,
  language: Language,
): Fragment => {
  const { dissent: before = [], objections = [] } = asking ?? {};
  return section(
    'dissent',
    t.dissent,
    before.length + objections.length + dissents.length === 0
      ? html`<p>${t.noDissent}</p>`
      : html`${before.length === 0 ? '' : values(before, language)}
${
  objections.length === 0
    ? ''
    : html`<ul>${objections.map(({ department, why, number, at }) => html`<li>${department[language]} · ${number} · ${instantText(at, zone, language)}${why === null ? '' : html`<br><q>${why}</q>`}</li>`)}</ul>`
}
${
  dissents.length === 0
    ? ''
    : html`<ul>${dissents.map(({ who, what, at, reason }) => html`<li>${who}: ${t.status[what]} · ${instantText(at, zone, language)}${reason === null ? '' : html`<br><q>${reason}</q>`}</li>`)}</ul>`
}`,
  );
};

const stepList = ({ steps, zone }: ApprovalCard, t: CardTexts, language: Language): Fragment => html`<ol>
${steps.map(
  (step) => html`<li${step.isCurrent ? html` aria-current="step"` : ''}>
<span>${step.title?.[language] ?? step.id}</span> <small>(${ruleText(step.rule, t)})</small>
<ul>${step.seats.map(({ who, status, at, dueAt }) => html`<li>${who}: ${t.status[status]}${at ? ` · ${instantText(at, zone, language)}` : ''}${dueAt ? ` · ${t.due} ${dueText(dueAt, { zone, language })}` : ''}</li>`)}</ul>
</li>`,
)}
</ol>`;

const earlierList = ({ earlier, zone }: ApprovalCard, t: CardTexts, language: Language): Fragment => html`<ul>
${earlier.map(({ status, amount, openedAt }) => html`<li>${instantText(openedAt, zone, language)}: ${t.status[status]}${amount ? ` · ${moneyText(amount, language)}` : ''}</li>`)}
</ul>`;

const answers = (card: ApprovalCard, t: CardTexts, { key, language, link }: CardPage): Fragment => {
  const { mine, isStale, caseId } = card;
  if (isStale || 'blocked' in mine) {
    const why = isStale ? t.stale : card.status === 'running' ? blockedText(card, t, language) : t.ended;
    return html`<p class="note" role="status">${why}</p>`;
  }
  if (card.asksSecondFactor) {
    const next = encodeURIComponent(link === undefined ? `/approvals/${caseId}` : '/approvals/link');
    return html`<p class="note" role="status">${t.secondFactor} <a href="/sign-in/step-up?next=${next}">${t.stepUp}</a></p>`;
  }
  return html`<form method="post" action="/approvals/${caseId}" class="answers">
<input type="hidden" name="key" value="${key}">
<input type="hidden" name="task" value="${mine.taskId}">
<input type="hidden" name="subject" value="${card.subjectHash}">
${link === undefined ? '' : html`<input type="hidden" name="link" value="${link}">`}
<button type="submit" name="answer" value="approve" class="main">${t.approve}</button>
<label for="reason">${t.reason}</label>
<textarea id="reason" name="reason" maxlength="2000" rows="2"></textarea>
<button type="submit" name="answer" value="reject">${t.reject}</button>
<label for="to">${t.toStep}</label>
<select id="to" name="to"><option value="">${t.toProposer}</option>
${mine.earlierSteps.map((id) => html`<option value="${id}">${card.steps.find((step) => step.id === id)?.title?.[language] ?? id}</option>`)}
</select>
<button type="submit" name="answer" value="return">${t.back}</button>
</form>`;
};

const blockedText = ({ mine, isOwn }: ApprovalCard, t: CardTexts, language: Language): string => {
  if (isOwn) {
    // Whoever the open step is for.
    return answerText('FOUR_EYES', language) ?? t.blocked;
  }
  const code = 'blocked' in mine ? mine.blocked : '';
  return code === 'AUTHORITY_EXCEEDED' ? t.beyondLimit : code === 'TASK_TAKEN' ? t.taken : t.blocked;
};

const ruleText = (rule: string, t: CardTexts): string =>
  rule === 'sequence' || rule === 'all' || rule === 'any' ? t.rule[rule] : `${t.rule.quorum} ${rule}`;
