import type { Expression, ExpressionScope } from '../../machines/kernel/expression.ts';

export const feelExpression = (source: string): Expression => ({ '@expr': source, '@lang': 'feel' });

/** A claim in Shanghai, where 17:48 UTC is already the next day. */
export const scope: ExpressionScope = {
  data: {
    estimate: { amount: 2_500_000, currency: 'CNY' },
    owner: 'zhang',
    plate: '沪A12345',
    dueOn: '2026-11-20',
    lines: [
      { kind: 'glass', amount: 300, owner: 'zhang' },
      { kind: 'paint', amount: 700, owner: 'li' },
    ],
  },
  event: { amount: 5, at: '2026-11-22T00:00:00+08:00' },
  actor: { id: 'li', roles: ['handler'] },
  facts: { payeeIsInsured: true },
  ledger: { paid: { amount: 100, currency: 'CNY' } },
  documents: { received: ['photo'], waived: [], deferred: [], missing: [] },
  links: { exposure: 2 },
  case: { kind: 'claim', epoch: 1, openedAt: '2026-11-01T00:00:00Z' },
  now: '2026-11-22T17:48:17.109Z',
  offsetMinutes: 480,
};
