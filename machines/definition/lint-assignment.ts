import { choiceFields, type EarlierPart, plainPolicies } from '../kernel/assignment.ts';
import { pointerStep } from '../kernel/canonical-json.ts';
import { type Expression, isExpression } from '../kernel/expression.ts';
import { own } from '../kernel/own.ts';
import { checkExpression, personalCarried } from './expression-check.ts';
import { type Finding, failing, knownNames } from './finding.ts';
import type { LintContext } from './lint-context.ts';
import { schemaRoot } from './lint-data.ts';
import { expressionNamesAt } from './lint-expressions.ts';
import { needIn } from './lint-references.ts';

/** How a task finds its person names tasks, events, tables and roles that there are. */
export const assignmentFindings = (context: LintContext): Finding[] => {
  const { document } = context;
  const findings: Finding[] = [];
  const need = needIn(findings);
  const tasks = Object.keys(document.tasks ?? {});
  const earlier = (part: EarlierPart, pointer: string): void =>
    'task' in part
      ? need([{ name: part.task, pointer: `${pointer}/task` }], tasks, 'TASK_UNKNOWN', 'task')
      : need(
          [{ name: part.event, pointer: `${pointer}/event` }],
          Object.keys(document.events),
          'EVENT_UNKNOWN',
          'event',
        );
  for (const [stateId, { assign }] of Object.entries(document.tasks ?? {})) {
    const pointer = `/tasks${pointerStep(stateId)}/assign`;
    if (typeof assign !== 'object') {
      continue;
    }
    if ('sameAs' in assign) {
      need([{ name: assign.sameAs, pointer: `${pointer}/sameAs` }], tasks, 'TASK_UNKNOWN', 'task');
    } else if ('notSameAs' in assign) {
      earlier(assign.notSameAs, `${pointer}/notSameAs`);
    } else if ('managerOf' in assign) {
      if (assign.managerOf !== 'owner') {
        earlier(assign.managerOf, `${pointer}/managerOf`);
      }
    } else if ('decision' in assign) {
      findings.push(...tableFindings(context, stateId, assign.decision, `${pointer}/decision`));
    }
  }
  return findings;
};

/** A table says who, in words that a task understands, and no role that could not end the task. */
const tableFindings = (
  { document, roles }: LintContext,
  stateId: string,
  name: string,
  pointer: string,
): Finding[] => {
  const table = own(document.decisions, name);
  if (table === undefined) {
    const known = knownNames(Object.keys(document.decisions ?? {}));
    return [failing(pointer, 'DECISION_UNKNOWN', `There is no decision "${name}".`, known)];
  }
  const fields: readonly string[] = choiceFields;
  const strangers = table.outputs.filter(({ name: output }) => !fields.includes(output));
  if (strangers.length > 0 || table.hitPolicy === 'C') {
    const message =
      table.hitPolicy === 'C'
        ? `The table "${name}" gives a list, and a task goes to one person.`
        : `The table "${name}" gives "${strangers[0]?.name}", which says nothing of who gets a task.`;
    const fix = `Give any of ${fields.join(', ')}, under the hit policy U, F or P.`;
    return [failing(pointer, 'ASSIGN_DECISION', message, fix)];
  }
  const outcomes = own(document.tasks, stateId)?.outcomes ?? [];
  const enders = outcomes.flatMap((outcome) => own(document.events, outcome)?.by ?? []);
  const at = `/decisions${pointerStep(name)}`;
  const rows = [
    ...table.rules.map(({ gives }, rule) => ({ gives, place: `${at}/rules/${rule}/gives` })),
    ...(table.default === undefined ? [] : [{ gives: table.default, place: `${at}/default` }]),
  ];
  return rows.flatMap(({ gives, place }) =>
    table.outputs.flatMap(({ name: output }, column) => {
      const given = gives[column] ?? null;
      if (typeof given !== 'string') {
        return [];
      }
      if (output === 'policy' && !plainPolicies.some((policy) => policy === given)) {
        const fix = knownNames(plainPolicies);
        return [failing(`${place}/${column}`, 'ASSIGN_POLICY', `"${given}" is no policy.`, fix)];
      }
      if (output === 'role' && !roles.has(given)) {
        const message = `There is no role "${given}".`;
        return [failing(`${place}/${column}`, 'ROLE_UNKNOWN', message, knownNames(roles))];
      }
      if (output === 'role' && !enders.includes(given)) {
        const message = `The role "${given}" may send no outcome of the task "${stateId}".`;
        const fix = `Let it send one of ${outcomes.join(', ')}, or give the task to ${[...new Set(enders)].join(' or ')}.`;
        return [failing(`${place}/${column}`, 'OUTCOME_NOT_PERMITTED', message, fix)];
      }
      return [];
    }),
  );
};

/** What is computed of whose a task or an event is reads the case as it stands, never the event, and nothing personal. */
export const assignmentExpressionFindings = (context: LintContext): Finding[] => {
  const { event: _, ...variables } = expressionNamesAt(context)('any').variables;
  const names = { variables, root: schemaRoot(context.document) };
  return personPlaces(context.document).flatMap(({ expression, at }) => [
    ...checkExpression(expression, names).map(({ code, message, fix }) =>
      failing(at, `EXPRESSION_${code}`, message, fix),
    ),
    ...(personalCarried(expression, names).length > 0
      ? [
          failing(
            at,
            'PERSONAL_CARRIED_OUT',
            'A personal value would be carried to where nothing marks it as personal.',
            'Compute it from what is not personal.',
          ),
        ]
      : []),
  ]);
};

const personPlaces = ({
  tasks,
  events,
}: LintContext['document']): { expression: Expression; at: string }[] => [
  ...Object.entries(tasks ?? {}).flatMap(([stateId, { assign, regions }]) => {
    const pointer = `/tasks${pointerStep(stateId)}`;
    return [
      ...(typeof assign === 'object' && 'by' in assign
        ? [{ expression: assign.by, at: `${pointer}/assign/by` }]
        : []),
      ...(isExpression(regions) ? [{ expression: regions, at: `${pointer}/regions` }] : []),
    ];
  }),
  ...Object.entries(events).flatMap(([event, { person }]) =>
    person === undefined ? [] : [{ expression: person, at: `/events${pointerStep(event)}/person` }],
  ),
];
