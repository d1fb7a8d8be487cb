import { describe, expect, it } from 'vitest';
import type { Command } from '../../machines/kernel/command.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { policyRef } from '../../machines/kernel/policy/policy-ref.ts';
import { type Act, currentPolicy, type Policy } from '../../machines/kernel/policy/table.ts';
import { rolesFor } from '../../machines/kernel/policy.ts';
import { step } from '../../machines/kernel/step.ts';
import { verifyChain } from '../../machines/kernel/verify-chain.ts';
import { policyProblems } from '../../machines/policy/policy-problems.ts';
import { as, compiledOf, type DriverOptions, drive, minute } from '../kernel/case-driver.ts';

// Guarantee: a case that is opened under a company's own table is decided by it for ever, and each of its entries names
// it by its hash; a table that gives up a separation of duties is no table.

const row = (by: Act['by'], more: Partial<Act> = {}): Act => ({
  title: { zh: '事', en: 'Act' },
  by,
  ...more,
});
const table = (acts: Policy['acts'], version = '2.0.0'): Policy => ({
  ...currentPolicy,
  ...{ id: 'ours', version, acts: { ...currentPolicy.acts, ...acts } },
});
const definition: Partial<RuntimeDefinition> = {
  events: { note: { by: ['handler', 'lead'] }, close: { by: ['handler', 'lead'] } },
  machine: {
    initial: 'work',
    states: { work: { on: { note: 'work', close: 'done' } }, done: { type: 'final' } },
  },
  tasks: { work: { role: 'handler', outcomes: ['close'] } },
};
const own = table({
  'note.write': row({ lead: 'all' }, { events: { example: ['note'] } }),
  'task.release': row({ handler: 'all' }),
  'case.contribute': row({ lead: 'all', handler: 'own', system: 'all', case: 'all' }),
  'customer.speak-for': row({ lead: 'all' }, { lent: false }),
});
const under = (policy: Policy | undefined, options: DriverOptions = {}) =>
  drive(definition, { ...options, input: policy === undefined ? {} : { policy } });
const comment = {
  type: 'document',
  document: { ...{ id: 'd1', key: 'other', sha256: 'e'.repeat(64) }, sizeBytes: 1, mediaType: 'text/plain' },
} as const;

