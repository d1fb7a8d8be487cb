import { describe, expect, it } from 'vitest';
import { differingPart, emptyFold, foldChanges } from '../../cli/verify/fold-changes.ts';
import type { Actor } from '../../machines/kernel/command.ts';
import { isRefusal } from '../../machines/kernel/refusal.ts';
import { verifyChain } from '../../machines/kernel/verify-chain.ts';
import {
  type CaseDriver,
  compiledOf,
  drive,
  hour,
  minute,
  openingOf,
  person,
  sealed,
} from '../kernel/case-driver.ts';

// Guarantee: people add work to any open case without its machine being told; open work keeps people from closing it,
// and a promise is a deadline like any other: it warns, it is met when kept in time, and it is breached when not.

const definition: Parameters<typeof drive>[0] = {
  events: { close: { by: ['handler'] }, note: { by: ['handler'] } },
  machine: {
    initial: 'working',
    states: {
      working: { on: { close: 'done', note: { actions: [] } }, after: { P10D: 'done' } },
      done: { type: 'final' },
    },
  },
  deadlines: {
    answer: {
      source: { kind: 'law', rule: 'Example act' },
      starts: [{ opened: true }],
      stops: [{ enter: 'done' }],
      limit: 'P15D',
      count: 'calendar-days',
    },
  },
  reopen: { by: ['handler'], from: { done: { target: 'working' } } },
};

const claims: Partial<Actor> = { departments: ['claims'] };
const task = (to: Actor | { department: string }, more = {}) =>
  ({ type: 'ad-hoc', add: { kind: 'task', to, ...more } }) as const;
const promise = (dueAt: string) =>
  ({ type: 'ad-hoc', add: { kind: 'promise', dueAt, text: sealed('I call') } }) as const;

const added = (more = {}, to: Actor | { department: string } = person('lead2')) => {
  const driver = drive(definition);
  expect(driver.send(task(to, more), hour(1))).toEqual(['task.added']);
  const [taskId = ''] = Object.keys(driver.state.tasks);
  return { driver, taskId };
};
const verb = (driver: CaseDriver, taskId: string, command: object) =>
  driver.send({ type: 'task', taskId, ...command } as Parameters<CaseDriver['send']>[0], hour(2));

