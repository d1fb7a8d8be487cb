import { describe, expect, test } from 'vitest';
import { checkAbsence } from '../../machines/people/check-absence.ts';
import { checkDelegation, type Delegator } from '../../machines/people/check-delegation.ts';
import { checkLimit } from '../../machines/people/check-limit.ts';
import { checkDepartment, checkPerson } from '../../machines/people/check-person.ts';
import type { Known } from '../../machines/people/fault.ts';
import { givenDelegations } from '../../machines/people/given-delegations.ts';
import type {
  Absence,
  AuthorityLimit,
  Delegation,
  Department,
  PersonRecord,
} from '../../machines/people/organisation.ts';
import { isIn, overlap } from '../../machines/people/period.ts';
import { superiorsOf } from '../../machines/people/superiors-of.ts';

// Guarantee: people data that contradict themselves, or name what is not there, are refused, each with its own code.

const people: {
  [id: string]: { status: 'active' | 'disabled'; superior: string | null; humanId: string | null };
} = {
  li: { status: 'active', superior: 'wang', humanId: null },
  wang: { status: 'active', superior: 'zhao', humanId: null },
  zhao: { status: 'active', superior: null, humanId: null },
  'li-b': { status: 'active', superior: null, humanId: 'li' },
  gone: { status: 'disabled', superior: null, humanId: null },
};
const departments: { [id: string]: Pick<Department, 'parent' | 'status'> } = {
  claims: { parent: null, status: 'active' },
  survey: { parent: 'claims', status: 'active' },
  old: { parent: null, status: 'closed' },
};
const known: Known = {
  person: (id) => people[id],
  hasAccounts: (id) => id === 'li',
  role: (id) => ['adjuster', 'lead'].includes(id),
  department: (id) => departments[id],
  calendar: (id) => id === 'cn',
};
const codes = (faults: { code: string; pointer: string }[]) =>
  faults.map(({ code, pointer }) => `${code} ${pointer}`);

const person = (changes: Partial<PersonRecord> = {}): PersonRecord => ({
  ...{ id: 'new', name: 'New', status: 'active', humanId: null, superior: null, calendar: null },
  memberships: [],
  ...changes,
});
const holds = (
  kind: PersonRecord['memberships'][number]['kind'],
  name: string,
  fromMs: number | null = null,
  untilMs: number | null = null,
) => ({
  ...{ kind, name, fromMs, untilMs },
});

describe('periods', () => {
  test('are half-open: the end is the first instant outside', () => {
    const period = { fromMs: 10, untilMs: 20 };
    expect([9, 10, 19, 20].map((nowMs) => isIn(period, nowMs))).toEqual([false, true, true, false]);
    expect(isIn({ fromMs: null, untilMs: null }, 0)).toBe(true);
    expect(overlap(period, { fromMs: 20, untilMs: 30 })).toBe(false);
    expect(overlap(period, { fromMs: 19, untilMs: null })).toBe(true);
  });
});

describe('a person', () => {
  test('whose data hold is accepted', () => {
    const memberships = [
      holds('role', 'adjuster'),
      holds('department', 'survey'),
      holds('licence', 'surveyor', 0, 9),
    ];
    expect(checkPerson(person({ superior: 'wang', calendar: 'cn', memberships }), known)).toEqual([]);
    expect(checkPerson(person({ humanId: 'wang' }), known)).toEqual([]);
  });

  test.each<[string, Partial<PersonRecord>, string[]]>([
    ['an unknown role', { memberships: [holds('role', 'king')] }, ['ROLE_UNKNOWN /roles']],
    [
      'an unknown department',
      { memberships: [holds('department', 'moon')] },
      ['DEPARTMENT_UNKNOWN /departments'],
    ],
    [
      'a closed department',
      { memberships: [holds('department', 'old')] },
      ['DEPARTMENT_UNKNOWN /departments'],
    ],
    ['an unknown superior', { superior: 'nobody' }, ['PERSON_UNKNOWN /superior']],
    ['a superior who has left', { superior: 'gone' }, ['PERSON_UNKNOWN /superior']],
    ['oneself as superior', { superior: 'new' }, ['HIERARCHY_LOOP /superior']],
    ['a circle of superiors', { id: 'zhao', superior: 'li' }, ['HIERARCHY_LOOP /superior']],
    ['an unknown calendar', { calendar: 'moon' }, ['CALENDAR_UNKNOWN /calendar']],
    ['nobody as the same person', { humanId: 'nobody' }, ['PERSON_UNKNOWN /samePersonAs']],
    ['an account of an account', { humanId: 'li-b' }, ['ACCOUNT_CHAINED /samePersonAs']],
    ['a main account made another one', { id: 'li', humanId: 'wang' }, ['ACCOUNT_CHAINED /samePersonAs']],
    ['an end before its start', { memberships: [holds('role', 'lead', 5, 5)] }, ['PERIOD_INVALID /roles']],
    [
      'the same twice',
      { memberships: [holds('skill', 'fire'), holds('skill', 'fire')] },
      ['PERIOD_OVERLAPS /skills'],
    ],
  ])('with %s is refused', (_, changes, expected) => {
    expect(codes(checkPerson(person(changes), known))).toEqual(expected);
  });
});

