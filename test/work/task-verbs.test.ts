import { describe, expect, it } from 'vitest';
import type { Actor } from '../../machines/kernel/command.ts';
import { type CaseDriver, day, drive, hour, minute, person, sealed } from '../kernel/case-driver.ts';

// Guarantee: a task can be lent and comes back; it goes back to an earlier step only where its definition leads there;
// nobody is reminded more than once an hour by one person; and who has no part in a case is told nothing of it.

const definition: Parameters<typeof drive>[0] = {
  events: {
    register: { by: ['handler'] },
    approve: { by: ['lead'] },
    'send-back': { by: ['lead'] },
  },
  machine: {
    initial: 'intake',
    states: {
      intake: { on: { register: 'review' } },
      review: { on: { approve: 'done', 'send-back': 'intake' } },
      done: { type: 'final' },
    },
  },
  tasks: {
    intake: { role: 'handler', outcomes: ['register'] },
    review: { role: 'lead', outcomes: ['approve', 'send-back'] },
  },
};

const inReview = () => {
  const driver = drive(definition);
  driver.event('register', 'handler1', minute(10));
  const [taskId = ''] = Object.entries(driver.state.tasks).find(([, { state }]) => state === 'review') ?? [];
  const verb = (name: string, by: string, at = hour(2), more: object = {}) =>
    driver.send({ type: 'task', taskId, verb: name, by, ...more } as Parameters<CaseDriver['send']>[0], at);
  verb('claim', 'lead1', hour(1));
  return { driver, verb, task: () => driver.state.tasks[taskId] };
};

describe('a task that is lent', () => {
  const lent = (until?: string) => {
    const made = inReview();
    const more = { to: person('handler2'), ...(until === undefined ? {} : { until }) };
    expect(made.verb('delegate', 'lead1', hour(2), more)).toEqual(['task.delegated']);
    return made;
  };

  it('is with whom it is lent to, who resolves it; it comes back to its owner, who ends it', () => {
    const { driver, verb, task } = lent();
    expect(task()).toMatchObject({ assignee: 'handler2', delegation: { from: 'lead1', to: 'handler2' } });
    expect(driver.effects.at(-1)).toMatchObject({
      template: 'task.delegated',
      to: { roles: ['person:handler2'] },
    });
    expect(verb('complete', 'lead1', hour(3), { outcome: 'approve' })).toBe('TASK_TAKEN');
    expect(verb('complete', 'handler2', hour(3), { outcome: 'approve' })).toBe('TASK_TAKEN');
    expect(verb('resolve', 'lead1', hour(3))).toBe('NOT_DELEGATED');
    expect(verb('resolve', 'handler2', hour(3), { text: sealed('Checked') })).toEqual(['task.resolved']);
    expect(task()).toMatchObject({
      assignee: 'lead1',
      resolved: { by: 'handler2', text: sealed('Checked') },
    });
    expect(task()?.delegation).toBeUndefined();
    expect(verb('complete', 'lead1', hour(4), { outcome: 'approve' })).toEqual(['approve']);
  });

  it('is neither lent on nor handed on, and can be taken back', () => {
    const { verb, task } = lent();
    expect(verb('delegate', 'handler2', hour(3), { to: person('handler3') })).toBe('DELEGATION_CHAINED');
    expect(verb('reassign', 'lead2', hour(3), { to: person('lead3') })).toBe('DELEGATION_CHAINED');
    expect(verb('withdraw', 'handler3', hour(3))).toBe('ROLE_REQUIRED');
    expect(verb('withdraw', 'lead1', hour(3))).toEqual(['task.taken-back']);
    expect(task()).toMatchObject({ assignee: 'lead1' });
    expect(verb('withdraw', 'lead1', hour(3))).toBe('NOT_DELEGATED');
  });

  it('for a time is its owner’s again once that is over', () => {
    const { verb } = lent(hour(5));
    expect(verb('resolve', 'handler2', hour(6))).toBe('NOT_DELEGATED');
    expect(verb('complete', 'lead1', hour(6), { outcome: 'approve' })).toEqual(['approve']);
  });

  it.each([
    ['by another', 'lead2', { to: person('handler2') }, 'ROLE_REQUIRED'],
    ['to an onlooker', 'lead1', { to: person('auditor') }, 'ROLE_REQUIRED'],
    ['to nobody', 'lead1', {}, 'ROLE_REQUIRED'],
    ['to its owner', 'lead1', { to: person('lead1') }, 'DATA_INVALID'],
    ['until the past', 'lead1', { to: person('handler2'), until: hour(1) }, 'TIME_INVALID'],
  ])('is not lent %s', (_, by, more, code) => {
    expect(inReview().verb('delegate', by, hour(2), more)).toBe(code);
  });
});

