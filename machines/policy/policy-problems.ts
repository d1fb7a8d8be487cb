import { reservedRoles } from '../definition/known-names.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import type { Json } from '../kernel/json.ts';
import { type JsonSchema, validate } from '../kernel/json-schema.ts';
import { own } from '../kernel/own.ts';
import schema from '../kernel/policy/policy.v1.json' with { type: 'json' };
import { type Act, currentPolicy, type Policy } from '../kernel/policy/table.ts';
import { verbProblems } from './verb-problems.ts';

/** What keeps a table from being used, and where. */
export interface PolicyProblem {
  pointer: string;
  message: string;
}

/** Acts that are asked without a case to be near to. Personal values are those of the cases that somebody sees. */
const withoutCase = ['case.see-personal', 'case.import', 'customer.speak-for'];

/** Who acts for the engine itself: without them cases stand still. */
const engineRoles = ['system', 'case'];

/** Characters of canonical JSON that a table may have: it travels with every case. */
export const policyCharsMax = 60_000;

/** What makes a document no table at all: it is not as the schema says, or too large. */
export const policyShapeProblems = (table: unknown): PolicyProblem[] => {
  const faults = validate(schema as JsonSchema, table as Json, schema as JsonSchema, { personal: 'clear' });
  if (faults.length > 0) {
    return faults.map(({ pointer, message }) => ({ pointer, message }));
  }
  const chars = canonicalJson(table as Json).length;
  return chars > policyCharsMax
    ? [{ pointer: '', message: `has ${chars} characters; at most ${policyCharsMax} travel with a case` }]
    : [];
};

/**
 * What a company's own table must not lack: all acts of the shipped one, roles that there are, and everything that
 * keeps people apart. That may be made stricter, never dropped. Nor may it say what nothing asks for.
 *
 * @param roles ids of the company's roles
 */
export const policyProblems = (table: unknown, roles: readonly string[]): PolicyProblem[] => {
  const shape = policyShapeProblems(table);
  if (shape.length > 0) {
    return shape;
  }
  const policy = table as Policy;
  const known = [...roles, ...reservedRoles];
  return [
    ...Object.entries(currentPolicy.acts).flatMap(([name, shipped]) => {
      const row = own(policy.acts, name);
      return row === undefined
        ? [{ pointer: `/acts/${name}`, message: 'is missing: the engine asks for this act' }]
        : weakened(`/acts/${name}`, shipped, row);
    }),
    ...Object.entries(policy.acts).flatMap(([name, row]) => [
      ...strangers(policy, name, row, known),
      ...verbProblems(policy, name, row),
    ]),
    ...eventsTwice(policy),
  ];
};

/** What the row no longer keeps apart, or no longer is. */
const weakened = (pointer: string, shipped: Act, row: Act): PolicyProblem[] => [
  ...(shipped.apartFrom ?? [])
    .filter((other) => !row.apartFrom?.includes(other))
    .map((other) => ({
      pointer: `${pointer}/apartFrom`,
      message: `must keep ${other}: a separation of duties may be added to, not dropped`,
    })),
  ...(shipped.notOwner === true && row.notOwner !== true
    ? [{ pointer: `${pointer}/notOwner`, message: 'must stay true: a separation of duties is not dropped' }]
    : []),
  ...(shipped.within !== undefined && row.within !== shipped.within
    ? [{ pointer: `${pointer}/within`, message: `must stay ${shipped.within}: the limit is not dropped` }]
    : []),
  ...(shipped.lent === false && row.lent !== false
    ? [{ pointer: `${pointer}/lent`, message: 'must stay false: this is by one’s own office' }]
    : []),
  ...Object.entries(shipped.events ?? {}).flatMap(([definition, types]) =>
    types
      .filter((type) => !own(row.events, definition)?.includes(type))
      .map((type) => ({
        pointer: `${pointer}/events/${definition}`,
        message: `must keep ${type}: what is said of the act would not hold for it`,
      })),
  ),
  ...engineRoles
    .filter((role) => own(shipped.by, role) !== undefined && own(row.by, role) !== shipped.by[role])
    .map((role) => ({
      pointer: `${pointer}/by/${role}`,
      message: `must stay ${shipped.by[role]}: the engine itself acts by it`,
    })),
];

const strangers = (policy: Policy, name: string, row: Act, known: readonly string[]): PolicyProblem[] => [
  ...Object.entries(row.by).flatMap(([role, scope]) => [
    ...(known.includes(role)
      ? []
      : [{ pointer: `/acts/${name}/by/${role}`, message: `there is no role ${role}` }]),
    ...(scope !== 'all' && withoutCase.includes(name)
      ? [{ pointer: `/acts/${name}/by/${role}`, message: 'must be all: it is asked without a case' }]
      : []),
  ]),
  ...(row.apartFrom ?? []).flatMap((other, index) =>
    own(policy.acts, other) === undefined
      ? [{ pointer: `/acts/${name}/apartFrom/${index}`, message: `there is no act ${other}` }]
      : [],
  ),
];

/** An event that were two acts would be judged by one of them only. */
const eventsTwice = (policy: Policy): PolicyProblem[] => {
  const acts = new Map<string, string>();
  return Object.entries(policy.acts).flatMap(([name, { events = {} }]) =>
    Object.entries(events).flatMap(([definition, types]) =>
      types.flatMap((type, index) => {
        const key = `${definition}:${type}`;
        const other = acts.get(key);
        acts.set(key, name);
        return other === undefined
          ? []
          : [
              {
                pointer: `/acts/${name}/events/${definition}/${index}`,
                message: `${type} is ${other} already: an event is one act`,
              },
            ];
      }),
    ),
  );
};
