import { describe, expect, it } from 'vitest';
import { type LintSurroundings, lint } from '../../machines/definition/lint.ts';
import type { DefinitionDocument } from '../../machines/definition/schema.ts';
import type { Action, StateNode } from '../../machines/kernel/definition.ts';
import { shippedDefinitions } from '../../machines/library/index.ts';
import { minimalDocument } from './minimal-document.ts';

type Approval = NonNullable<DefinitionDocument['approvals']>[string];

const feel = (expression: string) => ({ '@expr': expression, '@lang': 'feel' as const });

const answer: Approval = {
  plan: { steps: [{ id: 'review', rule: 'any', signers: [{ role: 'lead' }, { role: 'manager' }] }] },
  subject: { topic: feel('data.topic') },
};

/** The minimal document whose answer several people approve before it is sent. */
const withApproval = (
  changes: Partial<Approval> = {},
  letter: NonNullable<DefinitionDocument['services']>[string] = {
    activity: 'letter.send',
    approval: 'answer',
  },
): DefinitionDocument => {
  const document = minimalDocument();
  const { received, ...states } = document.machine.states ?? {};
  return {
    ...document,
    services: { letter },
    approvals: { answer: { ...answer, ...changes } },
    machine: {
      ...document.machine,
      states: {
        received: { ...received, on: { reply: 'approving' } },
        approving: { invoke: { src: 'answer', onDone: 'sending', onError: 'incident' } },
        ...states,
      },
    },
  };
};

const found = (document: DefinitionDocument) =>
  lint(document)
    .filter(({ severity, code }) => severity === 'error' || code === 'APPROVAL_UNUSED')
    .map(({ code, pointer }) => `${code} ${pointer}`);
const at = '/approvals/answer';
const steps = (step: Partial<Approval['plan']['steps'][number]>): Partial<Approval> => ({
  plan: { steps: [{ id: 'review', rule: 'all', signers: [{ role: 'lead' }], ...step }] },
});

