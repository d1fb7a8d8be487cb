import { checkDelegation, type Delegator } from '../../machines/people/check-delegation.ts';
import { emptyPeriod, type PeopleFault } from '../../machines/people/fault.ts';
import { type GivenDelegations, givenDelegations } from '../../machines/people/given-delegations.ts';
import { type AuthorityLimit, type Delegation, namesHeld } from '../../machines/people/organisation.ts';
import { isIn } from '../../machines/people/period.ts';
import { allDelegationsIn, delegationContent, writeDelegation } from './delegations.ts';
import {
  type BadLine,
  faultsOf,
  type ImportRows,
  isSameContent,
  type Judged,
  type Judging,
  repeatedLines,
  type State,
  type Step,
  statesOf,
} from './import-line.ts';
import { personRecordIn } from './person-record.ts';

/**
 * The lines of delegations and substitutions, judged with the others, and with the rights that their givers hold once the
 * whole import is there. A line that changes nothing is not judged again: what was given may be over by now.
 *
 * @param limits the authority table as the import leaves it
 */
export const judgeDelegations = (
  lines: ImportRows['delegations'],
  limits: () => AuthorityLimit[],
  judging: Judging,
): Judged => {
  if (lines.length === 0) return { bad: [], steps: [] };
  const { db, tenant, known, by } = judging;
  const stored = new Map(allDelegationsIn(db, tenant).map((delegation) => [delegation.id, delegation]));
  const states = statesOf(lines, (id) => stored.get(id)).map(({ line, before, after }) => ({
    ...{ line, before, after: before ? revokedAsItWas(before, after) : after },
  }));
  const afterwards = new Map([...stored, ...states.map(({ after }) => [after.id, after] as const)]);
  const against: Against = {
    given: givenDelegations(
      [...afterwards.values()].filter(
        ({ status, untilMs }) => status === 'active' && (untilMs === null || untilMs > by.atMs),
      ),
      known,
    ),
    delegatorOf: delegatorsAfter(limits(), judging),
  };
  return {
    bad: [
      ...repeatedLines('delegations', states),
      ...states.flatMap((state) => badLinesOf(state, against, judging)),
    ],
    steps: states.map(({ line, before, after }): Step => {
      const change = after.status === 'revoked' ? 'revoked' : before ? 'changed' : 'added';
      return {
        ...{ table: 'delegations', line, after: delegationContent(after) },
        before: before && delegationContent(before),
        write: () => writeDelegation(db, tenant, after, by, change),
      };
    }),
  };
};

interface Against {
  /** All that are neither revoked nor over once the import is there. */
  given: GivenDelegations;
  delegatorOf: (personId: string) => Delegator;
}

const isBetweenOthers = (a: Delegation, b: Delegation): boolean =>
  a.kind !== b.kind || a.personId !== b.personId || a.delegateId !== b.delegateId;

// What is taken back stays on record as it was given, whatever else the line says.
const revokedAsItWas = (before: Delegation, after: Delegation): Delegation =>
  after.status === 'revoked' && !isBetweenOthers(before, after) ? { ...before, status: 'revoked' } : after;

const badLinesOf = (
  { line, before, after }: State<Delegation>,
  { given, delegatorOf }: Against,
  { known, by, self }: Judging,
): BadLine[] => {
  const bad = (code: BadLine['code'], pointer: string, reason: string): BadLine[] => [
    { table: 'delegations', line, pointer, code, reason },
  ];
  if (before && isSameContent(delegationContent(before), delegationContent(after))) return [];
  if (before && isBetweenOthers(before, after)) {
    return bad('ALREADY_EXISTS', '/id', 'is that of another kind, or between other people');
  }
  if (before?.status === 'revoked') {
    return bad('ALREADY_EXISTS', '/id', 'is that of one that was revoked, and stays so: give it a new id');
  }
  if (after.status === 'revoked') {
    return before ? [] : faultsOf('delegations', line, pastFaults(after, known));
  }
  const ownGain = self?.ids.includes(after.delegateId) === true && !self.ids.includes(after.personId);
  return [
    ...faultsOf(
      'delegations',
      line,
      checkDelegation(after, { delegator: delegatorOf(after.personId), given, known, nowMs: by.atMs }),
    ),
    ...(ownGain
      ? bad('FOUR_EYES', '/delegateId', 'is yourself: nobody gives somebody else’s rights to themselves')
      : []),
  ];
};

// One that comes in revoked gives nobody anything: who has left since may be in it.
const pastFaults = (delegation: Delegation, known: Judging['known']): PeopleFault[] => [
  ...(['personId', 'delegateId'] as const)
    .filter((field) => known.person(delegation[field]) === undefined)
    .map(
      (field): PeopleFault => ({
        ...{ code: 'PERSON_UNKNOWN', pointer: `/${field}`, message: 'is nobody here' },
      }),
    ),
  ...emptyPeriod(delegation, '/until'),
];

const delegatorsAfter = (
  limits: AuthorityLimit[],
  { db, tenant, coming, by }: Judging,
): Against['delegatorOf'] => {
  const ofHolder = Map.groupBy(limits, ({ holder }) => `${holder.kind} ${holder.id}`);
  return (id) => {
    const person = coming.people.get(id) ?? personRecordIn(db, tenant, id);
    const roles = namesHeld(person?.memberships ?? [], 'role', (each) => isIn(each, by.atMs));
    const holders = [`person ${id}`, ...roles.map((role) => `role ${role}`)];
    return { id, roles, limits: holders.flatMap((holder) => ofHolder.get(holder) ?? []) };
  };
};