describe('a task that a person added', () => {
  it('moves no machine, is given to whom it names, and says by whom and until when', () => {
    const { driver, taskId } = added({ dueAt: hour(30), text: sealed('Photos?'), answerExpected: true });
    expect(driver.states()).toBe('working');
    expect(driver.state.tasks[taskId]).toEqual({
      state: '@task',
      status: 'open',
      role: '',
      assignee: 'lead2',
      openedAt: hour(1),
      adHoc: { kind: 'task', by: 'handler', dueAt: hour(30), text: sealed('Photos?'), answerExpected: true },
    });
    expect(driver.leaf(2)).toMatchObject({
      data: { kind: 'task', to: 'lead2', taskId },
      commitments: [sealed('Photos?').commitment],
    });
  });

  it('with a question ends with an answer only', () => {
    const { driver, taskId } = added({ answerExpected: true });
    const done = { verb: 'complete', outcome: 'done', by: 'lead2' };
    expect(verb(driver, taskId, done)).toBe('ANSWER_REQUIRED');
    expect(verb(driver, taskId, { ...done, text: sealed('Here') })).toEqual(['task.done']);
    expect(driver.state.tasks[taskId]).toMatchObject({
      status: 'completed',
      completedBy: 'lead2',
      adHoc: { answer: sealed('Here') },
    });
    expect(verb(driver, taskId, done)).toBe('TASK_NOT_OPEN');
  });

  it.each<[string, Actor]>([
    ['another account of theirs', { ...person('lead9'), sameAs: ['lead2'] }],
    [
      'who stands in for them',
      {
        ...person('lead3'),
        actsFor: [{ personId: 'lead2', via: 'substitution', roles: ['lead'], until: null }],
      },
    ],
  ])('is ended by %s', (_, actor) => {
    const { driver, taskId } = added();
    expect(verb(driver, taskId, { verb: 'complete', outcome: 'done', facts: { actor } })).toEqual([
      'task.done',
    ]);
  });

  it.each<[string, object, string | string[]]>([
    ['completed by somebody else', { verb: 'complete', outcome: 'done', by: 'lead3' }, 'TASK_TAKEN'],
    ['completed otherwise', { verb: 'complete', outcome: 'close', by: 'lead2' }, 'OUTCOME_NOT_ALLOWED'],
    ['given a signer', { verb: 'add-signer', by: 'lead2', to: person('lead3') }, 'VERB_NOT_ALLOWED'],
    ['sent back', { verb: 'return', by: 'lead2', toStep: 'one' }, 'VERB_NOT_ALLOWED'],
    ['claimed by somebody else', { verb: 'claim', by: 'lead3' }, 'TASK_TAKEN'],
    [
      'handed on by its assignee',
      { verb: 'reassign', by: 'lead2', to: person('agent') },
      ['task.reassigned'],
    ],
    ['handed on by a stranger', { verb: 'reassign', by: 'agent', to: person('agent') }, 'ROLE_REQUIRED'],
    ['handed to an onlooker', { verb: 'reassign', by: 'lead2', to: person('auditor') }, 'ROLE_REQUIRED'],
    ['cancelled without a reason', { verb: 'cancel', by: 'handler' }, 'REASON_REQUIRED'],
    ['cancelled by a stranger', { verb: 'cancel', by: 'agent', reason: sealed('x') }, 'ROLE_REQUIRED'],
    ['cancelled by who added it', { verb: 'cancel', by: 'handler', reason: sealed('x') }, ['task.cancelled']],
    ['taken back though nobody lent it', { verb: 'withdraw', by: 'handler' }, 'NOT_DELEGATED'],
  ])('%s', (_, command, came) => {
    const { driver, taskId } = added();
    expect(verb(driver, taskId, command)).toEqual(came);
  });

  it('released by its only person goes back to who asked; in a department, to the department', () => {
    const { driver, taskId } = added();
    expect(verb(driver, taskId, { verb: 'release', by: 'lead2' })).toEqual(['task.released']);
    expect(driver.state.tasks[taskId]?.assignee).toBe('handler');

    const other = added({}, { department: 'claims' });
    const asClaims = { facts: { actor: person('agent', claims) } };
    expect(verb(other.driver, other.taskId, { verb: 'claim', by: 'agent' })).toBe('ROLE_REQUIRED');
    expect(verb(other.driver, other.taskId, { verb: 'claim', ...asClaims })).toEqual(['task.claimed']);
    expect(verb(other.driver, other.taskId, { verb: 'release', ...asClaims })).toEqual(['task.released']);
    expect(other.driver.state.tasks[other.taskId]?.assignee).toBeNull();
  });

  it('cannot be added by onlookers, for onlookers, or for a time that has passed', () => {
    const driver = drive(definition);
    expect(driver.send({ ...task(person('lead')), by: 'auditor' }, hour(1))).toBe('ROLE_REQUIRED');
    expect(driver.send(task(person('auditor')), hour(1))).toBe('ROLE_REQUIRED');
    for (const dueAt of [hour(1), 'soon', '2126-01-01T00:00:00Z']) {
      expect(driver.send(task(person('lead'), { dueAt }), hour(1))).toBe('TIME_INVALID');
    }
    const diary = { type: 'ad-hoc', add: { kind: 'diary', to: person('handler') } } as const;
    expect(driver.send(diary, hour(1))).toBe('TIME_INVALID');
    expect(driver.entries).toHaveLength(1);
  });
});

describe('contacts', () => {
  it('are recorded with what was said, when it was said', () => {
    const driver = drive(definition);
    const contact = { kind: 'contact', channel: 'phone', direction: 'out', outcome: 'no-answer' } as const;
    const came = driver.send({ type: 'ad-hoc', add: contact, occurredAt: minute(30) }, hour(1));
    expect(came).toEqual(['contact.recorded']);
    driver.send({ type: 'ad-hoc', add: { ...contact, outcome: 'reached', who: sealed('Wife') } }, hour(2));
    expect(Object.values(driver.state.contacts ?? {})).toEqual([
      { channel: 'phone', direction: 'out', outcome: 'no-answer', by: 'handler', at: minute(30) },
      {
        channel: 'phone',
        direction: 'out',
        outcome: 'reached',
        who: sealed('Wife'),
        by: 'handler',
        at: hour(2),
      },
    ]);
  });
});

