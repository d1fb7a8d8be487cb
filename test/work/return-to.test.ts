import { describe, expect, it } from 'vitest';
import { childCaseId } from '../../machines/kernel/ask-approval.ts';
import type { Actor } from '../../machines/kernel/command.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { returnSteps } from '../../machines/kernel/return-task.ts';
import type { Task } from '../../machines/kernel/state.ts';
import { as, type CaseDriver, drive, feel, hour, person, sealed } from '../kernel/case-driver.ts';

// Guarantee: a task goes back to each step that its definition names in `returnTo` once that has been done, by whoever may
// do the task and with a reason; what ran stops, what was done stays done, and what was approved holds for nothing else.

const definition: Partial<RuntimeDefinition> = {
  events: {
    register: { by: ['handler'] },
    inspect: { by: ['handler'] },
    submit: { by: ['handler'] },
    approve: { by: ['lead'] },
    'ask-again': { by: ['lead'] },
  },
  machine: {
    initial: 'intake',
    states: {
      intake: { on: { register: 'assess', inspect: 'survey' } },
      survey: { on: { register: 'assess' } },
      assess: { on: { submit: 'decide' } },
      decide: { on: { approve: 'done', 'ask-again': 'assess', '*': 'lost' } },
      lost: {},
      done: { type: 'final' },
    },
  },
  tasks: {
    intake: { role: 'handler', outcomes: ['register', 'inspect'] },
    survey: { role: 'handler', outcomes: ['register'] },
    assess: { role: 'handler', outcomes: ['submit'] },
    decide: {
      role: 'lead',
      outcomes: ['approve', 'ask-again'],
      notBy: ['assess'],
      returnTo: ['survey', 'intake', 'assess'],
    },
  },
};
const why = { reason: sealed('Photos missing') };

const openTask = ({ state }: CaseDriver): [string, Task] =>
  Object.entries(state.tasks).find(([, { status }]) => status === 'open') as [string, Task];
const onTask = (driver: CaseDriver, verb: string, by: string, more: object = {}) =>
  driver.send(
    { type: 'task', taskId: openTask(driver)[0], verb, by, ...more } as Parameters<CaseDriver['send']>[0],
    hour(2),
  );
const inDecision = () => {
  const driver = drive(definition);
  driver.event('register', 'handler1', hour(1));
  driver.event('submit', 'handler2', hour(1));
  onTask(driver, 'claim', 'lead1');
  return driver;
};

