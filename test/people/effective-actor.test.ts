import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ActingData, effectiveActor, type Holder } from '../../machines/people/effective-actor.ts';
import { limitsOf } from '../../machines/people/limits-of.ts';
import type { AuthorityLimit, Delegation } from '../../machines/people/organisation.ts';

// Guarantee: lent rights stand apart from one's own, name whose they are, end with the grant, never go beyond the
// lender, and are never passed on.

const limit = (
  holder: AuthorityLimit['holder'],
  amount: number,
  changes: Partial<AuthorityLimit> = {},
): AuthorityLimit => ({
  holder,
  caseKind: null,
  currency: 'CNY',
  amount,
  fromMs: null,
  untilMs: null,
  ...changes,
});
const ofRole = (id: string, amount: number, changes: Partial<AuthorityLimit> = {}) =>
  limit({ kind: 'role', id }, amount, changes);
const ofPerson = (id: string, amount: number, changes: Partial<AuthorityLimit> = {}) =>
  limit({ kind: 'person', id }, amount, changes);

const holder = (id: string, changes: Partial<Holder> = {}): Holder => ({
  ...{ id, status: 'active', roles: [id], departments: [], skills: [], limits: [] },
  ...changes,
});
const given = (changes: Partial<Delegation> = {}): Delegation => ({
  ...{ id: 'd', kind: 'delegation', personId: 'lead', delegateId: 'adjuster', fromMs: 10, untilMs: 20 },
  ...{ roles: null, caseKinds: null, limits: null, status: 'active' },
  ...changes,
});
const lead = holder('lead', { departments: ['claims'], limits: [ofRole('lead', 500)] });
const acting = (
  changes: Partial<Delegation> = {},
  { delegator = lead, isAway = false, accounts = [] as string[] } = {},
): ActingData => ({
  person: holder('adjuster', { limits: [ofRole('adjuster', 100)] }),
  accounts,
  delegations: [{ delegation: given(changes), delegator, isAway }],
});
const lentAt = (data: ActingData, nowMs = 15, caseKind?: string) =>
  effectiveActor(data, { nowMs, caseKind }).actsFor;

describe('limits', () => {
  const at = { nowMs: 5 };
  const asLead = { id: 'li', roles: ['adjuster', 'lead'] };
  test('the highest of the roles, unless the person has one, lower or higher', () => {
    const table = [ofRole('adjuster', 100), ofRole('lead', 500)];
    expect(limitsOf(asLead, table, at)).toEqual([{ amount: 500, currency: 'CNY' }]);
    expect(limitsOf(asLead, [...table, ofPerson('li', 50)], at)).toEqual([{ amount: 50, currency: 'CNY' }]);
    expect(limitsOf({ id: 'wu', roles: ['agent'] }, table, at)).toEqual([]);
  });
  test('the one for the kind of case goes before the one for every kind', () => {
    const table = [ofRole('lead', 500), ofRole('lead', 900, { caseKind: 'claim' })];
    expect(limitsOf(asLead, table, { ...at, caseKind: 'claim' })[0]?.amount).toBe(900);
    expect(limitsOf(asLead, table, { ...at, caseKind: 'complaint' })[0]?.amount).toBe(500);
    expect(limitsOf(asLead, table, at)[0]?.amount).toBe(500);
  });
  test('hold in their own currency and their own time', () => {
    const table = [
      ofRole('lead', 500, { untilMs: 5 }),
      ofRole('lead', 700, { fromMs: 5 }),
      ofRole('lead', 9, { currency: 'USD' }),
    ];
    expect(limitsOf(asLead, table, at)).toEqual([
      { amount: 700, currency: 'CNY' },
      { amount: 9, currency: 'USD' },
    ]);
  });
});