test('who has left, or was closed, stands in the way of no other change', () => {
  const before = person({ superior: 'gone', memberships: [holds('department', 'old')] });
  expect(checkPerson({ ...before, name: 'Other' }, known, before)).toEqual([]);
  expect(codes(checkPerson({ ...before, superior: 'nobody' }, known, before))).toEqual([
    'PERSON_UNKNOWN /superior',
  ]);
});

describe('a department', () => {
  const department = (changes: Partial<Department>): Department => ({
    ...{ id: 'claims', title: { zh: '理赔', en: 'Claims' }, parent: null, head: 'wang', status: 'active' },
    ...changes,
  });
  test.each<[string, Partial<Department>, string[]]>([
    ['what is right', {}, []],
    ['an unknown parent', { parent: 'moon' }, ['DEPARTMENT_UNKNOWN /parent']],
    ['a circle', { parent: 'survey' }, ['HIERARCHY_LOOP /parent']],
    ['an unknown head', { head: 'nobody' }, ['PERSON_UNKNOWN /head']],
  ])('with %s', (_, changes, expected) => {
    expect(codes(checkDepartment(department(changes), known))).toEqual(expected);
  });
});

describe('a line of the authority table', () => {
  const line = (changes: Partial<AuthorityLimit> = {}): AuthorityLimit => ({
    ...{
      holder: { kind: 'role', id: 'lead' },
      caseKind: null,
      currency: 'CNY',
      amount: 1,
      fromMs: 0,
      untilMs: 10,
    },
    ...changes,
  });
  test.each<[string, Partial<AuthorityLimit>, string[]]>([
    ['after another', { fromMs: 10, untilMs: null }, []],
    ['for another kind', { caseKind: 'claim' }, []],
    ['for nobody', { holder: { kind: 'person', id: 'x' } }, ['PERSON_UNKNOWN /holder']],
    ['for no role', { holder: { kind: 'role', id: 'x' } }, ['ROLE_UNKNOWN /holder']],
    ['in no currency', { currency: 'XTS' }, ['CURRENCY_UNKNOWN /currency']],
    ['in the time of another', { fromMs: 9, untilMs: null }, ['PERIOD_OVERLAPS /from']],
  ])('%s', (_, changes, expected) => {
    expect(codes(checkLimit(line(changes), [line()], known))).toEqual(expected);
  });
});

describe('an absence', () => {
  const away = (changes: Partial<Absence> = {}): Absence => ({
    ...{ id: 'a', personId: 'li', reason: 'leave', fromMs: 10, untilMs: 20, status: 'active' },
    ...changes,
  });
  test.each<[string, Partial<Absence>, string[]]>([
    ['right after another', { id: 'b', fromMs: 20, untilMs: 30 }, []],
    ['of somebody else', { id: 'b', personId: 'wang' }, []],
    ['itself, changed', { untilMs: 25 }, []],
    ['overlapping another of the person', { id: 'b', fromMs: 19, untilMs: 30 }, ['ABSENCE_OVERLAPS /from']],
    ['around another of the person', { id: 'b', fromMs: 1, untilMs: 30 }, ['ABSENCE_OVERLAPS /from']],
    ['of nobody', { id: 'b', personId: 'nobody' }, ['PERSON_UNKNOWN /personId']],
    ['without length', { id: 'b', fromMs: 30, untilMs: 30 }, ['PERIOD_INVALID /until']],
  ])('%s', (_, changes, expected) => {
    expect(codes(checkAbsence(away(changes), [away()], known))).toEqual(expected);
  });
  test('a cancelled one is in nobody’s way', () => {
    expect(checkAbsence(away({ id: 'b' }), [away({ status: 'cancelled' })], known)).toEqual([]);
  });
});

