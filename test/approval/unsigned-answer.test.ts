import { expect, it } from 'vitest';
import type { DefinitionDocument } from '../../machines/definition/schema.ts';
import { shippedDefinitions } from '../../machines/library/index.ts';
import { who } from './settlement.ts';
import { propose, settlementWorld } from './settlement-world.ts';

// Guarantee: a case does not believe that something is approved which nobody has signed, whatever its approval's definition
// makes of time that passes.

/** The shipped approval, which takes silence of eight hours for consent. */
const silent = (data: object = {}): DefinitionDocument[] => {
  const document = structuredClone(shippedDefinitions().findLast(({ id }) => id === 'approval'));
  const { deciding, approved } = document?.machine.states ?? {};
  const [answer] = approved?.entry ?? [];
  if (!document || !deciding || answer?.type !== 'tell') {
    throw new Error('The definition is there.');
  }
  deciding.after = { PT8H: 'approved' };
  answer.data = { ...(answer.data as object), ...data } as typeof answer.data & object;
  return [document];
};

it.each([
  ['a time-out', {}],
  ['a time-out that names signers itself', { signers: ['legal', 'manager'] }],
])('%s is no approval: nothing is paid, and somebody is called', (_, data) => {
  const made = settlementWorld(200_000, undefined, silent(data));
  propose(made, who('adjuster'));
  made.sign('legal');
  made.pass(9);
  made.world.wake(made.latest());
  expect(made.world.at(made.latest())).toMatchObject({ status: 'closed', machine: { states: ['approved'] } });
  const claim = made.world.at('claim-1');
  expect(claim.machine.states).toEqual(['approving', 'idle']);
  expect(claim.approved).toBeUndefined();
  expect(made.world.types('claim-1').at(-1)).toBe('message.dropped');
  const [dropped] = made.world.cases.get('claim-1')?.entries.slice(-1) ?? [];
  expect(dropped?.leaf).toContain('"code":"ANSWER_UNSIGNED"');
  expect(claim.incidents).toMatchObject([{ code: 'ANSWER_UNSIGNED', status: 'open' }]);
  expect(made.world.left.some(({ type }) => type === 'callService')).toBe(false);

  // Whoever sees to the incident has it asked for anew.
  const retry = { type: 'incident', n: 1, verb: 'retry', by: who('lead'), reason: true };
  const first = made.latest();
  expect(made.world.send('claim-1', retry as never)).toBeUndefined();
  expect(made.latest()).not.toBe(first);
  made.sign('legal');
  made.sign('manager');
  expect(made.world.at('claim-1').machine.states).toEqual(['paying', 'idle']);
});
