import { describe, expect, it } from 'vitest';
import type { Actor, Facts } from '../../machines/kernel/command.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { recover } from '../../machines/kernel/recover.ts';
import { isRefusal } from '../../machines/kernel/refusal.ts';
import { type CaseDriver, drive, hour, minute, sealed } from '../kernel/case-driver.ts';

// Guarantee: whatever verb of the engine somebody uses by a right that was lent to them, its entry names whose right it
// was; and where their own right does, it names nobody else.

const definition: Partial<RuntimeDefinition> = {
  open: { by: ['handler', 'agent', 'system'] },
  events: { close: { by: ['handler'] } },
  machine: { initial: 'work', states: { work: { on: { close: 'done' } }, done: { type: 'final' } } },
  tasks: { work: { role: 'handler', outcomes: ['close'] } },
  deadlines: {
    reply: {
      source: { kind: 'company promise', rule: 'answer within ten hours' },
      ...{ starts: [{ opened: true }], stops: [{ enter: 'done' }], limit: 'PT10H', count: 'elapsed' },
      pauseCauses: [{ cause: 'flood', by: ['handler'] }],
    },
  },
};

const reason = sealed('why');
const document = { id: 'd1', key: 'other', sha256: 'e'.repeat(64), sizeBytes: 1, mediaType: 'text/plain' };
const owed: Actor = { id: 'kim', roles: ['handler'] };
const add = (to: Actor) => ({ type: 'ad-hoc', add: { kind: 'task', to } }) as const;
const promise = {
  type: 'ad-hoc',
  add: { kind: 'promise', dueAt: hour(30), text: sealed('I call') },
} as const;
const taskId = '{task}';
const promiseId = '@promise.2';

const lendTask = {
  ...{ type: 'task', taskId, verb: 'delegate', to: { id: 'han', roles: ['handler'] } },
  facts: { actor: owed },
} as const;

/** What is sent before, by people whose own right it is; the verb; and the role that it needs. */
type Row = [entry: string, role: string, verb: object, before?: object[]];

const rows: Row[] = [
  ['document.added', 'handler', { type: 'document', document }],
  ['link.added', 'handler', { type: 'link', rel: 'about', caseId: 'other' }],
  ['deadline.recalculated', 'compliance', { type: 'recalculate', calendars: {} }],
  [
    'person.recused',
    'manager',
    { type: 'recusal', verb: 'recuse', person: { id: 'kim' }, because: 'conflict-of-interest', reason },
  ],
  [
    'deadline.resumed',
    'handler',
    { type: 'deadline', name: 'reply', verb: 'resume' },
    [
      { type: 'document', document },
      { type: 'deadline', name: 'reply', verb: 'pause', cause: 'flood', documentId: 'd1' },
    ],
  ],
  [
    'incident.resolved',
    'manager',
    { type: 'incident', verb: 'resolve', n: 1, reason },
    [{ type: 'failure', effectId: 'e', code: 'GONE', facts: { actor: { id: 'system', roles: ['system'] } } }],
  ],
  ['task.added', 'handler', add(owed)],
  ['promise.made', 'handler', promise],
  ['promise.kept', 'handler', { type: 'promise', verb: 'keep', promiseId }, [promise]],
  ['promise.cancelled', 'lead', { type: 'promise', verb: 'cancel', promiseId, reason }, [promise]],
  ['task.released', 'lead', { type: 'task', taskId, verb: 'release' }, [add(owed)]],
  ['task.cancelled', 'lead', { type: 'task', taskId, verb: 'cancel', reason }, [add(owed)]],
  [
    'task.reassigned',
    'lead',
    { type: 'task', taskId, verb: 'reassign', to: { id: 'han', roles: ['handler'] }, reason },
    [add(owed)],
  ],
  ['task.commented', 'handler', { type: 'task', taskId, verb: 'comment', text: reason }, [add(owed)]],
  ['task.reminded', 'handler', { type: 'task', taskId, verb: 'remind' }, [add(owed)]],
  ['case.copied', 'handler', { type: 'task', taskId, verb: 'copy', people: [owed] }, [add(owed)]],
  ['task.taken-back', 'lead', { type: 'task', taskId, verb: 'withdraw' }, [add(owed), lendTask]],
  ['owner.asked', 'lead', { type: 'owner', verb: 'hand-over', to: owed, superior: 'sue' }],
];

const lentBy = (id: string, role: string): Pick<Actor, 'actsFor'> => ({
  actsFor: [{ personId: id, roles: [role], via: 'delegation', until: null }],
});
const send = (driver: CaseDriver, verb: object, facts: Facts, at = hour(1)) => {
  const task = Object.keys(driver.state.tasks).at(-1) ?? '';
  return driver.send(JSON.parse(JSON.stringify({ facts, ...verb }).replace(taskId, task)), at);
};
const ready = (before: object[] = []): CaseDriver => {
  const driver = drive(definition, { opening: { owner: 'owner' } });
  before.forEach((command, index) => {
    const facts = { actor: { id: 'han', roles: ['handler'] } };
    expect(send(driver, command, facts, minute(index + 1))).toHaveLength(1);
  });
  return driver;
};

