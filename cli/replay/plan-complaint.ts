import type { ComplaintFile } from './complaint-file.ts';
import { type Outcome, outcomeOf, rootCauseOf } from './complaint-outcome.ts';
import { type Place, placeSteps } from './place-steps.ts';
import { type CasePlan, customer, type PlannedEvent, type PlannedStep } from './plan.ts';

type Draft = PlannedEvent & Pick<PlannedStep, 'as' | 'reason'> & { readonly place: Place };

/** Business hours of the file's days: the open data has dates only. */
const openedAtOf = ({ opened }: ComplaintFile): string => `${opened}T14:00:00.000Z`;
const closedAtOf = ({ closed }: ComplaintFile): string => `${closed}T22:00:00.000Z`;

const generated = 'Generated: the file tells only its opening, its reasons, its outcome and its end.';
const fromFile = (words: string): string => `From the file: ${words}. The day is generated.`;

/**
 * The complaint that a real file tells, as an insurer's case: its dates, company, cover, reasons, outcome, money and
 * end are the file's; the steps between, their days and the people are generated, and each says so in its reason.
 */
export const planComplaint = (file: ComplaintFile): CasePlan => {
  const drafts = [...intake(file), ...ending(file, outcomeOf(file))];
  const instants = placeSteps(
    openedAtOf(file),
    closedAtOf(file),
    drafts.map(({ place }) => place),
  );
  return {
    key: `ct-complaint:${file.fileNo}`,
    opening: {
      as: 'agent',
      body: {
        definition: 'complaint',
        profile: 'us',
        receivedAt: openedAtOf(file),
        reason: `From the file: opened ${file.opened}.`,
        data: {
          channel: 'regulator',
          product: shortened(
            [...file.coverages, ...file.subcoverages].join(', ') || 'not stated in the file',
          ),
          regulator: true,
          regulatorReference: `CT ${file.fileNo}`,
          summary:
            `Generated: complaint ${file.fileNo} to the Connecticut Insurance Department about ` +
            `${file.companies.join(', ') || 'a company that the file does not name'}: ${causeOf(file)}.`,
          complainant: { name: `Made-up name ${file.fileNo}` },
        },
      },
    },
    steps: drafts.map(({ place: _, ...step }, index) => ({
      ...step,
      occurredAt: instants[index] ?? closedAtOf(file),
    })),
  };
};

const after = (hoursAfterOpening: number): Place => ({ hoursAfterOpening });
const before = (days: number): Place => ({ hoursBeforeEnd: days * 24 });

const intake = (file: ComplaintFile): Draft[] => [
  { type: 'register', as: 'agent', reason: generated, place: after(1) },
  {
    type: 'regulator.notify',
    as: 'regulator-liaison',
    data: { reference: `CT ${file.fileNo}` },
    reason: `From the file: complaint ${file.fileNo} to the regulator. The hour is generated.`,
    place: after(2),
  },
  { type: 'acknowledge', as: 'handler', reason: generated, place: after(4) },
  { type: 'contact', as: 'handler', data: { how: 'letter' }, reason: generated, place: after(6) },
];

const ending = (file: ComplaintFile, outcome: Outcome): Draft[] => {
  switch (outcome.end) {
    case 'transferred': {
      const reason = `From the file: closed ${file.closed}, ${outcome.to}.`;
      return [{ type: 'transfer', as: 'handler', data: { to: outcome.to }, reason, place: before(0) }];
    }
    case 'withdrawn': {
      const reason = `From the file: closed ${file.closed}, Complaint Withdrawn.`;
      return [accept(file), { type: 'withdraw', as: customer, reason, place: before(0) }];
    }
    case 'decided':
      return [accept(file), ...decision(file, outcome), ...conclusion(file, outcome.finding)];
  }
};

const accept = (file: ComplaintFile): Draft => ({
  type: 'accept',
  as: 'handler',
  data: { severity: 'P2', cause: causeOf(file), regulator: true },
  reason: file.reasons.length > 0 ? fromFile(`reasons ${file.reasons.join(', ')}`) : generated,
  place: after(20),
});

