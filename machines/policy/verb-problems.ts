import { own } from '../kernel/own.ts';
import { isOptionalAct, optionalActs, rememberedVerbs } from '../kernel/policy/optional-acts.ts';
import { type Act, currentPolicy, type Policy } from '../kernel/policy/table.ts';
import type { PolicyProblem } from './policy-problems.ts';

/** A closed case has an owner still, but no open task to be near to it by. */
const reopeningScopes = ['own', 'all'];

/**
 * Where a row is of no act that there is, or says of a verb of the engine's own what nothing asks for: a rule that would
 * be read and never hold.
 */
export const verbProblems = (policy: Policy, name: string, row: Act): PolicyProblem[] => {
  const at = `/acts/${name}`;
  if (isOptionalAct(name)) {
    return [
      ...(hasEvents(row)
        ? [{ pointer: `${at}/events`, message: 'is none: the act is a verb of the engine' }]
        : []),
      ...(row.within === undefined ? [] : [{ pointer: `${at}/within`, message: noAmount }]),
      ...(name === 'case.reopen' ? reopeningProblems(at, row) : []),
      ...forgotten(policy, at, row),
    ];
  }
  if (hasEvents(row)) {
    return forgotten(policy, at, row);
  }
  if (own(currentPolicy.acts, name) === undefined) {
    const message = `there is no such act: name its events, or mean one of ${optionalActs.join(', ')}`;
    return [{ pointer: at, message }];
  }
  const unasked = 'nothing asks for it: only events, and the acts that a table may add, are kept apart';
  return [
    ...(row.within === undefined ? [] : [{ pointer: `${at}/within`, message: noAmount }]),
    ...((row.apartFrom ?? []).length === 0 ? [] : [{ pointer: `${at}/apartFrom`, message: unasked }]),
    ...(row.notOwner === true ? [{ pointer: `${at}/notOwner`, message: unasked }] : []),
  ];
};

const noAmount = 'nothing asks for it: the act has no amount';

const reopeningProblems = (at: string, { by }: Act): PolicyProblem[] =>
  Object.entries(by)
    .filter(([, scope]) => !reopeningScopes.includes(scope))
    .map(([role]) => ({
      pointer: `${at}/by/${role}`,
      message: `must be ${reopeningScopes.join(' or ')}: a closed case has no open task to be near to it by`,
    }));

/** Acts to be apart from of which a case does not remember who did them. */
const forgotten = (policy: Policy, at: string, { apartFrom = [] }: Act): PolicyProblem[] =>
  apartFrom.flatMap((other, index) => {
    const known = own(policy.acts, other);
    const isRemembered = known === undefined || hasEvents(known) || Object.hasOwn(rememberedVerbs, other);
    const message = `a case does not remember who did ${other}: name an act that has events, or case.reopen`;
    return isRemembered ? [] : [{ pointer: `${at}/apartFrom/${index}`, message }];
  });

const hasEvents = ({ events = {} }: Act): boolean => Object.keys(events).length > 0;
