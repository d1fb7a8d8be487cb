import { describe, expect, it } from 'vitest';
import { compileDecisions } from '../../machines/kernel/decision.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import {
  type Expression,
  type ExpressionScope,
  evaluate,
  feelOnly,
} from '../../machines/kernel/expression.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { shippedDefinitions } from '../../machines/library/index.ts';
import { scope } from '../expression/scope.ts';

// Guarantee: what an exposure's proposal counts for is one sum, however it is asked: by the table that says who approves
// as it is proposed, and by the authority that is judged as one person approves it. And a reserve counts for what the claim
// has reserved in all.

const document = shippedDefinitions().find(({ id, version }) => id === 'exposure' && version === '1.4.0');
if (document?.decisions === undefined || document.events.approve?.authority === undefined) {
  throw new Error('exposure@1.4.0 has tables and an authority.');
}
const tables = compileDecisions(
  document.decisions as NonNullable<RuntimeDefinition['decisions']>,
  { $defs: document.$defs ?? {} } as Parameters<typeof compileDecisions>[1],
  feelOnly,
);
const authority = document.events.approve.authority as Expression;
const reserveAuthority = document.events['reserve.set']?.authority as Expression;

const scopeOf = (part: Partial<ExpressionScope>): ExpressionScope => ({ ...scope, event: null, ...part });
const money = (amount: number, currency = 'CNY') => ({ amount, currency });

interface Sums {
  proposed: number;
  claim?: number;
  party?: number;
  own?: number;
  currency?: string;
}

const asked = ({ proposed, claim = 0, party = 0, own = 0, currency }: Sums): ExpressionScope =>
  scopeOf({
    data: { proposed: money(proposed) },
    ledger: { approved: money(own) },
    case: { historical: false },
    facts: {
      claimTotals: { approved: money(claim) },
      partyTotals: { approved: money(party, currency), cases: 1 },
    },
  });

const decide = (given: ExpressionScope): { sum: Json; way: Json } => {
  const cumulative = tables.cumulative?.decide(given);
  const data = { ...(given.data as { [name: string]: Json }), cumulative: cumulative as unknown as Json };
  return {
    sum: cumulative?.result ?? null,
    way: tables['approval-way']?.decide({ ...given, data }).result ?? null,
  };
};

describe('what an exposure’s proposal counts for', () => {
  it.each<[string, Sums, number, 'one' | 'several']>([
    ['the proposal alone', { proposed: 30_000_000 }, 30_000_000, 'one'],
    ['the proposal alone, above the limit', { proposed: 30_000_001 }, 30_000_001, 'several'],
    ['the claim', { proposed: 20_000_000, claim: 10_000_001 }, 30_000_001, 'several'],
    [
      'not twice what it was approved for before',
      { proposed: 20_000_000, claim: 9, own: 9 },
      20_000_000,
      'one',
    ],
    ['the party', { proposed: 1_000_001, party: 29_000_000 }, 30_000_001, 'several'],
    [
      'not the party while the claim is small',
      { proposed: 400_000, claim: 600_000, party: 90_000_000 },
      1_000_000,
      'one',
    ],
    [
      'the party once the claim is not small',
      { proposed: 400_000, claim: 600_001, party: 90_000_000 },
      90_400_000,
      'several',
    ],
    [
      'more than head office decides',
      { proposed: 1_000_001, party: 1, currency: 'XXX' },
      100_000_001,
      'several',
    ],
    [
      'the claim, where that is more still',
      { proposed: 100_000_009, party: 1, currency: 'XXX' },
      100_000_009,
      'several',
    ],
    ['no party that got nothing', { proposed: 1_000_001, currency: 'XXX' }, 1_000_001, 'one'],
  ])('is %s', (_, sums, amount, way) => {
    expect(decide(asked(sums))).toEqual({ sum: money(amount), way });
    expect(evaluate(authority, asked(sums))).toEqual(money(amount));
  });

  it('is the same for the table and for the authority, on and beside every threshold', () => {
    const amounts = [0, 1, 999_999, 1_000_000, 1_000_001, 30_000_000, 30_000_001, 100_000_001, 250_000_000];
    const sums = amounts.flatMap((proposed) =>
      amounts.flatMap((claim) =>
        amounts.flatMap((party) =>
          [0, 100, 30_000_000].flatMap((own) =>
            ['CNY', 'XXX'].map((currency) => ({ proposed, claim, party, own, currency })),
          ),
        ),
      ),
    );
    const apart = sums.filter(
      (each) => JSON.stringify(decide(asked(each)).sum) !== JSON.stringify(evaluate(authority, asked(each))),
    );
    expect(apart).toEqual([]);
  });

  it('is the proposal alone for one person where the case is imported, which has no facts', () => {
    const imported = scopeOf({
      data: { proposed: money(250_000_000) },
      ledger: { approved: money(0) },
      case: { historical: true },
      facts: {},
    });
    expect(decide(imported)).toEqual({ sum: money(250_000_000), way: 'one' });
  });

  it('is nothing where a live case has no facts: nothing is proposed then', () => {
    const blind = { ...asked({ proposed: 1 }), facts: {} };
    expect(() => decide(blind)).toThrow('that is none');
  });
});

describe('what a reserve counts for', () => {
  interface Reserved {
    set: number;
    /** What is reserved here now. */
    own: number;
    claim?: number;
    currency?: string;
    ofClaim?: string;
    historical?: boolean;
  }
  const counted = ({ set, own, claim = own, currency, ofClaim, historical = false }: Reserved): Json =>
    evaluate(
      reserveAuthority,
      scopeOf({
        ...{ event: { reserve: money(set, currency) }, ledger: { reserve: money(own) } },
        ...{ case: { historical }, facts: { claimTotals: { reserve: money(claim, ofClaim) } } },
      }),
    );

  it.each<[string, Reserved, Json]>([
    ['the reserve alone where the claim has no other', { set: 700, own: 300 }, money(700)],
    ['the whole claim’s with it, its own not twice', { set: 700, own: 300, claim: 800 }, money(1_200)],
    ['itself where the claim has not been told of it yet', { set: 700, own: 300, claim: 0 }, money(700)],
    ['nothing to judge where it falls', { set: 299, own: 300, claim: 90_000 }, false],
    ['nothing to judge where it stays', { set: 300, own: 300, claim: 90_000 }, false],
    ['itself where the case is imported', { set: 700, own: 300, claim: 800, historical: true }, money(700)],
    [
      'more than anybody’s limit where the claim is reserved for in another currency',
      { set: 700, own: 300, claim: 800, ofClaim: 'USD' },
      money(1_200, 'XXX'),
    ],
    [
      'nothing to judge in another currency, which no rule takes',
      { set: 700, own: 300, currency: 'USD' },
      false,
    ],
  ])('is %s', (_, reserved, expected) => {
    expect(counted(reserved)).toEqual(expected);
  });

  it('is no amount where nobody could tell what the claim has: nothing is raised then', () => {
    const given = { event: { reserve: money(2) }, ledger: { reserve: money(1) } };
    const blind = scopeOf({ ...given, case: { historical: false }, facts: {} });
    expect(evaluate(reserveAuthority, blind)).toMatchObject({ amount: null });
  });
});