const decision = (file: ComplaintFile, { finding, told }: Extract<Outcome, { end: 'decided' }>): Draft[] => {
  const words = [...file.dispositions, ...file.conclusions].join('; ') || `recovery ${file.recoveryUsd} USD`;
  const reason = told ? fromFile(words) : 'Generated: the file tells no outcome.';
  const remedy = remedyOf(file, finding);
  const answer: Draft[] =
    finding === 'not-upheld'
      ? [
          { type: 'offer.reject', as: customer, reason: generated, place: before(9) },
          {
            type: 'final.respond',
            as: 'handler',
            data: { reasons: `Generated: ${words}`, rights: ['internal-review', 'regulator', 'court'] },
            reason: generated,
            place: before(8),
          },
        ]
      : [
          { type: 'offer.accept', as: customer, reason: generated, place: before(9) },
          remedy.kind === 'payment'
            ? { type: 'payment.release', as: 'finance', reason: generated, place: before(8) }
            : {
                type: 'implemented',
                as: 'handler',
                data: { evidence: [`regulator's file ${file.fileNo}`] },
                reason: generated,
                place: before(8),
              },
          { type: 'callback.satisfied', as: 'handler', data: {}, reason: generated, place: before(6) },
        ];
  return [
    {
      type: 'findings',
      as: 'handler',
      data: { finding, evidence: [`regulator's file ${file.fileNo}`] },
      reason,
      place: before(13),
    },
    {
      type: 'propose',
      as: 'handler',
      data: { remedy },
      reason: file.recoveryUsd > 0 ? fromFile(`recovery ${file.recoveryUsd} USD`) : generated,
      place: before(12),
    },
    { type: 'approve', as: approverOf(file), reason: generated, place: before(11) },
    ...answer,
  ];
};

const conclusion = (file: ComplaintFile, finding: string): Draft[] => {
  const end = `From the file: closed ${file.closed}.`;
  const evidence = [`regulator's file ${file.fileNo}`];
  return [
    {
      type: 'code',
      as: 'handler',
      data: { rootCause: rootCauseOf(file) },
      reason: file.reasons.length > 0 ? fromFile(`reasons ${causeOf(file)}`) : generated,
      place: before(4),
    },
    {
      type: 'regulator.answer',
      as: 'regulator-liaison',
      data: { result: 'stands', evidence },
      reason: generated,
      place: before(3),
    },
    ...(finding === 'not-upheld'
      ? [{ type: 'capa.waive', as: 'complaints-manager', reason: end, place: before(0) }]
      : [
          {
            type: 'capa.report',
            as: 'lead',
            data: { measure: 'process', evidence },
            reason: generated,
            place: before(2),
          },
          { type: 'capa.verify', as: 'qa', data: { evidence }, reason: end, place: before(0) },
        ]),
  ];
};

const remedyOf = ({ recoveryUsd }: ComplaintFile, finding: string) => {
  if (recoveryUsd > 0) {
    // The file has dollars with cents; money here is whole minor units.
    return { kind: 'payment', amount: { amount: Math.round(recoveryUsd * 100), currency: 'USD' } };
  }
  return { kind: finding === 'not-upheld' ? 'none' : 'correction' };
};

/** Above what a complaints manager may decide, in USD, it is for the one who has the committee's authority. */
const managerLimitUsd = 50_000;
const approverOf = ({ recoveryUsd }: ComplaintFile): string =>
  recoveryUsd > managerLimitUsd ? 'complaints-manager-3' : 'complaints-manager';

const causeOf = ({ reasons, subreasons }: ComplaintFile): string =>
  shortened([...reasons, ...subreasons].join(', ') || 'not stated in the file');

const textCharsMax = 120;
const shortened = (text: string): string =>
  text.length <= textCharsMax ? text : `${text.slice(0, textCharsMax - 1)}…`;
