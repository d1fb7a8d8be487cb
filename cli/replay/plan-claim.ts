import type { Json } from '../../machines/kernel/json.ts';
import type { ClaimFile } from './claim-file.ts';
import { type Place, placeSteps } from './place-steps.ts';
import {
  type CasePlan,
  customer,
  type PlannedDocument,
  type PlannedEvent,
  type PlannedStep,
} from './plan.ts';

type Draft = (PlannedEvent | PlannedDocument) &
  Pick<PlannedStep, 'as' | 'reason' | 'on' | 'awaits'> & { readonly place: Place };

/** Business hours of the file's days: it has dates only. */
const openedAtOf = ({ reportDate }: ClaimFile): string => `${reportDate}T14:00:00.000Z`;
const paidAtOf = ({ paymentDate }: ClaimFile): string => `${paymentDate}T21:00:00.000Z`;
const closedAtOf = ({ closeDate }: ClaimFile): string => `${closeDate}T22:00:00.000Z`;

const generated = 'Generated: the simulated claim tells only its dates, its line and its payment.';
const simulated = (words: string): string => `From the simulated claim: ${words}.`;
const evidence = ['generated paper'];

/**
 * The claim that a simulated one tells, with one exposure: its dates, line and payment are the file's, taken as US
 * dollars; the steps between, their days and the people are generated, and each says so in its reason. One on which
 * nothing was paid is refused.
 */
export const planClaim = (file: ClaimFile): CasePlan => ({
  key: `prism-claim:${file.claimNo}`,
  opening: {
    as: 'agent',
    body: {
      definition: 'claim',
      receivedAt: openedAtOf(file),
      reason: simulated(`reported ${file.reportDate}`),
      data: {
        policyNumber: `PRISM-${file.claimNo}`,
        lossKind: file.line === 'Auto' ? 'motor' : 'property',
        lossOn: file.accidentDate,
        description: `Generated: simulated claim ${file.claimNo}, ${file.line} ${file.type}.`,
        reporter: { name: `Made-up name ${file.claimNo}` },
      },
    },
  },
  steps: file.totalPayment > 0 ? paid(file) : refused(file),
});

const after = (hoursAfterOpening: number): Place => ({ hoursAfterOpening });
const before = (days: number): Place => ({ hoursBeforeEnd: days * 24 });

const placed = (drafts: readonly Draft[], from: string, to: string): PlannedStep[] => {
  const instants = placeSteps(
    from,
    to,
    drafts.map(({ place }) => place),
  );
  return drafts.map(({ place: _, ...step }, index) => ({ ...step, occurredAt: instants[index] ?? to }));
};

const intake: readonly Draft[] = [
  { type: 'contact', as: 'agent', data: { how: 'phone' }, reason: generated, place: after(0.25) },
  { type: 'verify', as: 'agent', reason: generated, place: after(1) },
];

const refused = (file: ClaimFile): PlannedStep[] => {
  const clause = 'Generated: nothing was paid on the simulated claim';
  return placed(
    [
      ...intake,
      {
        type: 'coverage.deny',
        as: 'adjuster',
        awaits: 'coverage-check',
        data: { clause },
        reason: simulated('totalPayment 0'),
        place: before(1),
      },
      {
        type: 'refusal.approve',
        as: 'lead',
        reason: simulated(`closed ${file.closeDate}`),
        place: before(0),
      },
    ],
    openedAtOf(file),
    closedAtOf(file),
  );
};

const paid = (file: ClaimFile): PlannedStep[] => {
  const amount = { amount: Math.round(file.totalPayment * 100), currency: 'USD' };
  const papers = ['claim-form', 'identity', 'photos', 'licence'];
  const until = placed(
    [
      ...intake,
      { type: 'cover', as: 'adjuster', awaits: 'coverage-check', reason: generated, place: after(2) },
      {
        type: 'route',
        as: mayReserve(amount.amount),
        data: { route: 'fast', exposures: [{ ...coverOf(file), reserve: amount }] },
        reason: generated,
        place: after(3),
      },
      ...papers.map((document): Draft => ({ document, as: 'agent', reason: generated, place: after(20) })),
      ...settlement(file, amount).map((step): Draft => ({ ...step, on: 'child' })),
    ],
    openedAtOf(file),
    paidAtOf(file),
  );
  return [
    ...until,
    {
      type: 'callback',
      as: 'qa',
      awaits: 'follow-up',
      data: { satisfied: true },
      reason: simulated(`closed ${file.closeDate}`),
      occurredAt: closedAtOf(file),
    },
  ];
};

const settlement = (file: ClaimFile, amount: { amount: number; currency: string }): Draft[] => [
  { type: 'estimate', as: 'adjuster', data: { amount, evidence }, reason: generated, place: before(10) },
  { type: 'estimate.agree', as: 'lead', reason: generated, place: before(9) },
  {
    type: 'propose',
    as: 'adjuster',
    data: { amount },
    reason: simulated(`totalPayment ${file.totalPayment}`),
    place: before(8),
  },
  { type: 'approve', as: mayApprove(amount.amount), reason: generated, place: before(7) },
  {
    type: 'offer.accept',
    as: customer,
    awaits: 'offered',
    data: { payee: { name: `Made-up name ${file.claimNo}`, account: `GEN-${file.claimNo}` } },
    reason: generated,
    place: before(3),
  },
  { document: 'invoice', as: 'agent', reason: generated, place: before(1) },
  { document: 'payee-account', as: 'agent', reason: generated, place: before(1) },
  {
    type: 'payment.release',
    as: 'finance',
    reason: simulated(`paid ${file.totalPayment} on ${file.paymentDate}`),
    place: before(0),
  },
];

const coverOf = ({ line, liability }: ClaimFile): { [name: string]: Json } => {
  if (line === 'Home') {
    return { coverage: 'building', claimant: 'insured' };
  }
  return liability
    ? { coverage: 'third-party-property', claimant: 'third-party' }
    : { coverage: 'vehicle-damage', claimant: 'insured' };
};

/** What the demo people may decide, in cents. */
const adjusterLimit = 1_000_000;
const leadLimit = 5_000_000;

const mayApprove = (amount: number): string => (amount <= leadLimit ? 'lead-2' : 'manager');
const mayReserve = (amount: number): string => (amount <= adjusterLimit ? 'adjuster' : mayApprove(amount));
