import fc from 'fast-check';
import type { Act } from '../../machines/kernel/approval/act.ts';
import { type Approval, openSeats } from '../../machines/kernel/approval/approval.ts';
import {
  type ApprovalPlan,
  type ApprovalStep,
  planFaults,
  type Signer,
} from '../../machines/kernel/approval/plan.ts';
import { beginApproval } from '../../machines/kernel/approval/rounds.ts';
import type { Actor } from '../../machines/kernel/command.ts';

const roles = ['adjuster', 'lead', 'manager', 'legal'];
const currencies = ['CNY', 'USD'];

/** Fourteen people; some are second accounts of others, some act for others. */
export const people: Actor[] = Array.from({ length: 14 }, (_, n): Actor => {
  const twin = n === 1 ? 0 : n === 0 ? 1 : undefined;
  const absent = n + 4;
  return {
    id: `p${n}`,
    roles: [roles[n % 4] as string, ...(n % 5 === 0 ? ['manager'] : [])],
    departments: [n % 2 === 0 ? 'claims' : 'legal'],
    authority: [{ currency: 'CNY', amount: [100, 500, 3_000, 50][n % 4] as number }],
    ...(twin === undefined ? {} : { sameAs: [`p${twin}`] }),
    ...(n % 3 === 0 && absent < 14
      ? {
          actsFor: [
            {
              personId: `p${absent}`,
              via: 'substitution' as const,
              roles: [roles[absent % 4] as string],
              departments: [absent % 2 === 0 ? 'claims' : 'legal'],
              authority: [{ currency: 'CNY', amount: 500 }],
              until: null,
            },
          ],
        }
      : {}),
  };
});

const unhurried: fc.Arbitrary<Signer> = fc.oneof(
  fc.record({ role: fc.constantFrom(...roles) }),
  fc.record({ role: fc.constantFrom(...roles), department: fc.constantFrom('claims', 'legal') }),
  fc.record({ role: fc.constantFrom(...roles), byAuthority: fc.constant(true) }),
  fc.constant({ byAuthority: true }),
  fc.record({ personId: fc.constantFrom(...people.map(({ id }) => id)) }),
);

const signer: fc.Arbitrary<Signer> = fc
  .tuple(unhurried, fc.constantFrom<Pick<Signer, 'limit'>>({}, { limit: 'PT5M' }, { limit: 'PT30M' }))
  .map(([who, limit]) => ({ ...who, ...limit }));

const step = (n: number): fc.Arbitrary<ApprovalStep> =>
  fc.array(signer, { minLength: 1, maxLength: 4 }).chain((signers) =>
    fc.record({
      id: fc.constant(`s${n}`),
      signers: fc.constant(signers),
      rule: fc.oneof(
        fc.constantFrom('sequence' as const, 'all' as const, 'any' as const),
        fc.record({ quorum: fc.integer({ min: 1, max: signers.length }) }),
      ),
      onReject: fc.oneof(
        fc.constantFrom('end' as const, 'proposer' as const),
        ...(n > 0 ? [fc.record({ step: fc.integer({ min: 0, max: n - 1 }).map((to) => `s${to}`) })] : []),
      ),
    }),
  );

const ladder = [
  { role: 'adjuster', upTo: [{ currency: 'CNY', amount: 100 }] },
  { role: 'lead', upTo: [{ currency: 'CNY', amount: 500 }] },
  { role: 'manager' },
];

export const plan: fc.Arbitrary<ApprovalPlan> = fc
  .integer({ min: 1, max: 4 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, n) => step(n))))
  .map((steps) => ({ steps, ladder }))
  .filter((made) => planFaults(made).length === 0);

export const approval: fc.Arbitrary<Approval> = fc
  .record({
    plan,
    amount: fc.record({
      amount: fc.integer({ min: 1, max: 4_000 }),
      currency: fc.constantFrom(...currencies),
    }),
    proposer: fc.constantFrom(...people).map(({ id, sameAs }) => (sameAs ? { id, sameAs } : { id })),
    barred: fc.subarray(
      people.map(({ id }) => id),
      { maxLength: 3 },
    ),
    lends: fc.constantFrom<Pick<Approval, 'lends'>>({}, { lends: 'fitting' }),
  })
  .map(({ lends, ...given }) => beginApproval({ ...given, ...lends, subjectHash: 'hash-0' }));

/** Chooses an act by numbers: mostly one on a seat that is open, at times one that cannot be. */
export type Draw = [verb: number, seat: number, actor: number, other: number];

export const draw: fc.Arbitrary<Draw> = fc.tuple(fc.nat(15), fc.nat(99), fc.nat(13), fc.nat(13));

export const actOf = (at: Approval, [verb, seatNo, actorNo, otherNo]: Draw, n: number): Act => {
  const open = openSeats(at);
  const seats = seatNo % 7 === 0 || open.length === 0 ? at.seats : open;
  const seat = seats[seatNo % seats.length]?.id ?? 'none';
  const actor = people[actorNo] as Actor;
  const to = people[otherNo] as Actor;
  const { signer: asked, delegation } = at.seats.find(({ id }) => id === seat) ?? {};
  const inTurn = [...people.slice(actorNo), ...people.slice(0, actorNo)];
  const fitting =
    inTurn.find(
      ({ id, roles: held }) => (asked?.personId ?? id) === id && held.includes(asked?.role ?? held[0] ?? ''),
    ) ?? actor;
  const deputy = inTurn.find(({ actsFor = [] }) =>
    actsFor.some(
      ({ personId, roles: lent }) =>
        (asked?.personId ?? personId) === personId && lent.includes(asked?.role ?? lent[0] ?? ''),
    ),
  );
  const borrower = people.find(({ id }) => id === delegation?.to.id);
  const toStep = otherNo % 3 === 0 ? null : (at.plan.steps[otherNo % at.plan.steps.length]?.id ?? null);
  const acts: Act[] = [
    ...Array.from({ length: 5 }, (): Act => ({ type: 'approve', seat, actor: borrower ?? fitting })),
    { type: 'approve', seat, actor: deputy ?? fitting },
    { type: 'delegate', seat, actor: fitting, to, until: instant(n + 5 + otherNo) },
    { type: 'approve', seat, actor },
    { type: 'reject', seat, actor },
    { type: 'return', seat, actor, toStep },
    { type: 'delegate', seat, actor, to, until: instant(n + (otherNo % 9)) },
    { type: 'add-signer', seat, actor, to, position: otherNo % 2 === 0 ? 'before' : 'after' },
    { type: 'remove-signer', seat, actor },
    { type: 'recall', actor },
    { type: 'resubmit', actor, subjectHash: `hash-${otherNo % 3}`, amount: { amount: 200, currency: 'CNY' } },
    { type: 'climb', seat },
  ];
  return acts[verb] as Act;
};

export const instant = (n: number): string => new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString();