describe('a company’s own table in a case', () => {
  it('decides events, verbs, and who speaks for a customer', () => {
    const shipped = under(undefined);
    const ours = under(own);
    expect(shipped.event('note', 'handler', minute(1))).toEqual(['note']);
    expect(ours.event('note', 'handler', minute(1))).toBe('ROLE_REQUIRED');
    expect(ours.refusal?.allowed).toEqual(['close']);
    expect(ours.event('note', 'lead', minute(2))).toEqual(['note']);
    const taskId = Object.keys(ours.state.tasks)[0] ?? '';
    const claimed = { type: 'task', verb: 'claim', taskId, by: 'handler2' } as const;
    for (const driver of [shipped, ours]) {
      expect(driver.send(claimed, minute(3))).toEqual(['task.claimed']);
    }
    const released = { type: 'task', verb: 'release', taskId } as const;
    expect(shipped.send({ ...released, by: 'handler' }, minute(4))).toBe('ROLE_REQUIRED');
    expect(ours.send({ ...released, by: 'lead' }, minute(4))).toBe('ROLE_REQUIRED');
    expect(ours.send({ ...released, by: 'handler' }, minute(4))).toEqual(['task.released']);
    const said = (id: string) => ({ ...as(id), onBehalfOf: { customer: true as const } });
    const open = { ...definition, open: { by: ['customer'] } };
    const opened = (id: string, policy?: Policy) => () =>
      drive(open, { input: policy === undefined ? {} : { policy }, opening: { facts: said(id) } });
    expect(opened('handler')).not.toThrow();
    expect(opened('handler', own)).toThrow('ROLE_REQUIRED');
    expect(opened('lead', own)).not.toThrow();
  });

  it('knows how near to the case somebody is', () => {
    const mine = under(own, { opening: { owner: 'handler' } });
    expect(mine.send({ ...comment, by: 'handler2' }, minute(1))).toBe('ROLE_REQUIRED');
    expect(mine.send({ ...comment, by: 'handler' }, minute(1))).toEqual(['document.added']);
  });

  it('is pinned by its hash, and every entry names it; without one, entries are what they were', () => {
    const ours = under(own);
    ours.event('note', 'lead', minute(1));
    ours.event('close', 'handler', minute(2));
    const ref = policyRef(own);
    expect(ours.state.policy).toEqual(ref);
    expect(ours.entries.map(({ leaf }) => JSON.parse(leaf).policy)).toEqual(
      ours.entries.map(() => `ours@2.0.0#${ref.hash}`),
    );
    expect(verifyChain(ours.entries)).toEqual({ ok: true });
    const shipped = under(undefined);
    shipped.event('close', 'handler', minute(2));
    expect(Object.hasOwn(shipped.state, 'policy')).toBe(false);
    expect(shipped.entries.some(({ leaf }) => leaf.includes('"policy"'))).toBe(false);
  });

  it('gives the same entries again from the same table, and goes on with no other one', () => {
    const ours = under(own);
    ours.event('note', 'lead', minute(1));
    const again = under(own);
    again.event('note', 'lead', minute(1));
    expect(again.entries).toEqual(ours.entries);
    const stored = JSON.parse(JSON.stringify(ours.state));
    const command: Command = { id: 'next', type: 'event', event: 'note', facts: as('lead') };
    const goesOn = (policy?: Policy) => () =>
      step(compiledOf(definition, policy === undefined ? {} : { policy }), stored, command, minute(2));
    expect(goesOn(own)()).toMatchObject({ state: { policy: policyRef(own) } });
    expect(goesOn()).toThrow('not pinned');
    expect(goesOn(table({ 'note.write': row({ handler: 'all' }) }))).toThrow('not pinned');
    const without = under(undefined).state;
    expect(() => step(compiledOf(definition, { policy: own }), without, command, minute(2))).toThrow(
      'not pinned',
    );
  });
});

