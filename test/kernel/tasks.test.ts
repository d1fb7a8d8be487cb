import { describe, expect, it } from 'vitest';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { as, drive, hour, type LooseCommand, minute, person, sealed } from './case-driver.ts';

// Guarantee: a task is worked on by those who may, one at a time, and is closed by whatever leaves its state.

const definition: Partial<RuntimeDefinition> = {
  events: {
    register: { by: ['handler', 'lead'] },
    approve: { by: ['handler', 'lead'] },
    deny: { by: ['lead'] },
    note: { by: ['handler'] },
    other: { by: ['handler'] },
  },
  machine: {
    initial: 'intake',
    states: {
      intake: { on: { register: 'review' } },
      review: {
        on: {
          approve: 'done',
          deny: { target: 'review', reenter: true },
          note: { actions: [] },
          other: 'elsewhere',
        },
      },
      elsewhere: { on: { register: 'review' } },
      done: { type: 'final' },
    },
  },
  tasks: {
    intake: { role: 'handler', outcomes: ['register'] },
    review: {
      role: 'lead',
      outcomes: ['approve', 'deny', 'note'],
      notBy: ['intake'],
      assign: 'least-loaded',
    },
  },
};

const inReview = () => {
  const driver = drive(definition);
  driver.event('register', 'lead1', hour(1));
  const [taskId = ''] = Object.entries(driver.state.tasks).find(([, task]) => task.state === 'review') ?? [];
  return {
    driver,
    taskId,
    send: (command: Partial<LooseCommand>) =>
      driver.send({ type: 'task', taskId, ...command } as LooseCommand, hour(2)),
  };
};

describe('verbs on an open task nobody has', () => {
  it.each<[string, Partial<LooseCommand>, string | string[]]>([
    ['claimed by one of its role', { verb: 'claim', by: 'lead2' }, ['task.claimed']],
    ['claimed by another role', { verb: 'claim', by: 'handler' }, 'ROLE_REQUIRED'],
    ['claimed by whoever did the earlier step', { verb: 'claim', by: 'lead1' }, 'FOUR_EYES'],
    ['released by a lead', { verb: 'release', by: 'lead2' }, ['task.released']],
    ['released by a handler', { verb: 'release', by: 'handler' }, 'ROLE_REQUIRED'],
    ['completed by one of its role', { verb: 'complete', outcome: 'approve', by: 'lead2' }, ['approve']],
    [
      'completed by whoever did the earlier step',
      { verb: 'complete', outcome: 'approve', by: 'lead1' },
      'FOUR_EYES',
    ],
    [
      'completed with an outcome it has not',
      { verb: 'complete', outcome: 'register', by: 'lead2' },
      'OUTCOME_NOT_ALLOWED',
    ],
    ['completed without an outcome', { verb: 'complete', by: 'lead2' }, 'OUTCOME_NOT_ALLOWED'],
    ['given a signer', { verb: 'add-signer', by: 'lead2', to: person('lead3') }, 'VERB_NOT_ALLOWED'],
    ['relieved of a signer', { verb: 'remove-signer', by: 'lead2', to: person('lead3') }, 'VERB_NOT_ALLOWED'],
    ['cancelled', { verb: 'cancel', by: 'lead2' }, 'VERB_NOT_ALLOWED'],
    ['assigned by the engine', { verb: 'assign', by: 'system', to: person('lead2') }, ['task.assigned']],
    ['assigned by a person', { verb: 'assign', by: 'lead2', to: person('lead2') }, 'ROLE_REQUIRED'],
    ['assigned to nobody', { verb: 'assign', by: 'system' }, 'DATA_INVALID'],
    ['assigned to another role', { verb: 'assign', by: 'system', to: person('handler') }, 'ROLE_REQUIRED'],
    [
      'assigned to whoever did the earlier step',
      { verb: 'assign', by: 'system', to: person('lead1') },
      'FOUR_EYES',
    ],
    ['reassigned by a lead', { verb: 'reassign', by: 'lead1', to: person('lead2') }, ['task.reassigned']],
    ['reassigned by a handler', { verb: 'reassign', by: 'handler', to: person('lead2') }, 'ROLE_REQUIRED'],
    [
      'commented by one who works on the case',
      { verb: 'comment', by: 'handler', text: sealed('text') },
      ['task.commented'],
    ],
    [
      'commented by one who only looks on',
      { verb: 'comment', by: 'auditor', text: sealed('text') },
      'ROLE_REQUIRED',
    ],
    ['that is unknown', { verb: 'claim', by: 'lead2', taskId: 'case-1.9.9' }, 'TASK_UNKNOWN'],
  ])('%s', (_, command, came) => {
    expect(inReview().send(command)).toEqual(came);
  });
});