describe('returning a task', () => {
  it('sends the outcome that leads to the earlier step, with a reason', () => {
    const { driver, verb } = inReview();
    expect(verb('return', 'lead1', hour(2), { toStep: 'intake' })).toBe('REASON_REQUIRED');
    expect(verb('return', 'lead1', hour(2), { toStep: 'intake', reason: sealed('Photos missing') })).toEqual([
      'send-back',
    ]);
    expect([driver.states(), driver.openTasks()]).toEqual(['intake', ['intake']]);
  });

  it.each(['done', 'nowhere', null])(
    'to %s is refused: the definition leads to no such earlier step',
    (toStep) => {
      expect(inReview().verb('return', 'lead1', hour(2), { toStep, reason: sealed('x') })).toBe(
        'RETURN_NOT_ALLOWED',
      );
    },
  );

  it('to another department is the sender’s time until somebody there takes it, and counts as to and fro', () => {
    const { driver, verb } = inReview();
    const open = () => Object.entries(driver.state.tasks).find(([, { status }]) => status === 'open');
    const legal = { facts: { actor: { ...person('lead1'), departments: ['legal'] } } };
    const claims = { ...person('handler1'), departments: ['claims'] };
    const back = { toStep: 'intake', reason: sealed('x'), to: claims, superior: 'manager1', ...legal };
    const task = (name: string, by: Actor, at: string) =>
      driver.send({ type: 'task', taskId: open()?.[0] ?? '', verb: name, facts: { actor: by } } as never, at);
    expect(verb('return', 'lead1', hour(2), back)).toEqual(['send-back']);
    expect(open()?.[1]).toMatchObject({ state: 'intake', transfer: '4' });
    expect(driver.state.transfers).toMatchObject({
      4: { of: 'task', taskId: open()?.[0], from: 'lead1', fromDepartment: 'legal', status: 'asked' },
    });
    task('claim', claims, day(1));
    expect(open()?.[1].transfer).toBeUndefined();
    expect(driver.state.transfers?.[4]).toMatchObject({ status: 'accepted', endedAt: day(1) });

    const again = (n: number) => {
      driver.event('register', 'handler1', day(n));
      const taskId = open()?.[0] ?? '';
      return driver.send({ type: 'task', taskId, verb: 'return', by: 'lead1', ...back } as never, day(n));
    };
    expect(again(2)).toEqual(['send-back']);
    expect(driver.state.handover).toBeUndefined();
    expect(again(3)).toEqual(['send-back']);
    expect(driver.state.handover).toMatchObject({ from: 'lead1', superior: 'manager1' });
    expect([driver.states(), Object.keys(driver.state.transfers ?? {})]).toEqual(['intake', ['4', '7', '9']]);
  });

  it('within the department, or to one that nobody knows of, is counted as nothing', () => {
    const { driver, verb } = inReview();
    expect(verb('return', 'lead1', hour(2), { toStep: 'intake', reason: sealed('x') })).toEqual([
      'send-back',
    ]);
    expect(driver.state.transfers).toBeUndefined();
  });

  it('is for who may end the task', () => {
    const back = { toStep: 'intake', reason: sealed('x') };
    expect(inReview().verb('return', 'lead2', hour(2), back)).toBe('TASK_TAKEN');
    expect(inReview().verb('return', 'handler1', hour(2), back)).not.toEqual(['send-back']);
  });
});

describe('reminding', () => {
  it('tells who has the task, once an hour for each person', () => {
    const { driver, verb, task } = inReview();
    expect(verb('remind', 'handler1', hour(2))).toEqual(['task.reminded']);
    expect(driver.effects.at(-1)).toMatchObject({
      template: 'task.reminded',
      to: { roles: ['person:lead1'] },
    });
    expect(verb('remind', 'handler1', minute(179))).toBe('REMINDED_ALREADY');
    expect(verb('remind', 'handler2', minute(179))).toEqual(['task.reminded']);
    expect(verb('remind', 'handler1', minute(181))).toEqual(['task.reminded']);
    expect(verb('remind', 'handler3', day(1))).toEqual(['task.reminded']);
    expect(Object.keys(task()?.reminded ?? {})).toEqual(['handler3']);
    expect(verb('remind', 'auditor', day(1))).toBe('ROLE_REQUIRED');
  });

  it('of a task that nobody has tells its role', () => {
    const { driver, verb } = inReview();
    verb('release', 'lead1', hour(2));
    verb('remind', 'handler1', hour(2));
    expect(driver.effects.at(-1)).toMatchObject({ to: { roles: ['lead'] } });
  });
});

describe('copies and mentions', () => {
  it('tell the people named, and a copy stands in the case', () => {
    const { driver, verb } = inReview();
    expect(verb('copy', 'handler1', hour(2), { people: [person('legal'), person('qa')] })).toEqual([
      'case.copied',
    ]);
    verb('copy', 'handler1', hour(2), { people: [person('qa')] });
    expect(driver.state.watchers).toEqual(['legal', 'qa']);
    expect(verb('comment', 'handler1', hour(2), { text: sealed('@qa'), people: [person('qa')] })).toEqual([
      'task.commented',
    ]);
    expect(driver.effects.at(-1)).toMatchObject({ template: 'task.mentioned', to: { roles: ['person:qa'] } });
    expect(verb('copy', 'auditor', hour(2), { people: [person('qa')] })).toBe('ROLE_REQUIRED');
    expect(verb('copy', 'handler1', hour(2), { people: [] })).toBe('DATA_INVALID');
  });

  it('never reach who has no part in the case', () => {
    const { driver, verb } = inReview();
    const excluded = { qa: { because: 'recused', by: 'qa', at: hour(1) } } as const;
    driver.state = { ...driver.state, excluded };
    const people = [person('legal'), person('qa')];
    expect(verb('copy', 'handler1', hour(2), { people })).toBe('CONFLICT_OF_INTEREST');
    expect(verb('comment', 'handler1', hour(2), { text: sealed('x'), people })).toBe('CONFLICT_OF_INTEREST');
    expect(verb('delegate', 'lead1', hour(2), { to: person('qa') })).not.toEqual(['task.delegated']);
  });
});
