import { pointerStep } from '../kernel/canonical-json.ts';
import { type JsonSchema, validate } from '../kernel/json-schema.ts';
import { declaredField } from './decision-column.ts';
import { isLeaf } from './entered-states.ts';
import { checkExpression } from './expression-check.ts';
import { type ExpressionNames, follow } from './expression-names.ts';
import { type Finding, failing, warning } from './finding.ts';
import { assignedFindings } from './lint-carried.ts';
import type { LintContext } from './lint-context.ts';
import { schemaRoot } from './lint-data.ts';
import { expressionNamesAt } from './lint-expressions.ts';
import { needIn } from './lint-references.ts';
import { valueExpressions } from './value-expressions.ts';

type Migration = NonNullable<LintContext['document']['migrations']>[number];

/** Migrations come from other versions, each once, into states and data that this version has. */
export const migrationFindings = (context: LintContext): Finding[] => {
  const { version, migrations = [] } = context.document;
  return migrations.flatMap((migration, place) => {
    const pointer = `/migrations/${place}`;
    const findings: Finding[] = [];
    if (migration.from === version) {
      const message = `This is version ${version} itself.`;
      const fix = 'Name an earlier version of this definition.';
      findings.push(failing(`${pointer}/from`, 'MIGRATION_FROM_ITSELF', message, fix));
    }
    if (migrations.findIndex(({ from }) => from === migration.from) < place) {
      const message = `Another migration comes from ${migration.from} too.`;
      findings.push(failing(`${pointer}/from`, 'MIGRATION_DUPLICATE', message, 'Keep one of them.'));
    }
    return [
      ...findings,
      ...stateFindings(context, migration, pointer),
      ...dataFindings(context, migration, `${pointer}/data`),
    ];
  });
};

/** A case stands in states without children, so only such a one can be where it goes on. */
const stateFindings = ({ index }: LintContext, { states }: Migration, pointer: string): Finding[] => {
  const findings: Finding[] = [];
  const need = needIn(findings);
  for (const [old, target] of Object.entries(states)) {
    const at = `${pointer}/states${pointerStep(old)}`;
    need([{ name: target, pointer: at }], index.byId.keys(), 'STATE_UNKNOWN', 'state');
    const state = index.byId.get(target);
    if (state !== undefined && !isLeaf(state)) {
      const message = `"${target}" is no state that a case stands in.`;
      const fix = 'Name a state without children that is no history.';
      findings.push(failing(at, 'MIGRATION_STATE_INNER', message, fix));
    }
  }
  return findings;
};

const dataFindings = (context: LintContext, { data = {} }: Migration, pointer: string): Finding[] => {
  const { set = {}, drop = [] } = data;
  const declared = {
    variables: { data: context.document.data as JsonSchema },
    root: schemaRoot(context.document),
  };
  const names = oldNames(context);
  return [
    ...Object.entries(set).flatMap(([path, value]) => {
      const at = `${pointer}/set${pointerStep(path)}`;
      const steps = ['data', ...path.split('.')];
      if (follow(declared, steps).kind === 'missing') {
        const message = `The data of this version has nothing called "${path}".`;
        return [failing(at, 'ASSIGN_UNKNOWN', message, 'Declare it under "data" first.')];
      }
      const expressions = valueExpressions(value, at);
      const field = declaredField(steps, declared);
      const isPlain = expressions.length === 0 && field !== undefined && field['x-personal'] !== true;
      const problems = isPlain ? validate(field, value, declared.root, { personal: 'sealed' }) : [];
      return [
        ...expressions.flatMap((one) =>
          checkExpression(one.expression, names).map(({ code, message, fix }) =>
            failing(one.pointer, `EXPRESSION_${code}`, message, fix),
          ),
        ),
        ...assignedFindings(value, steps, at, names),
        ...problems.map(({ pointer: below, message }) =>
          failing(at + below, 'MIGRATION_VALUE_INVALID', `It ${message}.`, `Give what "${path}" declares.`),
        ),
      ];
    }),
    ...drop.flatMap((path, place) => {
      const at = `${pointer}/drop/${place}`;
      if (Object.hasOwn(set, path)) {
        const message = `"${path}" is set and dropped at once.`;
        return [failing(at, 'MIGRATION_CONTRADICTION', message, 'Keep one of them.')];
      }
      return follow(declared, ['data', ...path.split('.')]).kind === 'missing'
        ? []
        : [
            warning(
              at,
              'MIGRATION_DROPS_DECLARED',
              `This version declares "${path}".`,
              'Keep it, or remove it there.',
            ),
          ];
    }),
  ];
};

/**
 * What a migration may read: the case as the earlier version left it, but neither event, actor nor facts, for nobody
 * acts. The earlier version's schema is not at hand, so whatever this version does not declare may have been there;
 * what it declares as personal stays personal.
 */
const oldNames = (context: LintContext): ExpressionNames => {
  const { ledger, documents, links, case: about } = expressionNamesAt(context)('any').variables;
  const root = schemaRoot(context.document);
  return {
    variables: {
      data: opened(context.document.data as JsonSchema),
      ...(ledger && documents && links && about ? { ledger, documents, links, case: about } : {}),
    },
    root: { $defs: mapped(root.$defs ?? {}) },
  };
};

/** The schema with every object open. */
const opened = (schema: JsonSchema): JsonSchema => ({
  ...schema,
  ...(schema.properties === undefined ? {} : { properties: mapped(schema.properties) }),
  ...(schema.items === undefined ? {} : { items: opened(schema.items) }),
  ...(schema.oneOf === undefined ? {} : { oneOf: schema.oneOf.map(opened) }),
  ...(schema.anyOf === undefined ? {} : { anyOf: schema.anyOf.map(opened) }),
  ...(schema.$ref === undefined ? { additionalProperties: openedRest(schema.additionalProperties) } : {}),
});

const openedRest = (rest: JsonSchema['additionalProperties']): JsonSchema | true =>
  typeof rest === 'object' ? opened(rest) : true;

const mapped = (schemas: { [name: string]: JsonSchema }): { [name: string]: JsonSchema } =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, opened(schema)]));