describe('the effective actor', () => {
  test('without anything lent is just the person, in the form that entries have had', () => {
    const data = { person: holder('adjuster', { departments: ['claims'] }), accounts: [], delegations: [] };
    expect(effectiveActor(data, { nowMs: 0 })).toEqual({
      id: 'adjuster',
      roles: ['adjuster'],
      departments: ['claims'],
    });
  });

  test('keeps what is lent apart, and says whose it is and until when', () => {
    expect(effectiveActor(acting(), { nowMs: 15 })).toEqual({
      ...{ id: 'adjuster', roles: ['adjuster'], authority: [{ amount: 100, currency: 'CNY' }] },
      actsFor: [
        {
          ...{ personId: 'lead', via: 'delegation', roles: ['lead'], departments: ['claims'] },
          ...{ authority: [{ amount: 500, currency: 'CNY' }], until: '1970-01-01T00:00:00.020Z' },
        },
      ],
    });
  });

  test('has it from the first to before the last instant, and not once it is revoked', () => {
    expect([9, 10, 19, 20].map((nowMs) => lentAt(acting(), nowMs)?.length ?? 0)).toEqual([0, 1, 1, 0]);
    expect(lentAt(acting({ status: 'revoked' }))).toBeUndefined();
  });

  test('substitutes only while the other is away', () => {
    const substitution = { kind: 'substitution', untilMs: null } as const;
    expect(lentAt(acting(substitution))).toBeUndefined();
    expect(lentAt(acting(substitution, { isAway: true }))).toMatchObject([
      { via: 'substitution', until: null },
    ]);
  });

  test('has nothing from who has left, has lost the role, or is the same human being', () => {
    expect(lentAt(acting({}, { delegator: { ...lead, status: 'disabled' } }))).toBeUndefined();
    expect(lentAt(acting({ roles: ['lead'] }, { delegator: { ...lead, roles: ['agent'] } }))).toBeUndefined();
    expect(lentAt(acting({}, { accounts: ['lead'] }))).toBeUndefined();
    expect(effectiveActor(acting({}, { accounts: ['lead'] }), { nowMs: 15 }).sameAs).toEqual(['lead']);
  });

  test('decides up to what was granted, but never more than the lender may now', () => {
    const granted = { limits: [{ amount: 300, currency: 'CNY' }] };
    expect(lentAt(acting(granted))?.[0]?.authority).toEqual([{ amount: 300, currency: 'CNY' }]);
    const lowered = { ...lead, limits: [ofRole('lead', 200)] };
    expect(lentAt(acting(granted, { delegator: lowered }))?.[0]?.authority).toEqual([
      { amount: 200, currency: 'CNY' },
    ]);
    const abroad = { limits: [{ amount: 300, currency: 'USD' }] };
    expect(lentAt(acting(abroad))?.[0]).not.toHaveProperty('authority');
  });

  test('has what is lent for a kind of case in that kind only', () => {
    const claims = acting({ caseKinds: ['claim'] });
    expect([lentAt(claims, 15, 'claim')?.length, lentAt(claims, 15, 'complaint'), lentAt(claims)]).toEqual([
      1,
      undefined,
      undefined,
    ]);
  });

  test('whatever is granted: no role and no amount that the lender does not hold now', () => {
    const money = fc.record({ amount: fc.nat(1000), currency: fc.constantFrom('CNY', 'USD') });
    const roles = fc.subarray(['lead', 'manager', 'agent']);
    fc.assert(
      fc.property(
        roles,
        fc.option(roles),
        fc.option(fc.array(money, { maxLength: 3 })),
        fc.array(fc.tuple(fc.constantFrom('lead', 'manager'), money), { maxLength: 4 }),
        fc.integer({ min: 5, max: 25 }),
        (held, scope, granted, table, nowMs) => {
          const limits = table.map(([role, { amount, currency }]) => ofRole(role, amount, { currency }));
          const delegator = holder('lead', { roles: held, limits });
          const most = limitsOf(delegator, limits, { nowMs });
          for (const lent of lentAt(acting({ roles: scope, limits: granted }, { delegator }), nowMs) ?? []) {
            expect(nowMs >= 10 && nowMs < 20).toBe(true);
            expect(lent.roles.every((role) => held.includes(role) && (scope ?? held).includes(role))).toBe(
              true,
            );
            for (const { amount, currency } of lent.authority ?? []) {
              expect(amount).toBeLessThanOrEqual(
                most.find((each) => each.currency === currency)?.amount ?? -1,
              );
            }
          }
        },
      ),
    );
  });
});