describe.each(rows)('%s', (entry, role, verb, before) => {
  it('by a lent right names whose it was', () => {
    const driver = ready(before);
    const facts = { actor: { id: 'bo', roles: ['auditor'] } };
    expect(send(driver, verb, facts)).toBe('ROLE_REQUIRED');
    const lent = { actor: { ...facts.actor, ...lentBy('ann', role) } };
    expect(send(driver, verb, lent)).toEqual([entry]);
    expect(driver.leaf(driver.state.seq)).toMatchObject({ actorId: 'bo', onBehalfOfId: 'ann' });
  });

  it('by one’s own right names nobody else', () => {
    const driver = ready(before);
    expect(send(driver, verb, { actor: { id: 'bo', roles: [role], ...lentBy('ann', role) } })).toEqual([
      entry,
    ]);
    expect(driver.leaf(driver.state.seq)).not.toHaveProperty('onBehalfOfId');
  });
});

describe('a lent right', () => {
  const lent = (personId: string, role: string): Facts => ({
    actor: { id: 'bo', roles: ['auditor'], ...lentBy(personId, role) },
  });

  it('that a case is opened by is named', () => {
    const by = (facts: Facts) => drive(definition, { opening: { facts } }).leaf(1);
    expect(by(lent('ann', 'handler'))).toMatchObject({ actorId: 'bo', onBehalfOfId: 'ann' });
    expect(by({ actor: { id: 'bo', roles: ['agent'], ...lentBy('ann', 'handler') } })).not.toHaveProperty(
      'onBehalfOfId',
    );
  });

  it('that a lost case is put back to work by is named', () => {
    const driver = ready();
    const recovered = (facts: Facts) => {
      const made = recover(driver.compiled, driver.state, { id: 'again', facts }, hour(1));
      return isRefusal(made) ? made.code : JSON.parse(made.entries[0]?.leaf ?? '{}').onBehalfOfId;
    };
    expect(recovered(lent('ann', 'handler'))).toBe('ROLE_REQUIRED');
    expect(recovered(lent('ann', 'admin'))).toBe('ann');
    expect(recovered({ actor: { id: 'bo', roles: ['admin'], ...lentBy('ann', 'admin') } })).toBeUndefined();
  });

  it('of who has a task that was added is named when it is done, and counts for four eyes', () => {
    const driver = ready([add(owed)]);
    const done = { type: 'task', taskId, verb: 'complete', outcome: 'done' };
    expect(send(driver, done, lent('ann', 'handler'))).toBe('TASK_TAKEN');
    expect(send(driver, done, lent('kim', 'handler'))).toEqual(['task.done']);
    expect(driver.leaf(driver.state.seq)).toMatchObject({ actorId: 'bo', onBehalfOfId: 'kim' });
    expect(driver.state.acted['task:@task']).toEqual(['kim', 'bo']);
  });

  it.each([
    ['task.released', { verb: 'release' }],
    ['task.reassigned', { verb: 'reassign', to: { id: 'han', roles: ['handler'] }, reason }],
    ['task.delegated', { verb: 'delegate', to: { id: 'han', roles: ['handler'] } }],
  ])('of who has a task of the definition is named: %s', (entry, verb) => {
    const claimed = () => ready([{ type: 'task', taskId, verb: 'claim', facts: { actor: owed } }]);
    const command = { type: 'task', taskId, ...verb };
    const driver = claimed();
    expect(send(driver, command, lent('ann', 'handler'))).toBe('ROLE_REQUIRED');
    expect(send(driver, command, lent('kim', 'handler'))).toEqual([entry]);
    expect(driver.leaf(driver.state.seq)).toMatchObject({ actorId: 'bo', onBehalfOfId: 'kim' });
    const own = claimed();
    expect(send(own, command, { actor: { ...owed, ...lentBy('kim', 'handler') } })).toEqual([entry]);
    expect(own.leaf(own.state.seq)).not.toHaveProperty('onBehalfOfId');
  });

  it('of who has a task is not named where a lead’s own right does', () => {
    const driver = ready([{ type: 'task', taskId, verb: 'claim', facts: { actor: owed } }]);
    const lead = { actor: { id: 'bo', roles: ['lead'], ...lentBy('kim', 'handler') } };
    expect(send(driver, { type: 'task', taskId, verb: 'release' }, lead)).toEqual(['task.released']);
    expect(driver.leaf(driver.state.seq)).not.toHaveProperty('onBehalfOfId');
  });

  it('of the superior who is asked to name an owner is named', () => {
    const driver = ready();
    const handOver = (from: string, to: string) => {
      const sender = { actor: { id: from, roles: ['lead'], departments: [from] } };
      const receiver = { id: to, roles: ['lead'], departments: [to] };
      driver.send(
        { type: 'owner', verb: 'hand-over', to: receiver, superior: 'sue', facts: sender },
        hour(1),
      );
      driver.send({ type: 'owner', verb: 'accept', facts: { actor: receiver } }, hour(1));
    };
    for (const [from, to] of [
      ['owner', 'legal'],
      ['legal', 'owner'],
      ['owner', 'legal'],
    ] as const) {
      handOver(from, to);
    }
    expect(driver.state.handover).toMatchObject({ superior: 'sue' });
    const name = { type: 'owner', verb: 'name', to: owed };
    expect(send(driver, name, lent('ann', 'manager'))).toBe('ROLE_REQUIRED');
    expect(send(driver, name, lent('sue', 'manager'))).toEqual(['owner.named']);
    expect(driver.leaf(driver.state.seq)).toMatchObject({ actorId: 'bo', onBehalfOfId: 'sue' });
  });
});