describe('a delegation', () => {
  const limit = (amount: number, caseKind: string | null = null): AuthorityLimit => ({
    ...{
      holder: { kind: 'role', id: 'lead' },
      caseKind,
      currency: 'CNY',
      amount,
      fromMs: null,
      untilMs: null,
    },
  });
  const delegator: Delegator = { id: 'wang', roles: ['lead'], limits: [limit(500), limit(300, 'complaint')] };
  const given = (changes: Partial<Delegation> = {}): Delegation => ({
    ...{ id: 'd', kind: 'delegation', personId: 'wang', delegateId: 'zhao', fromMs: 10, untilMs: 20 },
    ...{ roles: ['lead'], caseKinds: null, limits: [{ amount: 500, currency: 'CNY' }], status: 'active' },
    ...changes,
  });
  const check = (changes: Partial<Delegation>, others: Delegation[] = []) =>
    codes(
      checkDelegation(given(changes), {
        ...{ delegator, given: givenDelegations(others, known), known, nowMs: 5 },
      }),
    );

  test.each<[string, Partial<Delegation>, string[]]>([
    ['of what one holds', {}, []],
    ['of everything one holds', { roles: null, limits: null }, []],
    ['of a role one does not hold', { roles: ['lead', 'adjuster'] }, ['DELEGATION_EXCEEDED /roles/1']],
    [
      'above one’s limit',
      { limits: [{ amount: 501, currency: 'CNY' }] },
      ['DELEGATION_EXCEEDED /limits/0/amount'],
    ],
    [
      'above one’s limit for a kind',
      { caseKinds: ['claim', 'complaint'] },
      ['DELEGATION_EXCEEDED /limits/0/amount'],
    ],
    [
      'in a currency without a limit',
      { limits: [{ amount: 1, currency: 'USD' }] },
      ['DELEGATION_EXCEEDED /limits/0/amount'],
    ],
    ['in no currency', { limits: [{ amount: 1, currency: 'ABC' }] }, ['CURRENCY_UNKNOWN /limits/0/currency']],
    ['to nobody', { delegateId: 'nobody' }, ['PERSON_UNKNOWN /delegateId']],
    ['to who has left', { delegateId: 'gone' }, ['PERSON_UNKNOWN /delegateId']],
    ['to oneself', { delegateId: 'wang' }, ['DELEGATION_LOOP /delegateId']],
    [
      'to one’s other account',
      { personId: 'li', delegateId: 'li-b', roles: null, limits: null },
      ['DELEGATION_LOOP /delegateId'],
    ],
    ['without an end', { untilMs: null }, ['PERIOD_INVALID /until']],
    ['that is over', { fromMs: 1, untilMs: 5 }, ['PERIOD_INVALID /until']],
    ['that ends before it starts', { fromMs: 20, untilMs: 10 }, ['PERIOD_INVALID /until']],
    ['for years', { untilMs: 400 * 86_400_000 }, ['PERIOD_INVALID /until']],
    ['as substitution without an end', { kind: 'substitution', untilMs: null }, []],
  ])('%s', (_, changes, expected) => {
    expect(check(changes)).toEqual(expected);
  });

  test('comes back in no circle at one time, also through another account', () => {
    const back = given({ id: 'e', personId: 'zhao', delegateId: 'wang' });
    expect(check({}, [back])).toEqual(['DELEGATION_LOOP /delegateId']);
    expect(check({}, [{ ...back, fromMs: 20, untilMs: 30 }])).toEqual([]);
    const toLi = given({ id: 'e', personId: 'zhao', delegateId: 'li' });
    const fromLiB = given({ id: 'f', personId: 'li-b', delegateId: 'wang' });
    expect(check({}, [toLi, fromLiB])).toEqual(['DELEGATION_LOOP /delegateId']);
    expect(check({}, [toLi])).toEqual([]);
  });

  test('two may be each other’s substitutes', () => {
    const back = given({ id: 'e', kind: 'substitution', personId: 'zhao', delegateId: 'wang' });
    expect(check({ kind: 'substitution' }, [back])).toEqual([]);
  });

  test('one person does the work of at most twenty', () => {
    const many = Array.from({ length: 20 }, (_, i) => given({ id: `d${i}`, personId: 'li' }));
    expect(check({}, many)).toEqual(['DELEGATION_EXCEEDED /delegateId']);
    expect(check({}, many.slice(1))).toEqual([]);
  });
});

test('those above a person: their superiors first, then the heads of their departments, each once', () => {
  const hierarchy = {
    person: (id: string) =>
      people[id] ? { superior: people[id]?.superior ?? null, departments: ['survey'] } : undefined,
    department: (id: string) =>
      ({ survey: { parent: 'claims', head: 'chen' }, claims: { parent: null, head: 'zhao' } })[id],
  };
  expect(superiorsOf('li', hierarchy)).toEqual(['wang', 'zhao', 'chen']);
  expect(superiorsOf('zhao', hierarchy)).toEqual(['chen']);
  expect(superiorsOf('nobody', hierarchy)).toEqual([]);
});