describe('a task that somebody has', () => {
  it.each<[string, Partial<LooseCommand>, string | string[]]>([
    ['is not claimed by another', { verb: 'claim', by: 'lead3' }, 'TASK_TAKEN'],
    ['is claimed again by the same without harm', { verb: 'claim', by: 'lead2' }, ['task.claimed']],
    ['is not completed by another', { verb: 'complete', outcome: 'approve', by: 'lead3' }, 'TASK_TAKEN'],
    ['is completed by its assignee', { verb: 'complete', outcome: 'approve', by: 'lead2' }, ['approve']],
    [
      'is handed on by its assignee',
      { verb: 'reassign', by: 'lead2', to: person('lead3') },
      ['task.reassigned'],
    ],
    ['is released by its assignee', { verb: 'release', by: 'lead2' }, ['task.released']],
    [
      'is not assigned by the engine over its head',
      { verb: 'assign', by: 'system', to: person('lead3') },
      'TASK_TAKEN',
    ],
  ])('%s', (_, command, came) => {
    const { send } = inReview();
    send({ verb: 'claim', by: 'lead2' });
    expect(send(command)).toEqual(came);
  });
});

describe('closing a task', () => {
  it('records who completed it and how, also when the outcome was sent as an event', () => {
    const { driver, taskId } = inReview();
    expect(driver.event('approve', 'lead2', hour(2))).toEqual(['approve']);
    expect(driver.state.tasks[taskId]).toMatchObject({
      status: 'completed',
      completedBy: 'lead2',
      outcome: 'approve',
    });
  });

  it('holds to four eyes, also when the outcome is sent as an event', () => {
    const { driver } = inReview();
    expect(driver.event('approve', 'lead1', hour(2))).toBe('FOUR_EYES');
    expect(driver.refusal?.allowed).toEqual([]);
  });

  it('cancels it when something else leaves its state', () => {
    const { driver, taskId, send } = inReview();
    driver.event('other', 'handler', hour(2));
    expect(driver.state.tasks[taskId]).toMatchObject({ status: 'cancelled' });
    expect(send({ verb: 'claim', by: 'lead2' })).toBe('TASK_NOT_OPEN');
    expect(send({ verb: 'comment', by: 'lead2', text: sealed('t') })).toEqual(['task.commented']);
  });

  it('completes it where its outcome stays in the state', () => {
    const { driver, taskId } = inReview();
    const came = driver.send(
      {
        type: 'task',
        taskId,
        verb: 'complete',
        outcome: 'note',
        facts: { actor: { id: 'lead2', roles: ['lead', 'handler'] } },
      },
      hour(2),
    );
    expect(came).toEqual(['note']);
    expect(driver.openTasks()).toEqual([]);
    expect(driver.states()).toBe('review');
  });

  it('opens a new task when its state is entered again', () => {
    const { driver, taskId, send } = inReview();
    send({ verb: 'complete', outcome: 'deny', by: 'lead2' });
    expect(driver.openTasks()).toEqual(['review']);
    expect(Object.keys(driver.state.tasks)).toHaveLength(3);
    expect(driver.state.tasks[taskId]?.status).toBe('completed');
  });
});

describe('choosing an assignee', () => {
  it('is asked of the outside when a task opens, with who may not get it', () => {
    const { driver, taskId } = inReview();
    expect(driver.effects).toEqual([
      expect.objectContaining({
        type: 'assignTask',
        taskId,
        role: 'lead',
        policy: 'least-loaded',
        notPersons: ['lead1'],
      }),
    ]);
  });

  it('names the person of an earlier task', () => {
    const review = { role: 'lead', outcomes: ['approve'], assign: { sameAs: 'intake' } };
    const driver = drive({ ...definition, tasks: { ...definition.tasks, review } });
    driver.event('register', 'lead1', minute(1));
    expect(driver.effects).toEqual([expect.objectContaining({ type: 'assignTask', samePerson: 'lead1' })]);
  });

  it('is not asked for a task that the same step closes', () => {
    const states = { ...definition.machine?.states, review: { always: 'done' } };
    const driver = drive({ ...definition, machine: { initial: 'intake', states } });
    driver.send({ type: 'event', event: 'register', facts: as('handler') }, hour(1));
    expect(driver.states()).toBe('done');
    expect(driver.effects).toEqual([]);
  });
});
