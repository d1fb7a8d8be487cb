import { pointerStep } from '../kernel/canonical-json.ts';
import { shaped } from '../kernel/decision.ts';
import type { DecisionDefinition, Value } from '../kernel/definition.ts';
import type { Json } from '../kernel/json.ts';
import { type JsonSchema, validate } from '../kernel/json-schema.ts';
import { own } from '../kernel/own.ts';
import { declaredField } from './decision-column.ts';
import { follow } from './expression-names.ts';
import { type Finding, failing, warning } from './finding.ts';
import type { LintContext } from './lint-context.ts';
import { schemaRoot } from './lint-data.ts';
import { needIn } from './lint-references.ts';
import { valueExpressions } from './value-expressions.ts';

/** What asks a table names one, and puts what it says to where the data has room for it. */
export const decideFindings = ({ document, actions }: LintContext): Finding[] => {
  const findings: Finding[] = [];
  const need = needIn(findings);
  const tables = Object.keys(document.decisions ?? {});
  const names = { variables: { data: document.data as JsonSchema }, root: schemaRoot(document) };
  const asked = new Set<string>();
  for (const { action, pointer } of actions) {
    if (action.type !== 'decide') {
      continue;
    }
    const { decision, set } = action;
    asked.add(decision);
    need([{ name: decision, pointer: `${pointer}/decision` }], tables, 'DECISION_UNKNOWN', 'decision');
    const path = ['data', ...set.split('.')];
    const found = follow(names, path);
    const hasRoom = ['result', 'rules'].every((part) => {
      const { kind } = follow(names, [...path, part]);
      return kind === 'known' || kind === 'open';
    });
    if (found.kind === 'missing') {
      const message = `The case's data has nothing called "${set}".`;
      findings.push(failing(`${pointer}/set`, 'ASSIGN_UNKNOWN', message, 'Declare it under "data" first.'));
    } else if (!hasRoom) {
      const message = `"${set}" has no room for what a table says and which of its rules said so.`;
      const fix = 'Declare it as an object with "result" and with "rules", a list of integers.';
      findings.push(failing(`${pointer}/set`, 'DECISION_TARGET', message, fix));
    }
    const table = own(document.decisions, decision);
    const room = declaredField([...path, 'result'], names);
    if (table !== undefined && room !== undefined) {
      findings.push(...misfits(table as DecisionDefinition, room, names.root, decision, set));
    }
  }
  for (const { assign } of Object.values(document.tasks ?? {})) {
    if (typeof assign === 'object' && 'decision' in assign) {
      asked.add(assign.decision);
    }
  }
  const unused = tables.filter((name) => !asked.has(name));
  return [
    ...findings,
    ...unused.map((name) =>
      warning(
        `/decisions${pointerStep(name)}`,
        'DECISION_UNUSED',
        `Nothing in the machine asks the decision "${name}".`,
        'Ask it with a "decide" action or by a task\'s "assign", or remove it.',
      ),
    ),
  ];
};

/** Results, as far as they are written out, that the place they are put to does not declare. */
const misfits = (
  table: DecisionDefinition,
  room: JsonSchema,
  root: JsonSchema,
  decision: string,
  set: string,
): Finding[] => {
  const pointer = `/decisions${pointerStep(decision)}`;
  const rows: [Value[] | undefined, string][] = [
    ...table.rules.map(({ gives }, rule): [Value[], string] => [gives, `${pointer}/rules/${rule}/gives`]),
    [table.default, `${pointer}/default`],
  ];
  return rows.flatMap(([row, at]) => {
    if (row === undefined || valueExpressions(row, '').length > 0) {
      return [];
    }
    const one = shaped(table, row as Json[]);
    const [problem] = validate(room, table.hitPolicy === 'C' ? [one] : one, root, { personal: 'sealed' });
    return problem === undefined
      ? []
      : [
          failing(
            at,
            'DECISION_RESULT_MISFIT',
            `What this gives does not fit "${set}.result": it ${problem.message}.`,
            'Change it, or what the data declares there.',
          ),
        ];
  });
};
