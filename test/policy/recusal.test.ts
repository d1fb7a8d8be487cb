import { describe, expect, it } from 'vitest';
import { allowedEvents } from '../../machines/kernel/allowed.ts';
import type { Actor, Facts } from '../../machines/kernel/command.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { as, drive, minute, sealed } from '../kernel/case-driver.ts';

// Guarantee: who is out of a case has no part in it, under no account, by no lent right and not through their people;
// who may say so is fixed, it takes a reason, and the trail shows it.

const definition: Partial<RuntimeDefinition> = {
  events: { note: { by: ['handler', 'lead'] }, close: { by: ['lead'] } },
  machine: {
    initial: 'work',
    states: { work: { on: { note: { actions: [] }, close: 'closed' } }, closed: { type: 'final' } },
  },
  tasks: { work: { role: 'handler', outcomes: ['close'], assign: 'least-loaded' } },
};

const reason = sealed('a cousin of the claimant');
const who = (id: string, roles: string[], extra: Partial<Actor> = {}): Facts => ({
  actor: { id, roles, ...extra },
});
const recuse = (id: string, facts: Facts, extra: object = {}) =>
  ({ type: 'recusal', verb: 'recuse', person: { id }, facts, reason, ...extra }) as const;
const note = (facts: Facts) => ({ type: 'event', event: 'note', facts }) as const;

describe('taking somebody out of a case', () => {
  it.each<[string, Facts, object, string | string[]]>([
    ['by a manager', as('manager'), {}, ['person.recused']],
    ['by compliance', as('compliance'), { because: 'complained-of' }, ['person.recused']],
    ['by the person', as('handler'), {}, ['person.recused']],
    ['by the person under another account', who('h9', [], { sameAs: ['handler'] }), {}, ['person.recused']],
    ['by a colleague', as('handler2'), {}, 'ROLE_REQUIRED'],
    ['without a reason', as('manager'), { reason: undefined }, 'REASON_REQUIRED'],
  ])('%s', (_, facts, extra, came) => {
    expect(drive(definition).send(recuse('handler', facts, extra), minute(1))).toEqual(came);
  });

  it('stands in the trail with its cause and who said so, and not twice', () => {
    const driver = drive(definition);
    driver.send(recuse('handler', as('manager'), { because: 'conflict-of-interest' }), minute(1));
    expect(driver.leaf(2)).toMatchObject({
      type: 'person.recused',
      actorId: 'manager',
      data: { personId: 'handler', because: 'conflict-of-interest', reason },
      after: {
        changed: {
          '/excluded': { handler: { because: 'conflict-of-interest', by: 'manager', at: minute(1) } },
        },
      },
    });
    expect(driver.send(recuse('handler', as('manager')), minute(2))).toBe('DATA_INVALID');
  });

  it('frees the open task, and asks for somebody else', () => {
    const driver = drive(definition);
    const [taskId = ''] = Object.keys(driver.state.tasks);
    driver.send({ type: 'task', taskId, verb: 'claim', facts: as('handler') }, minute(1));
    const before = driver.effects.length;
    driver.send(recuse('handler', as('handler')), minute(2));
    expect(driver.state.tasks[taskId]?.assignee).toBeNull();
    expect(driver.effects.slice(before)).toMatchObject([{ type: 'assignTask', taskId }]);
  });
});

describe('who is out of the case', () => {
  const out = () => {
    const driver = drive(definition);
    driver.send(
      {
        type: 'recusal',
        verb: 'recuse',
        person: { id: 'boss', sameAs: ['boss-b'] },
        facts: as('compliance'),
        reason,
      },
      minute(1),
    );
    return driver;
  };
  const lent = (personId: string, extra: object = {}) => ({
    actsFor: [{ personId, via: 'delegation' as const, roles: ['lead'], until: null, ...extra }],
  });

  it.each<[string, Facts]>([
    ['is the person', who('boss', ['lead'])],
    ['is the person under another account', who('boss-b', ['lead'])],
    ['is the person under an account made since', who('boss-c', ['lead'], { sameAs: ['boss'] })],
    ['is who reports to them', who('ann', ['lead'], { reportsTo: ['boss'] })],
  ])('%s', (_, facts) => {
    const driver = out();
    expect(driver.send(note(facts), minute(2))).toBe('CONFLICT_OF_INTEREST');
    expect(driver.refusal?.allowed).toEqual([]);
    expect(allowedEvents(driver.compiled, driver.state, facts, minute(2))).toEqual([]);
    expect(driver.send(recuse('ann', facts), minute(2))).toBe('CONFLICT_OF_INTEREST');
  });

  it('lends nobody a right in it', () => {
    const driver = out();
    for (const facts of [
      who('cy', [], lent('boss')),
      who('cy', [], lent('dee', { sameAs: ['boss-b'] })),
      who('cy', [], lent('dee', { reportsTo: ['boss'] })),
    ]) {
      expect(allowedEvents(driver.compiled, driver.state, facts, minute(2))).toEqual([]);
      expect(driver.send(note(facts), minute(2))).toBe('ROLE_REQUIRED');
    }
    expect(driver.send(note(who('cy', [], lent('dee'))), minute(2))).toEqual(['note']);
  });

  it('gets no work in it', () => {
    const driver = out();
    const [taskId = ''] = Object.keys(driver.state.tasks);
    const to = { id: 'boss', roles: ['handler'] };
    expect(driver.send({ type: 'task', taskId, verb: 'reassign', to, facts: as('manager') }, minute(2))).toBe(
      'CONFLICT_OF_INTEREST',
    );
  });

  it('comes back by compliance alone, with a reason', () => {
    const driver = out();
    const readmit = (facts: Facts, extra: object = {}) =>
      driver.send(
        { type: 'recusal', verb: 'readmit', person: { id: 'boss' }, facts, reason, ...extra } as never,
        minute(2),
      );
    expect(readmit(who('boss', ['lead', 'compliance']))).toBe('CONFLICT_OF_INTEREST');
    expect(readmit(as('manager'))).toBe('ROLE_REQUIRED');
    expect(readmit(as('compliance'), { reason: undefined })).toBe('REASON_REQUIRED');
    expect(readmit(as('compliance'), { person: { id: 'ann' } })).toBe('DATA_INVALID');
    expect(readmit(as('compliance'))).toEqual(['person.readmitted']);
    expect(driver.state).not.toHaveProperty('excluded');
    expect(driver.send(note(who('boss', ['lead'])), minute(3))).toEqual(['note']);
  });
});
