import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lint } from '../../machines/definition/lint.ts';
import { minimalDocument } from './minimal-document.ts';

type Path = (string | number)[];

/** The minimal document with the values at some paths set, or taken out where the value is undefined. */
const changed = (...changes: [path: Path, value: unknown][]): unknown => {
  const document = JSON.parse(JSON.stringify(minimalDocument()));
  for (const [path, value] of changes) {
    let at = document;
    for (const step of path.slice(0, -1)) {
      at[step] ??= {};
      at = at[step];
    }
    if (value === undefined) {
      delete at[path.at(-1) ?? ''];
    } else {
      at[path.at(-1) ?? ''] = value;
    }
  }
  return document;
};

const feel = (text: string) => ({ '@expr': text, '@lang': 'feel' });
const received: Path = ['machine', 'states', 'received'];
const on = [...received, 'on'];
const states: Path = ['machine', 'states'];
const law = { kind: 'law', rule: 'Act', checked: 'unverified' };

/** What is wrong, the document, the expected code, the expected pointer. */
const refused: [what: string, document: unknown, code: string, pointer: string][] = [
  ['an unknown field', changed([['script'], 'x']), 'FIELD_UNKNOWN', '/script'],
  ['a missing field', changed([['title'], undefined]), 'FIELD_MISSING', '/title'],
  ['a version that is none', changed([['version'], 'new']), 'FIELD_INVALID', '/version'],
  [
    'an event in capitals',
    changed([['events', 'REPLY'], { by: ['handler'] }]),
    'NAME_INVALID',
    '/events/REPLY',
  ],
  [
    'an action of XState',
    changed([[...received, 'entry'], [{ type: 'sendParent', event: 'close' }]]),
    'ACTION_UNKNOWN',
    '/machine/states/received/entry/0/type',
  ],
  [
    'spawn in an action',
    changed([[...received, 'entry'], [{ type: 'spawnChild', src: 'letter' }]]),
    'ACTION_UNKNOWN',
    '/machine/states/received/entry/0/type',
  ],
  [
    'an invoke without onError',
    changed([[...states, 'sending', 'invoke', 'onError'], undefined]),
    'INVOKE_WITHOUT_ON_ERROR',
    '/machine/states/sending/invoke/onError',
  ],
  ['a forbidden key', JSON.parse('{"__proto__": {"x": 1}}'), 'KEY_FORBIDDEN', '/__proto__'],
  ['a value that is no JSON', { id: () => 1 }, 'NOT_JSON', '/id'],
  [
    'an unknown target',
    changed([[...on, 'reply'], 'nowhere']),
    'TARGET_UNKNOWN',
    '/machine/states/received/on/reply',
  ],
  [
    'an unknown target by id',
    changed([[...on, 'reply'], { target: '#nowhere' }]),
    'TARGET_UNKNOWN',
    '/machine/states/received/on/reply/target',
  ],
  [
    'an unknown event',
    changed([[...on, 'shout'], 'answered']),
    'EVENT_UNKNOWN',
    '/machine/states/received/on/shout',
  ],
  [
    'a pattern that no event fits',
    changed([[...on, 'shout.*'], 'answered']),
    'EVENT_UNKNOWN',
    '/machine/states/received/on/shout.*',
  ],
  [
    'an unknown outcome',
    changed([['tasks', 'received', 'outcomes'], ['shout']]),
    'EVENT_UNKNOWN',
    '/tasks/received/outcomes/0',
  ],
  [
    'an unknown event raised',
    changed([[...received, 'entry'], [{ type: 'raise', event: 'shout' }]]),
    'EVENT_UNKNOWN',
    '/machine/states/received/entry/0/event',
  ],
  [
    'an unknown event in a trigger',
    changed([['deadlines', 'answer', 'stops'], [{ event: ['reply', 'shout'] }]]),
    'EVENT_UNKNOWN',
    '/deadlines/answer/stops/0/event/1',
  ],
  [
    'an unknown event at a breach',
    changed([['deadlines', 'answer', 'onBreach', 'raise'], 'shout']),
    'EVENT_UNKNOWN',
    '/deadlines/answer/onBreach/raise',
  ],
  [
    'an unknown event in four eyes',
    changed([['events', 'close', 'notBy'], ['shout']]),
    'EVENT_UNKNOWN',
    '/events/close/notBy/0',
  ],
  [
    'an unknown role in an event',
    changed([['events', 'close', 'by'], ['boss']]),
    'ROLE_UNKNOWN',
    '/events/close/by/0',
  ],
  [
    'an unknown role in a task',
    changed([['tasks', 'answered', 'role'], 'boss']),
    'ROLE_UNKNOWN',
    '/tasks/answered/role',
  ],
  [
    'an unknown role to tell',
    changed([['deadlines', 'answer', 'onBreach', 'tell'], ['boss']]),
    'ROLE_UNKNOWN',
    '/deadlines/answer/onBreach/tell/0',
  ],
  [
    'an unknown role in a restriction',
    changed([['data', 'properties', 'topic', 'x-restricted'], ['boss']]),
    'ROLE_UNKNOWN',
    '/data/properties/topic/x-restricted/0',
  ],
  [
    'an unknown role to deliver to',
    changed([[...received, 'entry'], [{ type: 'deliver', template: 'x', to: { roles: ['boss'] } }]]),
    'ROLE_UNKNOWN',
    '/machine/states/received/entry/0/to/roles/0',
  ],
  [
    'a guard on an unknown state',
    changed([[...on, 'reply', 'guard'], { not: { in: 'nowhere' } }]),
    'STATE_UNKNOWN',
    '/machine/states/received/on/reply/guard/not/in',
  ],
  [
    'an unknown service',
    changed([[...states, 'sending', 'invoke', 'src'], 'fax']),
    'SERVICE_UNKNOWN',
    '/machine/states/sending/invoke/src',
  ],
  [
    'an unknown child',
    changed([[...received, 'entry'], [{ type: 'start', child: 'nobody' }]]),
    'CHILD_UNKNOWN',
    '/machine/states/received/entry/0/child',
  ],
  [
    'an unknown document',
    changed([[...received, 'entry'], [{ type: 'waive', document: 'passport' }]]),
    'DOCUMENT_UNKNOWN',
    '/machine/states/received/entry/0/document',
  ],
  [
    'an unknown timer',
    changed([[...received, 'exit'], [{ type: 'cancel', id: 'tick' }]]),
    'TIMER_UNKNOWN',
    '/machine/states/received/exit/0/id',
  ],
  [
    'a delay of a month',
    changed([[...received, 'after'], { P1M: 'answered' }]),
    'DELAY_UNRESOLVABLE',
    '/machine/states/received/after/P1M',
  ],
  [
    'a delay that is none',
    changed([[...received, 'entry'], [{ type: 'raise', event: 'close', delay: 'soon' }]]),
    'DELAY_UNRESOLVABLE',
    '/machine/states/received/entry/0/delay',
  ],
  [
    'a state id twice',
    changed([[...states, 'answered', 'id'], 'received']),
    'STATE_ID_DUPLICATE',
    '/machine/states/answered/id',
  ],
  [
    'a raw XState event',
    changed([[...on, 'xstate.done.state.x'], 'answered']),
    'NAME_RESERVED',
    '/machine/states/received/on/xstate.done.state.x',
  ],
  ...[
    'case',
    'task',
    'deadline',
    'service',
    'incident',
    'document',
    'timer',
    'message',
    'link',
    'xstate',
  ].map((prefix): [string, unknown, string, string] => [
    `an event called ${prefix}.…`,
    changed([['events', `${prefix}.open`], { by: ['handler'] }]),
    'NAME_RESERVED',
    `/events/${prefix}.open`,
  ]),
  [
    'a wildcard beside an invoke',
    changed([[...states, 'sending', 'on'], { '*': 'received' }]),
    'WILDCARD_BESIDE_INVOKE',
    '/machine/states/sending/on/*',
  ],
  [
    'an unknown first state',
    changed([['machine', 'initial'], 'nowhere']),
    'INITIAL_UNKNOWN',
    '/machine/initial',
  ],
  ['no first state', changed([['machine', 'initial'], undefined]), 'INITIAL_UNKNOWN', '/machine'],
  [
    'ways out of a final state',
    changed([[...states, 'closed', 'on'], { close: 'received' }]),
    'STATE_MALFORMED',
    '/machine/states/closed',
  ],
  [
    'a history state without a default',
    changed([[...states, 'back'], { type: 'history' }]),
    'TARGET_UNKNOWN',
    '/machine/states/back',
  ],
  [
    'a ledger line that neither adds nor sets',
    changed([[...received, 'entry'], [{ type: 'ledger', line: 'paid' }]]),
    'LEDGER_AMBIGUOUS',
    '/machine/states/received/entry/0',
  ],
  [
    'an unreachable state',
    changed([[...states, 'island'], { on: { close: 'closed' } }]),
    'STATE_UNREACHABLE',
    '/machine/states/island',
  ],
  [
    'a state without a way to the end',
    changed(
      [[...states, 'answered', 'on'], { close: 'limbo' }],
      [[...states, 'limbo'], {}],
      [[...received, 'on', 'close'], 'closed'],
    ),
    'CANNOT_FINISH',
    '/machine/states/limbo',
  ],
  [
    'an endless circle',
    changed(
      [[...states, 'ping'], { always: 'pong' }],
      [[...states, 'pong'], { always: 'ping' }],
      [[...on, 'close'], 'ping'],
    ),
    'ENDLESS_ALWAYS',
    '/machine/states/ping/always',
  ],
  [
    'a circle through a parent',
    changed(
      [[...states, 'box'], { initial: 'a', states: { a: {}, b: {} }, always: '.b' }],
      [[...on, 'close'], 'box'],
    ),
    'ENDLESS_ALWAYS',
    '/machine/states/box/always',
  ],
  [
    'a task on no state',
    changed([['tasks', 'nowhere'], { role: 'handler', outcomes: ['close'] }]),
    'STATE_UNKNOWN',
    '/tasks/nowhere',
  ],
  [
    'a task without a role',
    changed([['tasks', 'answered', 'role'], undefined]),
    'FIELD_MISSING',
    '/tasks/answered/role',
  ],
  [
    'an outcome that the role may not send',
    changed([['tasks', 'answered', 'role'], 'agent']),
    'OUTCOME_NOT_PERMITTED',
    '/tasks/answered/outcomes/0',
  ],
  [
    'an outcome that the state ignores',
    changed([['tasks', 'answered', 'outcomes'], ['reply']]),
    'OUTCOME_NOT_HANDLED',
    '/tasks/answered/outcomes/0',
  ],
  [
    'an expression that does not parse',
    changed([[...on, 'reply', 'guard'], feel('data.topic = (')]),
    'EXPRESSION_SYNTAX',
    '/machine/states/received/on/reply/guard',
  ],
  [
    'an expression on unknown data',
    changed([[...on, 'reply', 'guard'], feel('data.colour = "red"')]),
    'EXPRESSION_PATH_UNKNOWN',
    '/machine/states/received/on/reply/guard',
  ],
  [
    'an expression on unknown event data',
    changed([[...on, 'reply', 'guard'], feel('event.colour = "red"')]),
    'EXPRESSION_PATH_UNKNOWN',
    '/machine/states/received/on/reply/guard',
  ],
  [
    'an expression on an unknown fact',
    changed([[...on, 'reply', 'guard'], feel('facts.rich = true')]),
    'EXPRESSION_PATH_UNKNOWN',
    '/machine/states/received/on/reply/guard',
  ],
  [
    'an expression on an unknown name',
    changed([[...on, 'reply', 'guard'], feel('weather = "fine"')]),
    'EXPRESSION_NAME_UNKNOWN',
    '/machine/states/received/on/reply/guard',
  ],
  [
    'an expression on personal data',
    changed([[...on, 'reply', 'guard'], feel('data.name = "Smith"')]),
    'EXPRESSION_PERSONAL_FIELD',
    '/machine/states/received/on/reply/guard',
  ],
  [
    'an expression on personal event data',
    changed([[...on, 'reply', 'actions'], [{ type: 'assign', set: { topic: feel('event.name') } }]]),
    'PERSONAL_CARRIED_OUT',
    '/machine/states/received/on/reply/actions/0/set/topic',
  ],
  [
    'a computation with a personal value',
    changed([[...states, 'sending', 'invoke', 'input'], { to: feel('data.name + "!"') }]),
    'EXPRESSION_PERSONAL_FIELD',
    '/machine/states/sending/invoke/input/to',
  ],
  [
    'a hostile pattern',
    changed([[...on, 'reply', 'guard'], feel('matches(data.topic, data.answer)')]),
    'EXPRESSION_PATTERN_UNSAFE',
    '/machine/states/received/on/reply/guard',
  ],
  [
    'an assignment to unknown data',
    changed([[...received, 'entry'], [{ type: 'assign', set: { 'a.b': 1 } }]]),
    'ASSIGN_UNKNOWN',
    '/machine/states/received/entry/0/set/a.b',
  ],
  [
    'an assignment to personal data',
    changed([[...received, 'entry'], [{ type: 'assign', set: { name: 'x' } }]]),
    'ASSIGN_PERSONAL',
    '/machine/states/received/entry/0/set/name',
  ],
  [
    'a keyword that schemas do not know',
    changed([['data', 'properties', 'topic'], { type: 'string', 'x-personnal': true }]),
    'SCHEMA_INVALID',
    '/data/properties/topic/x-personnal',
  ],
  [
    'a deadline on an unknown state',
    changed([['deadlines', 'answer', 'stops'], [{ enter: ['answered', 'nowhere'] }]]),
    'STATE_UNKNOWN',
    '/deadlines/answer/stops/0/enter/1',
  ],
  [
    'an unknown proof',
    changed([['deadlines', 'answer', 'stops'], [{ enter: 'answered', proof: 'receipt' }]]),
    'DOCUMENT_UNKNOWN',
    '/deadlines/answer/stops/0/proof',
  ],
  [
    'a limit that is no length',
    changed([['deadlines', 'answer', 'limit'], '5 days']),
    'LENGTH_INVALID',
    '/deadlines/answer/limit',
  ],
  [
    'warnings out of order',
    changed([
      ['deadlines', 'answer', 'warnAt'],
      [0.9, 0.5],
    ]),
    'WARNINGS_UNSORTED',
    '/deadlines/answer/warnAt',
  ],
  ['an unknown calendar', changed([['calendar'], 'mars']), 'CALENDAR_UNKNOWN', '/calendar'],
  [
    'a clock of law paused by hand',
    changed(
      [['deadlines', 'answer', 'source'], law],
      [['deadlines', 'answer', 'pauseCauses'], [{ cause: 'queue', by: ['handler'] }]],
    ),
    'CLOCK_NOT_PAUSABLE',
    '/deadlines/answer/pauseCauses',
  ],
  [
    'a clock of law paused without proof',
    changed(
      [['deadlines', 'answer', 'source'], law],
      [
        ['deadlines', 'answer', 'pausedBy'],
        [{ cause: 'papers', from: [{ event: 'reply' }], to: [{ event: 'close' }] }],
      ],
    ),
    'PAUSE_WITHOUT_PROOF',
    '/deadlines/answer/pausedBy/0/from/0',
  ],
  [
    'a promise looser than the law',
    changed([['deadlines', 'legal'], { ...minimalDocument().deadlines?.answer, source: law, limit: 'P4D' }]),
    'PROMISE_LOOSER_THAN_LAW',
    '/deadlines/answer/limit',
  ],
  [
    'a promise that holidays make looser than the law',
    changed(
      [['deadlines', 'answer', 'count'], 'business-days'],
      [['deadlines', 'legal'], { ...minimalDocument().deadlines?.answer, source: law, limit: 'P13D' }],
    ),
    'PROMISE_LOOSER_THAN_LAW',
    '/deadlines/answer/limit',
  ],
  [
    'a profile that makes a promise looser',
    changed(
      [['deadlines', 'legal'], { ...minimalDocument().deadlines?.answer, source: law, limit: 'P9D' }],
      [['profiles'], { uk: { deadlines: { answer: { limit: 'P10D' } } } }],
    ),
    'PROMISE_LOOSER_THAN_LAW',
    '/profiles/uk/deadlines/answer/limit',
  ],
  [
    'a profile that changes no deadline',
    changed([['profiles'], { uk: { deadlines: { other: { limit: 'P9D' } } } }]),
    'DEADLINE_INCOMPLETE',
    '/profiles/uk/deadlines/other',
  ],
  [
    're-opening from a state that people leave',
    changed([['reopen', 'from'], { answered: { target: 'received' } }]),
    'REOPEN_NOT_FINAL',
    '/reopen/from/answered',
  ],
  [
    're-opening into an end',
    changed([['reopen', 'from', 'closed', 'target'], 'closed']),
    'REOPEN_INTO_FINAL',
    '/reopen/from/closed/target',
  ],
  [
    'restarting an unknown deadline',
    changed([['reopen', 'from', 'closed', 'restart'], ['other']]),
    'DEADLINE_UNKNOWN',
    '/reopen/from/closed/restart/0',
  ],
  [
    'an example that could not be opened',
    changed([
      ['scenarios'],
      [
        {
          name: { zh: '例', en: 'Example' },
          opening: { as: 'agent', data: {}, receivedAt: '2026-03-02T09:00Z' },
          steps: [{ at: '2026-03-02T10:00Z' }],
        },
      ],
    ]),
    'SCENARIO_INVALID',
    '/scenarios/0/opening/data/topic',
  ],
  [
    'a person with a role that nobody carries',
    changed([['data', 'properties', 'topic', 'x-person'], ['boss']]),
    'ROLE_UNKNOWN',
    '/data/properties/topic/x-person/0',
  ],
  [
    'a person whose roles are no list',
    changed([['data', 'properties', 'topic', 'x-person'], true]),
    'SCHEMA_INVALID',
    '/data/properties/topic/x-person',
  ],
  [
    'a part for the case over 100 KB',
    changed([
      ['data', 'properties', 'topic', 'enum'],
      Array.from({ length: 11_000 }, (_, n) => `value-${n}`),
    ]),
    'RUNTIME_PART_TOO_LARGE',
    '',
  ],
];

