import { describe, expect, it } from 'vitest';
import { purePlayer } from '../../machines/analysis/player.ts';
import { playScenario, prepareScenario } from '../../machines/analysis/run-scenario.ts';
import { type Expression, type ExpressionScope, evaluate } from '../../machines/kernel/expression.ts';
import { shippedCalendars, shippedDefinitions } from '../../machines/library/index.ts';
import { scope } from '../expression/scope.ts';

// Guarantee: a remedy's authority is judged by what the complaint and its customer get in all, and what is paid in the end
// is what was agreed, once.

const document = shippedDefinitions().findLast(({ id }) => id === 'complaint');
const authority = document?.events.approve?.authority as Expression | undefined;
if (document === undefined || authority === undefined) {
  throw new Error('A complaint is shipped, and its approval has an authority.');
}

const money = (amount: number, currency = 'CNY') => ({ amount, currency });

interface Sums {
  amount?: number;
  kind?: string;
  approved?: number;
  paid?: number;
  party?: number;
  currency?: string;
  historical?: boolean;
}

const asked = (sums: Sums): ExpressionScope => {
  const { amount, kind = 'payment', approved = 0, paid = 0, party = 0, currency, historical = false } = sums;
  return {
    ...scope,
    event: null,
    data: { remedy: { kind, ...(amount === undefined ? {} : { amount: money(amount) }) } },
    ledger: { approved: money(approved), paid: money(paid) },
    case: { historical },
    facts: historical ? {} : { partyTotals: { approved: money(party, currency), cases: 1 } },
  };
};

describe('the authority that a remedy needs', () => {
  it.each<[string, Sums, number | false]>([
    ['none where no money is promised', { kind: 'apology' }, false],
    ['over the payment', { amount: 5_000_000 }, 5_000_000],
    ['over it once, where it was approved before', { amount: 5_000_000, approved: 5_000_000 }, 5_000_000],
    [
      'over what is paid in all, not over the rest alone',
      { amount: 6_000_000, approved: 5_000_000, paid: 5_000_000 },
      6_000_000,
    ],
    [
      'over what was paid and what a service costs beside it',
      { amount: 100_000, kind: 'extra-service', paid: 5_000_000 },
      5_100_000,
    ],
    ['over what the customer got elsewhere, too', { amount: 100_001, party: 5_000_000 }, 5_100_001],
    [
      'not twice over what this complaint got',
      { amount: 200_000, approved: 150_000, party: 150_000 },
      200_000,
    ],
    ['not over that for a gesture', { amount: 100_000, party: 5_000_000 }, 100_000],
    [
      'over more than anybody has, where it does not add up',
      { amount: 100_001, party: 1, currency: 'XXX' },
      100_000_001,
    ],
    ['over the amount alone in an imported case', { amount: 9_000_000, historical: true }, 9_000_000],
  ])('is %s', (_, sums, amount) => {
    expect(evaluate(authority, asked(sums))).toEqual(amount === false ? false : money(amount));
  });
});

describe('what a complaint pays', () => {
  const name = 'A counter-offer splits nothing and what was agreed is paid once';
  const scenario = document.scenarios?.find((each) => each.name.en === name);

  it('is what was agreed last, in all: after two counter-offers, a rework and an apology', async () => {
    if (scenario === undefined) {
      throw new Error('The example is there.');
    }
    const prepared = prepareScenario({ document, scenario, calendars: shippedCalendars });
    const player = purePlayer(prepared.compiled, prepared.answer);
    expect((await playScenario(prepared, player)).findings).toEqual([]);
    const { ledger } = await player.state();
    expect(ledger.map(({ line, amount }) => [line, amount.amount])).toEqual([
      ['approved', 5_000_000],
      ['approved', 0],
      ['paid', 5_000_000],
      ['approved', 1_000_000],
      ['approved', -500_000],
      ['paid', 500_000],
    ]);
    const paid = player.effects.flatMap((effect) =>
      effect.type === 'callService' && effect.service === 'payment' ? [effect.input] : [],
    );
    expect(paid).toMatchObject([{ amount: money(5_000_000) }, { amount: money(500_000) }]);
  });

  it('shrinks with what is approved: an offer that was not taken and became an apology is owed no more', async () => {
    if (scenario === undefined) {
      throw new Error('The example is there.');
    }
    const until = scenario.steps.slice(0, 7);
    const apology = {
      at: '2026-03-04T10:00+08:00',
      as: 'handler',
      send: { type: 'propose', data: { remedy: { kind: 'apology' } } },
    };
    const approve = { at: '2026-03-04T11:00+08:00', as: 'complaints-manager', send: { type: 'approve' } };
    const steps = [...until, apology, approve];
    const prepared = prepareScenario({
      document,
      scenario: { ...scenario, steps },
      calendars: shippedCalendars,
    });
    const player = purePlayer(prepared.compiled, prepared.answer);
    expect((await playScenario(prepared, player)).findings).toEqual([]);
    const { ledger } = await player.state();
    expect(ledger.map(({ line, amount }) => [line, amount.amount])).toEqual([
      ['approved', 5_000_000],
      ['approved', -5_000_000],
    ]);
  });
});