describe('a step that returnTo names', () => {
  it('is where the task goes back to, without an event of the definition', () => {
    const driver = inDecision();
    const [taskId] = openTask(driver);
    expect(onTask(driver, 'return', 'lead1', { toStep: 'intake', ...why })).toEqual(['task.returned']);
    expect([driver.states(), driver.openTasks()]).toEqual(['intake', ['intake']]);
    expect(driver.leaf(driver.state.seq)).toMatchObject({
      actorId: 'lead1',
      data: { taskId, toStep: 'intake', reason: why.reason },
      before: { states: ['decide'] },
      after: { states: ['intake'] },
    });
    expect(driver.state.tasks[taskId]).toMatchObject({
      status: 'completed',
      completedBy: 'lead1',
      outcome: 'task.return.intake',
    });
  });

  it('goes back by the outcome that leads there, where the definition has one', () => {
    const driver = inDecision();
    expect(onTask(driver, 'return', 'lead1', { toStep: 'assess', ...why })).toEqual(['ask-again']);
    expect(driver.states()).toBe('assess');
  });

  it('is told while the task may go back there, in the designer’s order', () => {
    const driver = inDecision();
    const steps = () => returnSteps(definition, driver.state, openTask(driver)[1]);
    expect(steps()).toEqual(['intake', 'assess']);
    onTask(driver, 'return', 'lead1', { toStep: 'intake', ...why });
    driver.event('inspect', 'handler1', hour(3));
    driver.event('register', 'handler1', hour(3));
    expect(steps()).toEqual([]);
    driver.event('submit', 'handler1', hour(3));
    expect(steps()).toEqual(['survey', 'intake', 'assess']);
    const closed = Object.values(driver.state.tasks).filter(({ status }) => status !== 'open');
    expect(closed.flatMap((task) => returnSteps(definition, driver.state, task))).toEqual([]);
  });

  it('does not end four eyes: who did a step before it went back has done it', () => {
    const driver = inDecision();
    onTask(driver, 'return', 'lead1', { toStep: 'intake', ...why });
    driver.event('register', 'handler1', hour(3));
    driver.event('submit', 'handler3', hour(3));
    const both = { facts: { actor: { ...person('handler2'), roles: ['handler', 'lead'] } } };
    expect(onTask(driver, 'claim', 'handler2', both)).toBe('FOUR_EYES');
    expect(driver.state.acted['task:decide']).toEqual(['lead1']);
    expect(onTask(driver, 'claim', 'lead2')).toEqual(['task.claimed']);
  });

  it('of another department is the sender’s time until somebody there takes it', () => {
    const driver = inDecision();
    const claims: Actor = { ...person('handler1'), departments: ['claims'] };
    const legal = { facts: { actor: { ...person('lead1'), departments: ['legal'] } } };
    const back = { toStep: 'intake', ...why, to: claims, superior: 'manager1', ...legal };
    expect(onTask(driver, 'return', 'lead1', back)).toEqual(['task.returned']);
    const [taskId, { transfer = '' }] = openTask(driver);
    expect(driver.state.transfers?.[transfer]).toMatchObject({ taskId, of: 'task', status: 'asked' });
    onTask(driver, 'claim', 'handler1', { facts: { actor: claims } });
    expect(driver.state.transfers?.[transfer]).toMatchObject({ status: 'accepted' });
  });

  it('is reached by a lent right, and the entry says whose', () => {
    const driver = inDecision();
    const lent = { personId: 'lead1', via: 'substitution', roles: ['lead'], until: null };
    const substitute = { facts: { actor: { ...person('handler9'), actsFor: [lent] } } };
    expect(onTask(driver, 'return', 'handler9', { toStep: 'intake', ...why, ...substitute })).toEqual([
      'task.returned',
    ]);
    expect(driver.leaf(driver.state.seq)).toMatchObject({ actorId: 'handler9', onBehalfOfId: 'lead1' });
    expect(driver.state.acted['task:decide']).toEqual(['lead1', 'handler9']);
  });

  it('is reached from the whole of a task’s state, whatever an inner state catches', () => {
    const driver = drive({
      ...definition,
      machine: {
        initial: 'intake',
        states: {
          intake: { on: { register: 'decide' } },
          decide: {
            initial: 'reading',
            states: { reading: { on: { '*': 'judging' } }, judging: {} },
            on: { approve: 'done' },
          },
          done: { type: 'final' },
        },
      },
      tasks: {
        intake: { role: 'handler', outcomes: ['register'] },
        decide: { role: 'lead', outcomes: ['approve'], returnTo: ['intake'] },
      },
    });
    driver.event('register', 'handler1', hour(1));
    expect(onTask(driver, 'return', 'lead1', { toStep: 'intake', ...why })).toEqual(['task.returned']);
    expect(driver.states()).toBe('intake');
  });
});