describe('lint of approvals', () => {
  it('finds nothing wrong with an answer that is approved before it is sent', () => {
    expect(found(withApproval())).toEqual([]);
  });

  it('lets a task keep out who approved, by the state that asked them, and by no other that is no task', () => {
    const document = withApproval();
    const notBy = (state: string) => {
      const { answered, ...tasks } = document.tasks ?? {};
      return {
        ...document,
        tasks: { ...tasks, ...(answered && { answered: { ...answered, notBy: [state] } }) },
      };
    };
    expect(found(notBy('approving'))).toEqual([]);
    expect(found(notBy('sending'))).toEqual(['TASK_UNKNOWN /tasks/answered/notBy/0']);
  });

  it.each<[string, DefinitionDocument, string]>([
    [
      'a quorum that the signers can never be',
      withApproval(steps({ rule: { quorum: 2 } })),
      `PLAN_INVALID ${at}/plan/steps/0/rule/quorum`,
    ],
    [
      'a rejection that leads to no earlier step',
      withApproval(steps({ onReject: { step: 'later' } })),
      `PLAN_INVALID ${at}/plan/steps/0/onReject/step`,
    ],
    [
      'a seat that nobody is named for',
      withApproval(steps({ signers: [{ byAuthority: true }] })),
      `PLAN_INVALID ${at}/plan/steps/0/signers/0`,
    ],
    [
      'a step’s time that is no length',
      withApproval(steps({ limit: 'soon' })),
      `LENGTH_INVALID ${at}/plan/steps/0/limit`,
    ],
    [
      'an unknown role',
      withApproval(steps({ signers: [{ role: 'wizard' }] })),
      `ROLE_UNKNOWN ${at}/plan/steps/0/signers/0/role`,
    ],
    [
      'a subject that depends on who acts',
      withApproval({ subject: feel('actor.id') }),
      `EXPRESSION_NAME_UNKNOWN ${at}/subject`,
    ],
    [
      'a subject that depends on the event',
      withApproval({ subject: { answer: feel('event.answer') } }),
      `EXPRESSION_NAME_UNKNOWN ${at}/subject/answer`,
    ],
    [
      'a condition over a personal value',
      withApproval(steps({ when: feel('data.name = "x"') })),
      `EXPRESSION_PERSONAL_FIELD ${at}/plan/steps/0/when`,
    ],
    [
      'a service that names no approval',
      withApproval({}, { activity: 'letter.send', approval: 'other' }),
      'APPROVAL_UNKNOWN /services/letter/approval',
    ],
    [
      'an approval called like a service',
      { ...withApproval(), approvals: { answer, letter: answer } },
      'NAME_TAKEN /approvals/letter',
    ],
    [
      'an approval that no state asks for',
      { ...withApproval(), approvals: { answer, spare: answer } },
      'APPROVAL_UNUSED /approvals/spare',
    ],
  ])('refuses %s', (_, document, finding) => {
    expect(found(document)).toContain(finding);
  });

  const limited = (limits: (string | undefined)[], step: Partial<Approval['plan']['steps'][number]> = {}) =>
    withApproval(
      steps({
        ...{ signers: limits.map((limit) => ({ role: 'lead', ...(limit === undefined ? {} : { limit }) })) },
        ...step,
      }),
    );
  const seatAt = (n: number) => `${at}/plan/steps/0/signers/${n}/limit`;
  const ofSeats = (document: DefinitionDocument, definitions?: LintSurroundings['definitions']) =>
    lint(document, definitions === undefined ? {} : { definitions })
      .filter(({ pointer }) => pointer.startsWith(`${at}/plan`))
      .map(({ code, pointer, severity }) => `${severity} ${code} ${pointer}`);
  const counting = (count: 'business-hours' | 'business-days'): LintSurroundings['definitions'] => ({
    approval: { events: {}, seatClock: { limit: 'PT8H', count } },
  });

  it.each(['PT0S', 'P0D', 'soon', '-PT8H'])(
    'refuses a seat with "%s" for its time, and says how to write it',
    (limit) => {
      expect(ofSeats(limited([undefined, limit]))).toEqual([`error PLAN_INVALID ${seatAt(1)}`]);
      const [found] = lint(limited([limit])).filter(({ code }) => code === 'PLAN_INVALID');
      expect(found?.fix).toContain('PT8H');
    },
  );

  it('warns of a seat that has longer than its step, in a sequence together with those before it', () => {
    expect(ofSeats(limited(['PT4H', 'PT8H'], { limit: 'PT8H' }))).toEqual([]);
    expect(ofSeats(limited(['PT4H', 'PT9H'], { limit: 'PT8H' }))).toEqual([
      `warning SEAT_LIMIT_LONGER ${seatAt(1)}`,
    ]);
    const inTurn = { rule: 'sequence' as const, limit: 'PT8H' };
    expect(ofSeats(limited(['PT4H', undefined, 'PT4H', 'PT1H'], inTurn))).toEqual([
      `warning SEAT_LIMIT_LONGER ${seatAt(3)}`,
    ]);
    // What a day is in hours is for the definition that counts to say.
    expect(ofSeats(limited(['P1D'], { limit: 'PT16H' }))).toEqual([]);
    // Without a limit of its own the step has the definition's.
    expect(ofSeats(limited(['PT9H']))).toEqual([]);
    expect(ofSeats(limited(['PT9H']), counting('business-hours'))).toEqual([
      `warning SEAT_LIMIT_LONGER ${seatAt(0)}`,
    ]);
  });

  it('refuses a seat’s time that the definition of the approval’s case counts not, or not so', () => {
    expect(ofSeats(limited(['PT4H', undefined]), { approval: { events: {} } })).toEqual([
      `error SEAT_CLOCK_MISSING ${seatAt(0)}`,
    ]);
    expect(ofSeats(limited([undefined]), { approval: { events: {} } })).toEqual([]);
    expect(ofSeats(limited(['P1D'], { limit: 'P2D' }), counting('business-hours'))).toEqual([
      `error LENGTH_INVALID ${seatAt(0)}`,
    ]);
    expect(ofSeats(limited(['P1D'], { limit: 'P2D' }), counting('business-days'))).toEqual([]);
  });

  it('refuses a card whose objections stand in an event that no definition has', () => {
    const document = withApproval({
      card: { objections: { through: ['team'], event: 'opinion.give', list: 'dissent' } },
    });
    const codes = (event: string) =>
      lint(document, { definitions: { team: { events: { [event]: ['lead'] } } } })
        .filter(({ pointer }) => pointer.endsWith('/objections/event'))
        .map(({ code }) => code);
    expect(codes('opinion.give')).toEqual([]);
    expect(codes('opinion.given')).toEqual(['EVENT_UNKNOWN']);
    expect(found(document)).toEqual([]);
  });

  /** The shipped definition with a change of its machine's states. */
  const decidedBy = (change: (states: { [key: string]: StateNode }) => void): DefinitionDocument => {
    const document = structuredClone(shippedDefinitions().findLast(({ id }) => id === 'approval'));
    const states = document?.machine.states;
    if (!document || !states) {
      throw new Error('The definition is there.');
    }
    change(states);
    return document;
  };
  const deciding = (more: StateNode) => (states: { [key: string]: StateNode }) => {
    states.deciding = { ...states.deciding, ...more };
  };
  const approvedAnswer: Action = {
    type: 'tell',
    rel: 'approval',
    event: 'approval.answered',
    data: { outcome: 'approved' },
  };

  it.each<[string, (states: { [key: string]: StateNode }) => void, string]>([
    ['time has passed', deciding({ after: { PT8H: 'approved' } }), '/machine/states/approved/entry/0'],
    [
      'time has passed somewhere on the way',
      (states) => {
        deciding({ after: { PT8H: 'late' } })(states);
        states.late = { always: 'approved' };
      },
      '/machine/states/approved/entry/0',
    ],
    [
      'of another end',
      deciding({ on: { 'approval.*': 'approved', cancel: 'cancelled' } }),
      '/machine/states/approved/entry/0',
    ],
    [
      'an event came',
      deciding({ on: { cancel: { target: 'cancelled', actions: [approvedAnswer] } } }),
      '/machine/states/deciding/on/cancel/actions/0',
    ],
    ['people begin to decide', deciding({ entry: [approvedAnswer] }), '/machine/states/deciding/entry/0'],
    ['they have ended', deciding({ exit: [approvedAnswer] }), '/machine/states/deciding/exit/0'],
    [
      'an expression may say so',
      (states) => {
        const data = { outcome: feel('data.amount.currency') };
        states.rejected = { ...states.rejected, entry: [{ ...approvedAnswer, data }] };
      },
      '/machine/states/rejected/entry/0',
    ],
    [
      'an expression may say all of it',
      (states) => {
        states.rejected = { ...states.rejected, entry: [{ ...approvedAnswer, data: feel('data.request') }] };
      },
      '/machine/states/rejected/entry/0',
    ],
  ])('refuses to tell that it is approved because %s', (_, change, pointer) => {
    expect(found(decidedBy(change))).toContain(`ANSWER_UNSIGNED ${pointer}`);
  });

  it('lets it be told on the way from the last signature', () => {
    const document = decidedBy((states) => {
      const { approved, deciding: before } = states;
      states.deciding = {
        ...before,
        on: { ...before?.on, 'approval.approved': { target: 'approved', actions: approved?.entry ?? [] } },
        after: { P1D: 'rejected' },
      };
      states.approved = { type: 'final' };
    });
    expect(found(document)).toEqual([]);
  });

  it('knows whom to tell of a seat that nobody may take', () => {
    const document = decidedBy(() => undefined);
    const signing = { ...document.signing?.deciding, unfilled: { tell: ['superior', 'wizard'] } };
    expect(found({ ...document, signing: { deciding: signing } } as never)).toEqual([
      'ROLE_UNKNOWN /signing/deciding/unfilled/tell/1',
    ]);
  });

  it('knows the deadline that seats’ own times count like', () => {
    const document = decidedBy(() => undefined);
    const signing = { ...document.signing?.deciding, seatClock: 'stage' };
    expect(found({ ...document, signing: { deciding: signing } } as never)).toEqual([
      'DEADLINE_UNKNOWN /signing/deciding/seatClock',
    ]);
  });

  it('wants every ending of a decision to lead somewhere', () => {
    const approval = shippedDefinitions().find(({ id }) => id === 'approval') as DefinitionDocument;
    const { 'approval.recalled': _, ...on } = approval.machine.states?.deciding?.on ?? {};
    const states = { ...approval.machine.states, deciding: { ...approval.machine.states?.deciding, on } };
    const document = { ...approval, machine: { ...approval.machine, states } };
    expect(found(document)).toContain('ENDING_UNHANDLED /signing/deciding');
    expect(found({ ...approval, signing: { nowhere: approval.signing?.deciding } } as never)).toContain(
      'STATE_UNKNOWN /signing/nowhere',
    );
  });
});
