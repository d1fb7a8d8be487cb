import { expect, test } from 'vitest';
import { shippedLadder } from '../../machines/library/notification/index.ts';
import { exampleOrganisation } from '../../machines/library/organisation.ts';
import {
  type CaseParties,
  type Directory,
  type Reachable,
  recipientsOf,
} from '../../machines/notification/recipients.ts';

const directoryOf = (changes: { [id: string]: Partial<Reachable> } = {}): Directory => {
  const { people, departments } = exampleOrganisation;
  const all = people.map(({ id, roles, departments: in_, superior }) => ({
    ...{ id, active: true, away: false, roles, departments: in_, superior, standIns: [] },
    ...changes[id],
  }));
  return {
    person: (id) => all.find((each) => each.id === id),
    holders: (role, department) =>
      all
        .filter(({ active, roles }) => active && roles.includes(role))
        .filter((each) => department === undefined || each.departments.includes(department))
        .map(({ id }) => id),
    department: (id) => departments.find((each) => each.id === id),
  };
};
const claim: CaseParties = {
  owner: null,
  assignees: ['adjuster-2'],
  department: 'claims',
  ownerRole: 'adjuster',
  excluded: [],
};
const complaint: CaseParties = {
  owner: 'handler',
  assignees: [],
  department: 'complaints',
  ownerRole: 'handler',
  excluded: [],
};
const tell = (roles: string[], parties: CaseParties, directory = directoryOf()) =>
  recipientsOf(roles, parties, directory, shippedLadder).map(({ personId }) => personId);

test('the lead is the one above who works on it, not every lead of the company', () => {
  expect(tell(['owner', 'lead'], claim)).toEqual(['adjuster-2', 'lead-2']);
  expect(tell(['lead'], { ...claim, assignees: ['adjuster'] })).toEqual(['lead']);
});

test('where nobody above holds a role of the line, the nearest superior is meant', () => {
  expect(tell(['lead'], complaint)).toEqual(['complaints-manager']);
});

test('while nobody works on it, the line of superiors is that of the role it belongs to', () => {
  const untouched = { ...complaint, owner: null, department: null, ownerRole: 'complaints-manager' };
  expect(tell(['owner', 'lead'], untouched)).toEqual(['complaints-manager']);
  expect(tell(['lead'], { ...claim, assignees: [], department: null })).toEqual(['lead']);
});

test('a role beside the line is told in its own department', () => {
  expect(tell(['compliance'], claim)).toEqual(['compliance']);
  expect(tell(['finance'], { ...claim, department: 'finance' })).toEqual([
    'finance',
    'finance-2',
    'finance-3',
  ]);
});

test('the head of the department, or of the one above it', () => {
  expect(tell(['department-head'], claim)).toEqual(['manager']);
  expect(tell(['department-head'], { ...claim, department: 'regulator-liaison' })).toEqual([
    'regulator-liaison',
  ]);
  expect(tell(['department-head'], { ...complaint, excluded: ['complaints-manager'] })).toEqual([
    'head-office',
  ]);
});

const seat = (assignee: string | null, above: string[] = ['compliance']): CaseParties => ({
  ...{ owner: null, assignees: assignee === null ? [] : [assignee], department: null, ownerRole: null },
  ...{ excluded: [], seats: [{ assignee, above }] },
});

test('the superior of whoever has a seat is told, never somebody below; where there is none, the next rung', () => {
  expect(tell(['superior'], seat('lead-2'))).toEqual(['manager']);
  expect(tell(['superior'], seat('head-office'))).toEqual(['committee']);
  // Nobody is above the committee: who decides above it does.
  expect(tell(['superior'], seat('committee'))).toEqual(['compliance']);
  expect(tell(['superior'], seat(null, ['surgeon', 'head-office']))).toEqual(['head-office']);
  const away = { committee: { away: true } };
  expect(tell(['superior'], seat('head-office'), directoryOf(away))).toEqual(['compliance']);
  const standIn = { committee: { away: true, standIns: ['manager', 'auditor'] } };
  // The manager, who is below, is no stand-in for this.
  expect(tell(['superior'], seat('head-office'), directoryOf(standIn))).toEqual(['auditor']);
});

test('each open seat has a superior of its own, and the excluded are not told', () => {
  const two = {
    ...seat('lead-2'),
    seats: [...(seat('lead-2').seats ?? []), ...(seat('finance-2').seats ?? [])],
  };
  expect(tell(['superior'], two)).toEqual(['manager', 'finance']);
  expect(tell(['superior'], { ...seat('head-office'), isHidden: (id) => id === 'committee' })).toEqual([
    'compliance',
  ]);
});

test('a seat of compliance that nobody is above becomes the last resort; a case without seats has superiors too', () => {
  expect(tell(['superior'], seat(null, []))).toEqual(['manager']);
  expect(tell(['superior'], claim)).toEqual(['lead-2']);
});

test('an absent one’s work is told to who does it, else to the superior; a disabled one is never told', () => {
  const away = { 'lead-2': { away: true } };
  expect(tell(['lead'], claim, directoryOf(away))).toEqual(['manager']);
  const standIn = { 'lead-2': { away: true, standIns: ['lead-3'] } };
  expect(tell(['lead'], claim, directoryOf(standIn))).toEqual(['lead-3']);
  expect(tell(['owner'], complaint, directoryOf({ handler: { active: false } }))).toEqual([
    'complaints-manager',
  ]);
});

test('the excluded are skipped, and whoever reports to them; compliance is the next', () => {
  const about = { ...complaint, excluded: ['complaints-manager'] };
  expect(tell(['complaints-manager'], about)).toEqual(['complaints-manager-3']);
  const all = { ...complaint, excluded: ['head-office'] };
  expect(tell(['owner', 'complaints-manager'], all)).not.toContain('head-office');
  expect(tell(['owner'], all)).toEqual(['committee']);
  const nobody = { ...complaint, excluded: ['committee'] };
  expect(tell(['owner'], nobody)).toEqual(['admin']);
});

test('a role that nobody holds becomes the last resort, never nobody; and never more than the ladder allows', () => {
  expect(tell(['surgeon'], { ...claim, assignees: [] })).toEqual(['manager']);
  const many = recipientsOf(
    ['agent', 'adjuster', 'handler'],
    { ...claim, assignees: [], department: null },
    directoryOf(),
    {
      ...shippedLadder,
      recipientsMax: 4,
    },
  );
  expect(many).toHaveLength(4);
});