describe('what is no table', () => {
  const roles = rolesFor(currentPolicy, 'case.see');
  const pointersOf = (policy: object) => policyProblems(policy, roles).map(({ pointer }) => pointer);
  const changed = (act: string, change: Partial<Act>) =>
    table({ [act]: { ...(currentPolicy.acts[act] as Act), ...change } });

  it('is not the shipped one, nor a stricter one', () => {
    expect(pointersOf(currentPolicy)).toEqual([]);
    expect(pointersOf(own)).toEqual([]);
    expect(
      pointersOf(
        changed('payment.approve', { notOwner: true, apartFrom: ['payment.propose', 'fraud.refer'] }),
      ),
    ).toEqual([]);
    const refer = currentPolicy.acts['fraud.refer'] as Act;
    expect(
      pointersOf(
        table({
          'case.reopen': row(
            { lead: 'own', manager: 'all' },
            { lent: false, notOwner: true, apartFrom: ['fraud.clear'] },
          ),
          'deadline.extend': row({ lead: 'team' }, { apartFrom: ['case.reopen'] }),
          'deadline.pause': row({ lead: 'department', handler: 'assigned' }),
          'fraud.refer': { ...refer, apartFrom: ['case.reopen'] },
        }),
      ),
    ).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['an act is missing', { ...own, acts: {} }, '/acts/case.see'],
    ['a field is of no such table', changed('case.see', { allow: true } as never), '/acts/case.see/allow'],
    ['a role is unknown', changed('case.see', { by: { pilot: 'all' } }), '/acts/case.see/by/pilot'],
    [
      'seeing personal values has a nearer scope',
      changed('case.see-personal', { by: { lead: 'own' } }),
      '/acts/case.see-personal/by/lead',
    ],
    [
      'who approves may have proposed',
      changed('payment.approve', { apartFrom: [] }),
      '/acts/payment.approve/apartFrom',
    ],
    ['the owner may verify', changed('capa.verify', { notOwner: false }), '/acts/capa.verify/notOwner'],
    ['what is seen is lent', changed('case.see', { lent: true }), '/acts/case.see/lent'],
    [
      'an event is let go',
      changed('fraud.clear', { events: { claim: ['fraud.clear'] } }),
      '/acts/fraud.clear/events/claim',
    ],
    ['cases cannot be linked', changed('case.link', { by: { lead: 'all' } }), '/acts/case.link/by/system'],
    [
      'an event is two acts',
      table({ 'x.y': row({ lead: 'all' }, { events: { exposure: ['approve'] } }) }),
      '/acts/x.y/events/exposure/0',
    ],
    [
      'it is apart from nothing that there is',
      changed('case.link', { apartFrom: ['nothing'] }),
      '/acts/case.link/apartFrom/0',
    ],
    ['an act is none that there is', table({ 'case.burn': row({ lead: 'all' }) }), '/acts/case.burn'],
    [
      'a scope is none that there is',
      table({ 'case.reopen': row({ lead: 'region' as never }) }),
      '/acts/case.reopen/by/lead',
    ],
    [
      'a role of an act that a table may add is unknown',
      table({ 'deadline.extend': row({ pilot: 'all' }) }),
      '/acts/deadline.extend/by/pilot',
    ],
    [
      'a closed case is to be near by its tasks',
      table({ 'case.reopen': row({ lead: 'team' }) }),
      '/acts/case.reopen/by/lead',
    ],
    [
      'an event is a verb',
      table({ 'deadline.pause': row({ lead: 'all' }, { events: { claim: ['pause'] } }) }),
      '/acts/deadline.pause/events',
    ],
    [
      'a deadline has an amount',
      table({ 'deadline.extend': row({ lead: 'all' }, { within: 'authority' }) }),
      '/acts/deadline.extend/within',
    ],
    [
      'it is apart from what no case remembers',
      table({
        'deadline.pause': row({ lead: 'all' }),
        'deadline.extend': row({ lead: 'all' }, { apartFrom: ['fraud.refer', 'deadline.pause'] }),
      }),
      '/acts/deadline.extend/apartFrom/1',
    ],
    [
      'an event is apart from what no case remembers',
      changed('fraud.clear', { apartFrom: ['fraud.refer', 'task.reassign'] }),
      '/acts/fraud.clear/apartFrom/1',
    ],
    [
      'a verb that nothing is kept apart for is apart',
      changed('task.reassign', { apartFrom: ['fraud.refer'] }),
      '/acts/task.reassign/apartFrom',
    ],
    [
      'a verb that nothing is kept apart for is not the owner’s',
      changed('case.recuse', { notOwner: true }),
      '/acts/case.recuse/notOwner',
    ],
    [
      'a verb without an amount has one',
      changed('case.link', { within: 'authority' }),
      '/acts/case.link/within',
    ],
  ])('%s', (_, policy, pointer) => {
    expect(pointersOf(policy)).toContain(pointer);
  });

  it('one that is too large to travel with every case', () => {
    const title = { zh: '事', en: 'x'.repeat(60_000) };
    expect(pointersOf(table({ 'x.y': { title, by: { lead: 'all' } } }))).toEqual(['']);
  });

  it('an amount without a limit', () => {
    const { within: _, ...rest } = currentPolicy.acts['reserve.set'] as Act;
    expect(policyProblems(table({ 'reserve.set': rest }), roles)).toEqual([
      { pointer: '/acts/reserve.set/within', message: expect.stringContaining('not dropped') },
    ]);
  });
});