describe('a promise', () => {
  const promised = () => {
    const driver = drive(definition);
    expect(driver.send(promise(hour(21)), hour(1))).toEqual(['promise.made']);
    const promiseId = '@promise.2';
    const end = (verb: 'keep' | 'cancel', at: string, more = {}) =>
      driver.send({ type: 'promise', promiseId, verb, ...more } as Parameters<CaseDriver['send']>[0], at);
    return { driver, promiseId, end };
  };

  it('warns on its way, and is breached when its time passes', () => {
    const { driver, promiseId } = promised();
    expect(driver.wake(hour(16))).toEqual(['deadline.warned', 'deadline.warned']);
    expect(driver.effects.at(-1)).toMatchObject({
      template: 'deadline.warned',
      to: { roles: ['owner', 'lead'] },
      data: { deadline: promiseId, fraction: 0.75 },
    });
    expect(driver.wake(hour(21))).toEqual(['deadline.warned', 'deadline.breached']);
    expect(driver.state.deadlines[promiseId]).toMatchObject({ status: 'breached', breachedAt: hour(21) });
  });

  it('is met when kept in time; kept late, the breach stands and it runs no more', () => {
    const kept = promised();
    expect(kept.end('keep', hour(20))).toEqual([...Array(3).fill('deadline.warned'), 'promise.kept']);
    expect(kept.driver.state.deadlines[kept.promiseId]).toMatchObject({ status: 'met', stoppedAt: hour(20) });
    expect(kept.end('keep', hour(20))).toBe('DEADLINE_NOT_RUNNING');

    const late = promised();
    late.driver.wake(hour(22));
    expect(late.end('keep', hour(23))).toEqual(['promise.kept']);
    expect(late.driver.state.deadlines[late.promiseId]).toMatchObject({
      status: 'breached',
      stoppedAt: hour(23),
    });
  });

  it('is taken back with a reason, by who gave it or a lead', () => {
    const { end } = promised();
    expect(end('cancel', hour(2))).toBe('REASON_REQUIRED');
    expect(end('cancel', hour(2), { by: 'agent', reason: sealed('x') })).toBe('ROLE_REQUIRED');
    expect(end('keep', hour(2), { by: 'auditor' })).toBe('ROLE_REQUIRED');
    expect(end('cancel', hour(2), { by: 'lead', reason: sealed('x') })).toEqual(['promise.cancelled']);
  });

  it('is no deadline of the definition: neither that verb nor another id reaches it', () => {
    const { driver, promiseId } = promised();
    const pause = { type: 'deadline', name: promiseId, verb: 'pause', cause: 'x' } as const;
    expect(driver.send(pause, hour(2))).toBe('DEADLINE_UNKNOWN');
    for (const id of ['answer', 'constructor', '@promise.9']) {
      expect(driver.send({ type: 'promise', promiseId: id, verb: 'keep' }, hour(2))).toBe('PROMISE_UNKNOWN');
    }
    expect(driver.send(promise(minute(1)), hour(2))).toBe('TIME_INVALID');
  });

  it('keeps its date when calendars change, and stays what it was when the case is opened again', () => {
    const { driver, promiseId, end } = promised();
    const { always } = driver.compiled.calendars;
    const calendars = always ? { always } : {};
    expect(driver.send({ type: 'recalculate', calendars, by: 'admin' }, hour(2))).toEqual([
      'deadline.recalculated',
    ]);
    expect(driver.state.deadlines[promiseId]).toMatchObject({ status: 'running', dueAt: hour(21) });
    end('keep', hour(3));
    driver.event('close', 'handler', hour(4));
    expect(driver.reopen({}, hour(5))).toEqual(['case.reopened']);
    expect(driver.state.deadlines[promiseId]).toMatchObject({ status: 'met' });
    expect(driver.send(promise(hour(40)), hour(6))).toEqual(['promise.made']);
  });
});

