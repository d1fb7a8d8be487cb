import { pointerStep } from '../kernel/canonical-json.ts';
import { rootId } from '../kernel/state-tree.ts';
import { type Finding, failing, knownNames } from './finding.ts';
import { assigneeRole, ownerRole, reservedPrefixes, superiorRole } from './known-names.ts';
import type { LintContext } from './lint-context.ts';

/** Places in a case that are told beside roles. */
const toldRoles = [ownerRole, assigneeRole, superiorRole];

/** Names of events and states: none of the kernel's own, no state twice. */
export const nameFindings = ({ document, index }: LintContext): Finding[] => {
  const findings: Finding[] = [];
  for (const event of Object.keys(document.events)) {
    if (isReserved(event)) {
      findings.push(reserved(`/events${pointerStep(event)}`, event));
    }
  }
  for (const { node, pointer } of index.states) {
    for (const event of Object.keys(node.on ?? {})) {
      if (event.startsWith('xstate.')) {
        findings.push(reserved(`${pointer}/on${pointerStep(event)}`, event));
      }
    }
  }
  const seen = new Set<string>([rootId]);
  for (const { id, node, pointer } of index.states.slice(1)) {
    if (seen.has(id)) {
      const at = node.id === undefined ? pointer : `${pointer}/id`;
      findings.push(
        failing(
          at,
          'STATE_ID_DUPLICATE',
          `Another state is called "${id}" too.`,
          'Give one of them an id of its own.',
        ),
      );
    }
    seen.add(id);
  }
  const invokes = new Set<string>();
  for (const { invoke, pointer } of index.invokes) {
    if (invoke.id !== undefined && invokes.has(invoke.id)) {
      const message = `Another invoke has the id "${invoke.id}" too.`;
      findings.push(
        failing(`${pointer}/id`, 'INVOKE_ID_DUPLICATE', message, 'Choose another, or leave it out.'),
      );
    }
    invokes.add(invoke.id ?? '');
  }
  return findings;
};

export const isReserved = (event: string): boolean =>
  reservedPrefixes.some((prefix) => event === prefix || event.startsWith(`${prefix}.`));

const reserved = (pointer: string, event: string): Finding =>
  failing(
    pointer,
    'NAME_RESERVED',
    `"${event}" begins like a name of the kernel's own.`,
    `Choose a name that does not begin with ${reservedPrefixes.join('., ')}.`,
  );

/** Every place that names a role names one that exists. */
export const roleFindings = ({ document, index, actions, roles }: LintContext): Finding[] => {
  const findings: Finding[] = [];
  const check = (names: readonly string[] | undefined, pointer: string, others: readonly string[] = []) => {
    for (const [place, role] of (names ?? []).entries()) {
      if (!roles.has(role) && !others.includes(role)) {
        const fix = knownNames([...roles, ...others]);
        findings.push(failing(`${pointer}/${place}`, 'ROLE_UNKNOWN', `There is no role "${role}".`, fix));
      }
    }
  };
  const checkOne = (role: string | undefined, pointer: string) => {
    if (role !== undefined && !roles.has(role)) {
      findings.push(failing(pointer, 'ROLE_UNKNOWN', `There is no role "${role}".`, knownNames(roles)));
    }
  };
  checkOne(document.owner, '/owner');
  check(document.open.by, '/open/by');
  check(document.reopen?.by, '/reopen/by');
  for (const [event, { by, 'x-restricted': restricted }] of Object.entries(document.events)) {
    check(by, `/events${pointerStep(event)}/by`);
    check(restricted, `/events${pointerStep(event)}/x-restricted`);
  }
  for (const { node, pointer } of index.states) {
    check(node['x-restricted'], `${pointer}/x-restricted`);
  }
  for (const [state, { role }] of Object.entries(document.tasks ?? {})) {
    checkOne(role, `/tasks${pointerStep(state)}/role`);
  }
  for (const [key, { 'x-restricted': restricted }] of Object.entries(document.documents ?? {})) {
    check(restricted, `/documents${pointerStep(key)}/x-restricted`);
  }
  for (const { action, pointer } of actions) {
    if (action.type === 'deliver' && 'roles' in action.to) {
      check(action.to.roles, `${pointer}/to/roles`, toldRoles);
    }
  }
  for (const [state, { unfilled }] of Object.entries(document.signing ?? {})) {
    check(unfilled?.tell, `/signing${pointerStep(state)}/unfilled/tell`, toldRoles);
  }
  for (const { pointer, deadline } of deadlinePlaces(document)) {
    check(deadline.onBreach?.tell, `${pointer}/onBreach/tell`, toldRoles);
    for (const [place, { tell }] of (deadline.onWarn ?? []).entries()) {
      check(tell, `${pointer}/onWarn/${place}/tell`, toldRoles);
    }
    for (const part of ['pauseCauses', 'extensions'] as const) {
      for (const [place, { by }] of (deadline[part] ?? []).entries()) {
        check(by, `${pointer}/${part}/${place}/by`);
      }
    }
  }
  return findings;
};

type Document = LintContext['document'];
type Deadline = NonNullable<Document['deadlines']>[string];

/** Each deadline, and what each profile changes of it, where it is written. */
export const deadlinePlaces = (document: Document): { pointer: string; deadline: Partial<Deadline> }[] => [
  ...Object.entries(document.deadlines ?? {}).map(([name, deadline]) => ({
    pointer: `/deadlines${pointerStep(name)}`,
    deadline,
  })),
  ...Object.entries(document.profiles ?? {}).flatMap(([profile, { deadlines }]) =>
    Object.entries(deadlines).flatMap(([name, deadline]) =>
      deadline === null
        ? []
        : [{ pointer: `/profiles${pointerStep(profile)}/deadlines${pointerStep(name)}`, deadline }],
    ),
  ),
];
