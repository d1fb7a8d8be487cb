import { DAY_MS } from '../kernel/instant.ts';
import { isCurrency } from './currencies.ts';
import { emptyPeriod, type Known, type PeopleFault, unknownPerson } from './fault.ts';
import { type GivenDelegations, humanOf } from './given-delegations.ts';
import { limitsOf } from './limits-of.ts';
import type { AuthorityLimit, Delegation } from './organisation.ts';
import { overlap } from './period.ts';

/** Longest delegation, in days: it is for a time; what is for good is a change of roles. */
export const delegationDaysMax = 366;
/** People whose work one person may do at once: what an entry records of its actor stays small. */
export const delegationsPerDelegateMax = 20;

/** What the delegator holds by their own right at the time of asking; never what others have lent them. */
export interface Delegator {
  id: string;
  roles: string[];
  limits: AuthorityLimit[];
}

/**
 * What speaks against a delegation or substitution.
 *
 * Only one's own rights are passed on, so that none is ever passed on twice; a limit never exceeds one's own; no circle
 * of delegations that run at one time; nobody stands in for themselves, under another account included.
 *
 * @param given delegations that are not revoked; this one may be among them
 */
export const checkDelegation = (
  delegation: Delegation,
  {
    delegator,
    given,
    known,
    nowMs,
  }: { delegator: Delegator; given: GivenDelegations; known: Known; nowMs: number },
): PeopleFault[] => {
  const { personId, delegateId } = delegation;
  const persons = [
    ...unknownPerson(known, personId, '/personId'),
    ...unknownPerson(known, delegateId, '/delegateId'),
  ];
  return persons.length > 0
    ? persons
    : [
        ...periodFaults(delegation, nowMs),
        ...loopFaults(delegation, given, known),
        ...crowdFaults(delegation, given),
        ...roleFaults(delegation, delegator),
        ...limitFaults(delegation, delegator, nowMs),
      ];
};

const periodFaults = (delegation: Delegation, nowMs: number): PeopleFault[] => {
  const { kind, fromMs, untilMs } = delegation;
  const bad = (message: string): PeopleFault[] => [{ code: 'PERIOD_INVALID', pointer: '/until', message }];
  if (untilMs === null) {
    return kind === 'substitution' ? [] : bad('is required: a delegation is for a time');
  }
  if (untilMs <= nowMs) {
    return bad('must lie in the future');
  }
  return untilMs - fromMs > delegationDaysMax * DAY_MS && kind === 'delegation'
    ? bad(`must be at most ${delegationDaysMax} days after its start`)
    : emptyPeriod(delegation, '/until');
};

const loopFaults = (delegation: Delegation, given: GivenDelegations, known: Known): PeopleFault[] => {
  const me = humanOf(known, delegation.personId);
  const loop = (message: string): PeopleFault[] => [
    { code: 'DELEGATION_LOOP', pointer: '/delegateId', message },
  ];
  if (humanOf(known, delegation.delegateId) === me) {
    return loop('is the same person');
  }
  if (delegation.kind === 'substitution') {
    // Two who are each other's deputies are no circle: rights that came from a substitution go no further.
    return [];
  }
  const reached = new Set([humanOf(known, delegation.delegateId)]);
  for (const at of reached) {
    for (const { delegateId } of meanwhile(delegation, given.byGiver.get(at))) {
      reached.add(humanOf(known, delegateId));
    }
  }
  return reached.has(me) ? loop('has delegated, in the end, to this same person') : [];
};

const meanwhile = (delegation: Delegation, others: Delegation[] = []): Delegation[] =>
  others.filter((other) => other.id !== delegation.id && overlap(other, delegation));

const crowdFaults = (delegation: Delegation, { byDelegate }: GivenDelegations): PeopleFault[] => {
  const held = meanwhile(delegation, byDelegate.get(delegation.delegateId));
  return held.length < delegationsPerDelegateMax
    ? []
    : [
        {
          code: 'DELEGATION_EXCEEDED',
          pointer: '/delegateId',
          message: `does the work of ${delegationsPerDelegateMax} people already`,
        },
      ];
};

const roleFaults = ({ roles }: Delegation, delegator: Delegator): PeopleFault[] =>
  (roles ?? [])
    .map((role, index) => ({ role, pointer: `/roles/${index}` }))
    .filter(({ role }) => !delegator.roles.includes(role))
    .map(({ pointer }) => ({
      code: 'DELEGATION_EXCEEDED',
      pointer,
      message: 'is no role that the person holds themselves',
    }));

const limitFaults = (delegation: Delegation, delegator: Delegator, nowMs: number): PeopleFault[] => {
  const { limits, caseKinds, roles } = delegation;
  const asHolder = { id: delegator.id, roles: roles ?? delegator.roles };
  const own = (caseKinds ?? [undefined]).map((caseKind) =>
    limitsOf(asHolder, delegator.limits, { nowMs, caseKind }),
  );
  return (limits ?? []).flatMap(({ amount, currency }, index): PeopleFault[] => {
    if (!isCurrency(currency)) {
      const message = 'is no currency of ISO 4217';
      return [{ code: 'CURRENCY_UNKNOWN', pointer: `/limits/${index}/currency`, message }];
    }
    const within = own.every((ofKind) =>
      ofKind.some((limit) => limit.currency === currency && amount <= limit.amount),
    );
    const message = 'exceeds what the person may decide themselves';
    return within ? [] : [{ code: 'DELEGATION_EXCEEDED', pointer: `/limits/${index}/amount`, message }];
  });
};