describe('lint', () => {
  it.each([
    [0.5, ['WARNING_UNSENT /deadlines/answer/onWarn/0']],
    [0.75, []],
  ])('a warning at %s that tells somebody', (at, findings) => {
    const document = changed([['deadlines', 'answer', 'onWarn'], [{ at, tell: ['complaints-manager'] }]]);
    expect(
      lint(document)
        .filter(({ pointer }) => pointer.startsWith('/deadlines'))
        .map(({ code, pointer }) => `${code} ${pointer}`),
    ).toEqual(findings);
  });

  it('finds nothing wrong with the minimal document', () => {
    expect(lint(minimalDocument()).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it.each(refused)('refuses %s', (_, document, code, pointer) => {
    const findings = lint(document);
    expect(findings).toContainEqual(expect.objectContaining({ code, pointer, severity: 'error' }));
    for (const finding of findings) {
      expect(finding.message).toMatch(/\.$/);
      expect(finding.fix).toMatch(/\.$/);
    }
  });

  it('warns of a state that waits for staff and is nobody’s task', () => {
    const document = changed([['tasks', 'answered'], undefined]);
    expect(lint(document)).toContainEqual(
      expect.objectContaining({
        code: 'STATE_WITHOUT_TASK',
        pointer: '/machine/states/answered',
        severity: 'warning',
      }),
    );
  });

  it('judges other definitions only where it is given them', () => {
    const document = changed([[...received, 'entry'], [{ type: 'tell', rel: 'follow-up', event: 'nudge' }]]);
    const codes = (surroundings: Parameters<typeof lint>[1]) =>
      lint(document, surroundings).map(({ code }) => code);
    expect(codes({})).not.toContain('TELL_UNKNOWN');
    expect(codes({ definitions: {} })).toEqual(
      expect.arrayContaining(['TELL_UNKNOWN', 'DEFINITION_UNKNOWN']),
    );
    expect(codes({ definitions: { complaint: { events: { nudge: ['handler'] } } } })).toContain(
      'TELL_UNKNOWN',
    );
    expect(codes({ definitions: { complaint: { events: { nudge: ['case'] } } } })).not.toContain(
      'TELL_UNKNOWN',
    );
  });

  it('lets a personal value be carried whole to where one is expected, and to a service', () => {
    const document = changed(
      [[...on, 'reply', 'actions'], [{ type: 'assign', set: { name: feel('event.name') } }]],
      [[...states, 'sending', 'invoke', 'input'], { to: feel('data.name') }],
    );
    expect(lint(document).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('lets a guarded circle pass, because the guard may end it', () => {
    const document = changed(
      [
        [...states, 'ping'],
        { always: { guard: feel('data.topic = "x"'), target: 'pong' }, on: { close: 'closed' } },
      ],
      [[...states, 'pong'], { always: 'ping' }],
      [[...on, 'close'], 'ping'],
    );
    expect(lint(document).map(({ code }) => code)).not.toContain('ENDLESS_ALWAYS');
  });
});

describe('lint of regions and history', () => {
  const regions = (second: object) => ({
    initial: 'open',
    states: {
      open: {
        type: 'parallel',
        states: {
          going: { initial: 'doing', states: { doing: { on: { close: '#closed', reply: '#rest' } } } },
          side: second,
        },
      },
      closed: { type: 'final' },
    },
  });
  const of = (machine: object) =>
    lint(changed([['machine'], machine], [['tasks'], {}], [['deadlines'], {}], [['reopen'], undefined]))
      .filter(({ severity }) => severity === 'error')
      .map(({ code, pointer }) => `${code} ${pointer}`);

  it('a region at rest ends through its neighbour', () => {
    expect(of(regions({ initial: 'rest', states: { rest: {} } }))).toEqual([]);
  });

  it('a dead end within the region that should end is found', () => {
    const machine = regions({ initial: 'rest', states: { rest: {} } });
    Object.assign(machine.states.open.states.going.states.doing.on, { reply: 'stuck' });
    Object.assign(machine.states.open.states.going.states, { stuck: {} });
    expect(of(machine)).toEqual(['CANNOT_FINISH /machine/states/open/states/going/states/stuck']);
  });

  it('parallel regions that all reach a final state end the machine', () => {
    const region = (event: string) => ({
      initial: `wait-${event}`,
      states: {
        [`wait-${event}`]: { on: { [event]: `done-${event}` } },
        [`done-${event}`]: { type: 'final' },
      },
    });
    expect(of({ type: 'parallel', states: { a: region('close'), b: region('reply') } })).toEqual([]);
  });

  it('what only history or onDone leads to counts as reached', () => {
    const machine = {
      initial: 'box',
      states: {
        box: {
          initial: 'first',
          states: {
            first: { on: { reply: 'last', close: '#pause' } },
            last: { type: 'final' },
            back: { type: 'history', target: 'first' },
          },
          onDone: 'closed',
        },
        pause: { on: { reply: '#back' } },
        closed: { type: 'final' },
      },
    };
    expect(of(machine)).toEqual([]);
  });
});

describe('lint of a way to the deep history of a state from within it', () => {
  /** `reply` leads to the history from the state itself, its child, or the child's child. */
  const from = (place: 'box' | 'tray' | 'sheet', history = 'deep') => {
    const reply = (here: string) => (here === place ? { reply: '#back' } : {});
    return changed(
      [
        ['machine'],
        {
          initial: 'box',
          states: {
            box: {
              initial: 'tray',
              on: reply('box'),
              states: {
                tray: {
                  initial: 'sheet',
                  on: reply('tray'),
                  states: { sheet: { on: { close: '#closed', ...reply('sheet') } } },
                },
                back: { type: 'history', history, target: 'tray' },
              },
            },
            closed: { type: 'final' },
          },
        },
      ],
      [['tasks'], {}],
      [['deadlines'], {}],
      [['reopen'], undefined],
    );
  };
  const found = (document: unknown) =>
    lint(document)
      .filter(({ severity }) => severity === 'error')
      .map(({ code, pointer }) => `${code} ${pointer}`);

  it('refuses it where a state between might be entered without being left', () => {
    expect(found(from('sheet'))).toEqual([
      'HISTORY_OF_OWN_BRANCH /machine/states/box/states/tray/states/sheet/on/reply',
    ]);
  });

  it.each([
    ['from the state itself', from('box')],
    ['from its child', from('tray')],
    ['where the history is shallow', from('sheet', 'shallow')],
  ])('takes it %s', (_, document) => {
    expect(found(document)).toEqual([]);
  });
});

describe('lint of steps that a task may be returned to', () => {
  const found = (document: unknown) =>
    lint(document)
      .filter(
        ({ code }) => code.startsWith('RETURN_') || code === 'STATE_UNKNOWN' || code === 'CANNOT_FINISH',
      )
      .map(({ severity, code, pointer }) => `${severity} ${code} ${pointer}`);
  const returning = (state: string, ...steps: string[]) => changed([['tasks', state, 'returnTo'], steps]);

  it('lets a task go back to one that comes before it', () => {
    expect(found(returning('answered', 'received'))).toEqual([]);
  });

  it.each([
    ['an unknown state', 'answered', 'nowhere', 'STATE_UNKNOWN'],
    ['a state without a task', 'answered', 'sending', 'RETURN_WITHOUT_TASK'],
    ['a final state', 'answered', 'closed', 'RETURN_INTO_FINAL'],
    ['itself', 'answered', 'answered', 'RETURN_WITHIN'],
    ['a later one', 'received', 'answered', 'RETURN_NOT_EARLIER'],
  ])('refuses %s', (_, state, step, code) => {
    const [finding] = lint(returning(state, step)).filter((each) => each.code === code);
    expect(finding).toMatchObject({ severity: 'error', pointer: `/tasks/${state}/returnTo/0` });
    expect([finding?.message.at(-1), finding?.fix.at(-1)]).toEqual(['.', '.']);
  });

  const task = { role: 'handler', outcomes: ['reply'] };
  const inRegions = (tasks: object) =>
    changed(
      [
        ['machine'],
        {
          initial: 'first',
          states: {
            first: { on: { reply: 'both' } },
            both: {
              type: 'parallel',
              on: { close: 'last' },
              states: {
                left: {
                  initial: 'one',
                  states: {
                    one: { on: { reply: 'two' } },
                    two: { initial: 'inner', on: { reply: '#one' }, states: { inner: {} } },
                  },
                },
                right: { initial: 'other', states: { other: { on: { reply: 'later' } }, later: {} } },
              },
            },
            last: { on: { reply: 'closed' } },
            closed: { type: 'final' },
          },
        },
      ],
      [['tasks'], tasks],
      [['deadlines'], {}],
      [['reopen'], undefined],
    );
  it.each<[string, object, string[]]>([
    ['allowed within one', { one: task, two: { ...task, returnTo: ['one'] } }, []],
    ['allowed from the whole', { first: task, both: { ...task, returnTo: ['first'] } }, []],
    [
      'refused from one to another',
      { one: task, other: { ...task, returnTo: ['one'] } },
      ['error RETURN_ACROSS_REGIONS /tasks/other/returnTo/0'],
    ],
    [
      'refused to a later one, though the regions beside are at work',
      { other: { ...task, returnTo: ['later'] }, later: task },
      ['error RETURN_NOT_EARLIER /tasks/other/returnTo/0'],
    ],
    [
      'refused out of all from one',
      { first: task, two: { ...task, returnTo: ['first'] } },
      ['error RETURN_ACROSS_REGIONS /tasks/two/returnTo/0'],
    ],
    [
      'refused into what holds it',
      { two: task, inner: { ...task, returnTo: ['two'] } },
      ['error RETURN_WITHIN /tasks/inner/returnTo/0'],
    ],
    [
      'told of where those beside begin anew',
      { one: task, last: { ...task, returnTo: ['one'] } },
      ['warning RETURN_RESTARTS_REGIONS /tasks/last/returnTo/0'],
    ],
  ])('in parallel regions it is %s', (_, tasks, expected) => {
    expect(found(inRegions(tasks))).toEqual(expected);
  });

  it('counts as a way on: from a step that is only returned the case can still end', () => {
    const document = (returnTo?: string[]) =>
      changed(
        [
          ['machine'],
          {
            initial: 'received',
            states: {
              received: { on: { reply: 'answered', close: 'closed' } },
              answered: { on: { reply: { actions: [] } } },
              closed: { type: 'final' },
            },
          },
        ],
        [['tasks', 'answered'], { ...task, ...(returnTo && { returnTo }) }],
      );
    expect(found(document())).toEqual(['error CANNOT_FINISH /machine/states/answered']);
    expect(found(document(['received']))).toEqual([]);
  });
});

describe('lint of hostile documents', () => {
  const nested = (depth: number): unknown => {
    let value: unknown = 1;
    for (let n = 0; n < depth; n++) {
      value = { and: [value] };
    }
    return value;
  };

  it.each<[string, unknown]>([
    ['nested 10,000 deep', nested(10_000)],
    [
      'a cycle',
      (() => {
        const value: { [key: string]: unknown } = {};
        value.self = value;
        return value;
      })(),
    ],
    ['a million numbers', Array.from({ length: 1_000_000 }, (_, n) => n)],
    [
      '280 states that lead everywhere',
      (() => {
        const names = Array.from({ length: 280 }, (_, n) => `s${n}`);
        const everywhere = Object.fromEntries(
          names.map((name) => [name, { on: { reply: names.slice(0, 90).map((target) => ({ target })) } }]),
        );
        return changed([['machine'], { initial: 's0', states: everywhere }]);
      })(),
    ],
    [
      '280 tasks that may be returned everywhere',
      (() => {
        const names = Array.from({ length: 280 }, (_, n) => `s${n}`);
        const each = (value: (name: string) => object) =>
          Object.fromEntries(names.map((name) => [name, value(name)]));
        const states = each(() => ({ on: { reply: names.slice(0, 90).map((target) => ({ target })) } }));
        const tasks = each(() => ({ role: 'handler', outcomes: ['reply'], returnTo: names.slice(0, 90) }));
        return changed([['machine'], { initial: 's0', states }], [['tasks'], tasks]);
      })(),
    ],
  ])('%s is refused in bounded time', (_, document) => {
    const before = performance.now();
    expect(lint(document).some(({ severity }) => severity === 'error')).toBe(true);
    // Two seconds on a quiet machine at most; the bound leaves room for a busy one.
    expect(performance.now() - before).toBeLessThan(15_000);
  });

  it('never throws on arbitrary JSON, nor on a good document with something else in one place', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => Array.isArray(lint(value))),
      { numRuns: 300 },
    );
    const paths: Path[] = [];
    const walk = (value: unknown, path: Path): void => {
      paths.push(path);
      if (typeof value === 'object' && value !== null) {
        for (const [key, item] of Object.entries(value)) {
          walk(item, [...path, key]);
        }
      }
    };
    walk(minimalDocument(), []);
    fc.assert(
      fc.property(fc.constantFrom(...paths.slice(1)), fc.jsonValue({ maxDepth: 3 }), (path, value) =>
        Array.isArray(lint(changed([path, value]))),
      ),
      { numRuns: 300 },
    );
  });
});
