import type { Actor } from '../../machines/kernel/command.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { definitionOf, feel } from '../kernel/case-driver.ts';

export const yuan = (amount: number) => [{ amount: amount * 100, currency: 'CNY' }];
export const people: { [id: string]: Actor } = {
  adjuster: { id: 'adjuster', roles: ['adjuster'], authority: yuan(10_000) },
  lead: { id: 'lead', roles: ['lead'], authority: yuan(50_000) },
  manager: { id: 'manager', roles: ['manager'], authority: yuan(300_000) },
  legal: { id: 'legal', roles: ['legal'] },
  'legal-2': { id: 'legal-2', roles: ['legal'] },
  finance: { id: 'finance', roles: ['finance'] },
};
export const who = (id: string): Actor => people[id] as Actor;

const money = {
  type: 'object',
  properties: { amount: { type: 'integer' }, currency: { type: 'string' } },
} as const;

/** A settlement that legal and a manager approve, and that finance pays only as approved. */
export const settlement: RuntimeDefinition = definitionOf({
  calendar: 'cn',
  open: { by: ['adjuster'] },
  data: { type: 'object', properties: { amount: money, note: { type: 'string' } } },
  events: {
    propose: { by: ['adjuster'] },
    amend: { by: ['adjuster', 'lead'], data: { type: 'object', properties: { amount: money } } },
    note: { by: ['adjuster'], data: { type: 'object', properties: { note: { type: 'string' } } } },
    drop: { by: ['adjuster'] },
  },
  machine: {
    initial: 'draft',
    states: {
      draft: { on: { propose: 'both' } },
      both: {
        type: 'parallel',
        on: { drop: '#draft' },
        states: {
          deciding: {
            initial: 'approving',
            states: {
              approving: {
                on: {
                  amend: { actions: [{ type: 'assign', set: { amount: feel('event.amount') } }] },
                  note: { actions: [{ type: 'assign', set: { note: feel('event.note') } }] },
                },
                invoke: {
                  src: 'settlement',
                  onDone: [
                    { target: 'paying', guard: feel('event.outcome = "approved"') },
                    { target: '#draft', guard: feel('event.outcome = "returned"') },
                    { target: 'refused' },
                  ],
                  onError: 'incident',
                },
              },
              paying: {
                on: { amend: { actions: [{ type: 'assign', set: { amount: feel('event.amount') } }] } },
                invoke: {
                  src: 'pay',
                  input: { amount: feel('data.amount'), payee: 'customer' },
                  onDone: 'paid',
                  onError: 'incident',
                },
              },
              paid: {},
              refused: {},
            },
          },
          beside: { initial: 'idle', states: { idle: {} } },
        },
      },
    },
  },
  services: { pay: { activity: 'payment.pay', approval: 'settlement' } },
  approvals: {
    settlement: {
      plan: {
        steps: [
          { id: 'legal', rule: 'any', signers: [{ role: 'legal' }], onReject: 'proposer' },
          {
            id: 'skipped',
            rule: 'all',
            signers: [{ role: 'siu' }],
            when: feel('data.amount.amount > 99999999'),
          },
          { id: 'amount', rule: 'all', signers: [{ byAuthority: true }] },
        ],
        ladder: [
          { role: 'lead', upTo: yuan(50_000) },
          { role: 'manager', upTo: yuan(300_000) },
        ],
      },
      subject: { amount: feel('data.amount') },
      amount: feel('data.amount'),
      barred: feel('["payee-1"]'),
    },
  },
});