describe('closing a case with work open', () => {
  const busy = () => {
    const { driver, taskId } = added();
    driver.send(promise(hour(21)), hour(1));
    return { driver, taskId };
  };

  it('is refused to a person, naming the work', () => {
    const { driver, taskId } = busy();
    const before = driver.state;
    expect(driver.event('close', 'handler', hour(2))).toBe('WORK_OPEN');
    expect(driver.refusal?.detail).toContain(`task ${taskId}`);
    expect(driver.refusal?.detail).toContain('promise @promise.3');
    expect(driver.state).toBe(before);
    expect(driver.event('note', 'handler', hour(2))).toEqual(['note']);
  });

  it('goes through once each is finished or cancelled with a reason', () => {
    const { driver, taskId } = busy();
    verb(driver, taskId, { verb: 'cancel', by: 'handler', reason: sealed('Not needed') });
    expect(driver.event('close', 'handler', hour(3))).toBe('WORK_OPEN');
    driver.send({ type: 'promise', promiseId: '@promise.3', verb: 'keep' }, hour(3));
    expect(driver.event('close', 'handler', hour(3))).toEqual(['close']);
    expect(driver.state.status).toBe('closed');
    expect(driver.send(task(person('lead')), hour(4))).toBe('CASE_CLOSED');
  });

  it('by a clock is not held up: the same entry cancels the work', () => {
    const { driver, taskId } = busy();
    driver.wake(hour(240));
    expect(driver.state).toMatchObject({ status: 'closed' });
    expect(driver.state.tasks[taskId]).toMatchObject({ status: 'cancelled', closedAt: hour(240) });
    expect(driver.state.deadlines['@promise.3']).toMatchObject({ status: 'breached', stoppedAt: hour(240) });
    const closing = driver.leaf(driver.entries.length);
    expect(closing.type).toBe('timer.fired');
    expect(closing.after.changed).toMatchObject({ [`/tasks/${taskId}/status`]: 'cancelled' });
  });

  it('leaves a trail that verifies and says everything that the case is', () => {
    const { driver } = busy();
    driver.wake(hour(240));
    expect(verifyChain(driver.entries)).toEqual({ ok: true });
    const folded = emptyFold();
    for (const { leaf } of driver.entries) {
      foldChanges(folded, JSON.parse(leaf).after.changed);
    }
    expect(differingPart(folded, { ...driver.state })).toBeUndefined();
  });
});

describe('evidence promised by its SHA-256', () => {
  const sha256 = 'ab'.repeat(32);
  const waiting = () => drive(definition, { opening: { evidenceSha256: sha256 } });
  const document = (hash: string) =>
    ({
      type: 'document',
      document: {
        id: `d-${hash.slice(0, 2)}`,
        key: 'other',
        sha256: hash,
        sizeBytes: 1,
        mediaType: 'text/plain',
      },
    }) as const;

  it('is the opener’s task from the first entry, due within one working day', () => {
    const driver = waiting();
    expect(driver.entries.map(({ type }) => type)).toEqual(['case.opened']);
    expect(Object.values(driver.state.tasks)).toEqual([
      expect.objectContaining({
        state: '@evidence',
        assignee: 'handler',
        adHoc: { kind: 'evidence', by: 'handler', sha256, dueAt: hour(48) },
      }),
    ]);
  });

  it('ends with the document of that hash, and with nothing else', () => {
    const driver = waiting();
    const [taskId = ''] = Object.keys(driver.state.tasks);
    expect(verb(driver, taskId, { verb: 'complete', outcome: 'done' })).toBe('OUTCOME_NOT_ALLOWED');
    expect(verb(driver, taskId, { verb: 'cancel', reason: sealed('Lost') })).toBe('ROLE_REQUIRED');
    driver.send(document('cd'.repeat(32)), hour(3));
    expect(driver.openTasks()).toEqual(['@evidence']);
    expect(driver.event('close', 'handler', hour(3))).toBe('WORK_OPEN');
    driver.send(document(sha256), hour(4));
    expect(driver.openTasks()).toEqual([]);
    expect(driver.event('close', 'handler', hour(5))).toEqual(['close']);
  });

  it('is not asked for where none was promised', () => {
    const opened = openingOf(compiledOf(definition), minute(0));
    expect(isRefusal(opened) ? opened : opened.state.tasks).toEqual({});
  });
});