describe('what stands beside', () => {
  it('stays as it is in the other regions: their tasks, clocks and timers go on', () => {
    const driver = drive({
      events: { register: { by: ['handler'] }, approve: { by: ['lead'] }, look: { by: ['siu'] } },
      machine: {
        type: 'parallel',
        states: {
          handling: {
            initial: 'intake',
            states: {
              intake: { on: { register: 'decide' } },
              decide: { after: { P2D: 'late' }, on: { approve: 'late' } },
              late: { type: 'final' },
            },
          },
          looking: {
            initial: 'watching',
            states: { watching: { after: { P3D: 'seen' }, on: { look: 'seen' } }, seen: { type: 'final' } },
          },
        },
      },
      tasks: {
        intake: { role: 'handler', outcomes: ['register'] },
        decide: { role: 'lead', outcomes: ['approve'], returnTo: ['intake'] },
        watching: { role: 'siu', outcomes: ['look'] },
      },
      deadlines: {
        intake: {
          source: { kind: 'company promise', rule: 'Intake' },
          starts: [{ enter: 'intake' }],
          stops: [{ exit: 'intake' }],
          limit: 'P1D',
          count: 'elapsed',
        },
      },
    });
    driver.event('register', 'handler1', hour(1));
    const { tasks, timers, deadlines } = driver.state;
    const find = (name: string) => Object.entries(tasks).find(([, { state }]) => state === name);
    const [taskId = ''] = find('decide') ?? [];
    const back = { type: 'task', taskId, verb: 'return', toStep: 'intake', by: 'lead1', ...why } as const;
    expect(driver.send(back, hour(2))).toEqual(['task.returned']);
    expect(driver.states()).toBe('intake watching');
    const [watching = '', task] = find('watching') ?? [];
    expect(driver.state.tasks[watching]).toBe(task);
    expect([Object.keys(timers).length, Object.keys(driver.state.timers).length]).toEqual([2, 1]);
    expect(Object.entries(timers)).toContainEqual(Object.entries(driver.state.timers)[0]);
    expect([deadlines.intake?.status, driver.state.deadlines.intake?.status]).toEqual(['met', 'running']);
    expect(driver.state.deadlines.intake?.startedAt).toBe(hour(2));
  });
});

it('counts what was done before the case was opened again', () => {
  const driver = drive({ ...definition, reopen: { by: ['lead'], from: { done: { target: 'decide' } } } });
  driver.event('register', 'handler1', hour(1));
  driver.event('submit', 'handler2', hour(1));
  onTask(driver, 'complete', 'lead1', { outcome: 'approve' });
  expect(driver.reopen({ by: 'lead1' }, hour(3))).toEqual(['case.reopened']);
  const [taskId] = openTask(driver);
  const back = { type: 'task', taskId, verb: 'return', toStep: 'intake', by: 'lead1', ...why } as const;
  expect(driver.send(back, hour(4))).toEqual(['task.returned']);
});

describe('refused is a return', () => {
  const inHands = { actor: { ...person('handler2'), roles: ['handler', 'lead'] } };
  it.each<[string, string, object, string]>([
    ['without a reason', 'lead1', { toStep: 'intake' }, 'REASON_REQUIRED'],
    ['to a step that was not done', 'lead1', { toStep: 'survey', ...why }, 'RETURN_NOT_ALLOWED'],
    ['to a step that is not named', 'lead1', { toStep: 'decide', ...why }, 'RETURN_NOT_ALLOWED'],
    ['to nowhere', 'lead1', { toStep: null, ...why }, 'RETURN_NOT_ALLOWED'],
    ['by who has not got the task', 'lead2', { toStep: 'intake', ...why }, 'TASK_TAKEN'],
  ])('%s', (_, by, more, code) => {
    const driver = inDecision();
    const { state } = driver;
    expect(onTask(driver, 'return', by, more)).toBe(code);
    expect(driver.state).toBe(state);
  });

  it.each<[string, string, object, string]>([
    ['by another role', 'handler1', {}, 'ROLE_REQUIRED'],
    ['by whoever did what the task is to be apart from', 'handler2', { facts: inHands }, 'FOUR_EYES'],
  ])('%s, of a task that nobody has', (_, by, more, code) => {
    const driver = inDecision();
    onTask(driver, 'release', 'lead1');
    expect(onTask(driver, 'return', by, { toStep: 'intake', ...why, ...more })).toBe(code);
  });

  it('of a task that is lent, until it is resolved', () => {
    const driver = inDecision();
    onTask(driver, 'delegate', 'lead1', { to: person('handler3') });
    expect(onTask(driver, 'return', 'lead1', { toStep: 'intake', ...why })).toBe('TASK_TAKEN');
    onTask(driver, 'resolve', 'handler3');
    expect(onTask(driver, 'return', 'lead1', { toStep: 'intake', ...why })).toEqual(['task.returned']);
  });

  it('that is sent as an event, by a person or by another case', () => {
    const driver = inDecision();
    expect(driver.event('task.return.intake', 'lead1', hour(3))).toBe('EVENT_UNKNOWN');
    const from = { caseId: 'other', epoch: 1, seq: 1, headHash: 'f'.repeat(64) };
    const message = { type: 'message', event: 'task.return.intake', from, facts: as('case') } as const;
    expect(driver.send(message, hour(3))).toEqual(['message.dropped']);
    expect(driver.states()).toBe('decide');
  });
});

