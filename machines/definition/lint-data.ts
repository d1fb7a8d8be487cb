import { pointerStep } from '../kernel/canonical-json.ts';
import { type JsonSchema, validate } from '../kernel/json-schema.ts';
import { checkSchema } from '../kernel/json-schema-check.ts';
import { type Finding, failing } from './finding.ts';
import type { LintContext } from './lint-context.ts';

/** Every JSON Schema of the document with where it stands. */
const schemaPlaces = ({ data, $defs, facts, events, decisions, reopen }: LintContext['document']) => [
  { schema: data, pointer: '/data' },
  ...Object.entries($defs ?? {}).map(([name, schema]) => ({ schema, pointer: `/$defs${pointerStep(name)}` })),
  ...Object.entries(facts ?? {}).map(([name, schema]) => ({ schema, pointer: `/facts${pointerStep(name)}` })),
  ...Object.entries(events).flatMap(([name, event]) =>
    event.data === undefined ? [] : [{ schema: event.data, pointer: `/events${pointerStep(name)}/data` }],
  ),
  ...Object.entries(decisions ?? {}).flatMap(([name, { outputs }]) =>
    outputs.map(({ schema }, at) => ({
      schema,
      pointer: `/decisions${pointerStep(name)}/outputs/${at}/schema`,
    })),
  ),
  ...(reopen?.data === undefined ? [] : [{ schema: reopen.data, pointer: '/reopen/data' }]),
];

/** The schema that `$ref`s of a document are resolved against. */
export const schemaRoot = ({ $defs }: LintContext['document']): JsonSchema => ({
  $defs: ($defs ?? {}) as { [name: string]: JsonSchema },
});

/** Schemas use only what the validator knows, and name roles that exist. */
export const schemaKeywordFindings = ({ document, roles }: LintContext): Finding[] => {
  const root = schemaRoot(document);
  return schemaPlaces(document).flatMap(({ schema, pointer }) => [
    ...checkSchema(schema, root).map((problem) =>
      failing(
        pointer + problem.pointer,
        'SCHEMA_INVALID',
        `It ${problem.message}.`,
        'Use the keywords that forms and checks know.',
      ),
    ),
    ...markedRoles(schema, pointer)
      .filter(({ role }) => !roles.has(role))
      .map(({ role, pointer: at }) =>
        failing(at, 'ROLE_UNKNOWN', `There is no role "${role}".`, 'Name a role that people carry.'),
      ),
  ]);
};

const roleMarks = ['x-restricted', 'x-person'];

const markedRoles = (value: unknown, pointer: string): { role: string; pointer: string }[] => {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, item]) =>
    roleMarks.includes(key) && Array.isArray(item)
      ? item.map((role, place) => ({ role: String(role), pointer: `${pointer}/${key}/${place}` }))
      : markedRoles(item, pointer + pointerStep(key)),
  );
};

/** The openings of examples are data that a case could be opened with, and name what exists. */
export const scenarioFindings = (context: LintContext): Finding[] => {
  const { document, index } = context;
  return (document.scenarios ?? []).flatMap((scenario, place) => {
    const pointer = `/scenarios/${place}`;
    const problems = validate(document.data as JsonSchema, scenario.opening.data, schemaRoot(document), {
      personal: 'clear',
    });
    const states = scenario.steps.flatMap((step, at) =>
      [step.in ?? []].flat().map((id) => ({ id, pointer: `${pointer}/steps/${at}/in` })),
    );
    return [
      ...problems.map(({ pointer: at, message }) =>
        failing(`${pointer}/opening/data${at}`, 'SCENARIO_INVALID', `It ${message}.`, 'Correct the example.'),
      ),
      ...states
        .filter(({ id }) => !index.byId.has(id))
        .map(({ id, pointer: at }) =>
          failing(at, 'STATE_UNKNOWN', `There is no state "${id}".`, 'Correct the example.'),
        ),
      ...(scenario.profile === undefined || Object.hasOwn(document.profiles ?? {}, scenario.profile)
        ? []
        : [
            failing(
              `${pointer}/profile`,
              'PROFILE_UNKNOWN',
              `There is no profile "${scenario.profile}".`,
              'Declare it.',
            ),
          ]),
    ];
  });
};