describe('what was to be approved', () => {
  const approved: Partial<RuntimeDefinition> = {
    events: {
      register: {
        by: ['handler'],
        data: { type: 'object', properties: { amount: { type: 'integer' } }, required: ['amount'] },
      },
      resume: { by: ['handler'] },
      pay: { by: ['finance'] },
      stop: { by: ['lead'] },
    },
    machine: {
      initial: 'intake',
      states: {
        intake: {
          on: {
            register: {
              target: 'asking',
              actions: [{ type: 'assign', set: { amount: feel('event.amount') } }],
            },
            resume: 'ready',
          },
        },
        asking: {
          invoke: { src: 'settlement', onDone: 'ready', onError: 'incident' },
          on: { stop: 'stopped' },
        },
        ready: { on: { pay: 'paying' } },
        paying: { invoke: { src: 'payment', onDone: 'stopped', onError: 'incident' } },
        stopped: { type: 'final' },
      },
    },
    tasks: {
      intake: { role: 'handler', outcomes: ['register', 'resume'] },
      asking: { role: 'lead', outcomes: ['stop'], returnTo: ['intake'] },
      ready: { role: 'finance', outcomes: ['pay'], returnTo: ['intake'] },
    },
    services: { payment: { activity: 'payment.pay', approval: 'settlement' } },
    approvals: {
      settlement: {
        plan: { steps: [{ id: 'one', rule: 'all', signers: [{ role: 'manager' }] }] },
        subject: { amount: feel('data.amount') },
      },
    },
  };
  const asking = () => {
    const driver = drive({ ...approved, data: { type: 'object', properties: { amount: {} } } });
    driver.event('register', 'handler1', hour(1), { amount: 100 });
    return driver;
  };
  const approve = (driver: CaseDriver): void => {
    const running = driver.state.services['0.asking'];
    const { visit, subjectHash, effectId = '' } = running ?? {};
    const answer = { request: { invokeId: '0.asking', visit }, subjectHash, outcome: 'approved' };
    const from = { caseId: childCaseId('tenant-1', effectId), epoch: 1, seq: 1, headHash: 'f'.repeat(64) };
    const data = { ...answer, signers: ['manager1'] } as never;
    const message = { type: 'message', event: 'approval.answered', from, data, facts: as('case') } as const;
    expect(driver.send(message, hour(1))).toEqual(['approval.answered']);
    expect(driver.states()).toBe('ready');
  };

  it('is asked for no more when its state is left, and anew when it is entered again', () => {
    const driver = asking();
    const asked = driver.state.services['0.asking']?.effectId ?? '';
    onTask(driver, 'return', 'lead1', { toStep: 'intake', ...why });
    expect(driver.state.services).toEqual({});
    expect(driver.effects.at(-1)).toMatchObject({
      type: 'tellCase',
      caseId: childCaseId('tenant-1', asked),
      event: 'cancel',
    });
    driver.event('register', 'handler1', hour(3), { amount: 100 });
    expect(driver.state.services['0.asking']?.effectId).not.toBe(asked);
  });

  it('is paid as it was approved; what was changed after a return is not', () => {
    const pays = (amount?: number) => {
      const driver = asking();
      approve(driver);
      onTask(driver, 'return', 'finance1', { toStep: 'intake', ...why });
      expect(driver.states()).toBe('intake');
      if (amount !== undefined) {
        driver.event('register', 'handler1', hour(3), { amount });
        onTask(driver, 'return', 'lead1', { toStep: 'intake', ...why });
      }
      driver.event('resume', 'handler1', hour(4));
      driver.event('pay', 'finance1', hour(4));
      expect(driver.states()).toBe('paying');
      return driver.state.incidents.map(({ code }) => code);
    };
    expect(pays()).toEqual([]);
    expect(pays(200)).toEqual(['APPROVAL_STALE']);
  });
});
