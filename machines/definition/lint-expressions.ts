import { pointerStep } from '../kernel/canonical-json.ts';
import type { Guard } from '../kernel/definition.ts';
import { type Expression, isExpression } from '../kernel/expression.ts';
import type { JsonSchema } from '../kernel/json-schema.ts';
import type { EventSeen } from './action-places.ts';
import { seenBy } from './action-places.ts';
import { checkExpression } from './expression-check.ts';
import type { ExpressionNames } from './expression-names.ts';
import { type Finding, failing } from './finding.ts';
import { carriedFindings } from './lint-carried.ts';
import type { LintContext } from './lint-context.ts';
import { schemaRoot } from './lint-data.ts';
import { ledgerLineKinds } from './schema-machine.ts';
import { valueExpressions } from './value-expressions.ts';

interface Placed {
  expression: Expression;
  pointer: string;
  use: 'guard' | 'value';
  sees: EventSeen;
  item?: boolean;
}

/** Every expression is one, names what is there, and looks into nothing personal. */
export const expressionFindings = (context: LintContext): Finding[] => {
  const names = expressionNamesAt(context);
  return [
    ...expressionPlaces(context).flatMap(({ expression, pointer, use, sees, item }) =>
      checkExpression(expression, names(sees, item), { use }).map(({ code, message, fix }) =>
        failing(pointer, `EXPRESSION_${code}`, message, fix),
      ),
    ),
    ...carriedFindings(context, names),
  ];
};

const expressionPlaces = ({ document, index, actions }: LintContext): Placed[] => [
  ...index.transitions.flatMap(({ guard, guardPointer, cause }) =>
    guardExpressions(guard, guardPointer).map((one) => ({
      ...one,
      use: 'guard' as const,
      sees: seenBy(cause),
    })),
  ),
  ...actions.flatMap(({ action, pointer, sees }) =>
    valueExpressions(action, pointer).map((one) => ({
      ...one,
      use: 'value' as const,
      sees,
      item: action.type === 'start',
    })),
  ),
  ...index.invokes.flatMap(({ invoke, pointer }) =>
    valueExpressions(invoke.input, `${pointer}/input`).map((one) => ({
      ...one,
      use: 'value' as const,
      sees: 'any' as const,
    })),
  ),
  ...Object.entries(document.events).flatMap(([event, { authority }]) =>
    valueExpressions(authority, `/events${pointerStep(event)}/authority`).map((one) => ({
      ...one,
      use: 'value' as const,
      sees: { event },
    })),
  ),
  ...guardExpressions(document.reopen?.guard, '/reopen/guard').map((one) => ({
    ...one,
    use: 'guard' as const,
    sees: { event: '' },
  })),
];

const guardExpressions = (
  guard: Guard | undefined,
  pointer: string,
): { expression: Expression; pointer: string }[] => {
  if (guard === undefined || (!isExpression(guard) && 'in' in guard)) {
    return [];
  }
  if (isExpression(guard)) {
    return [{ expression: guard, pointer }];
  }
  if ('not' in guard) {
    return guardExpressions(guard.not, `${pointer}/not`);
  }
  const [word, parts] = 'and' in guard ? ['and', guard.and] : ['or', guard.or];
  return parts.flatMap((part, place) => guardExpressions(part, `${pointer}/${word}/${place}`));
};

/** What expressions may name where this event's data is seen. */
export const expressionNamesAt = ({ document, index }: LintContext) => {
  const root = schemaRoot(document);
  const anything: JsonSchema = { type: 'object', additionalProperties: true };
  const none: JsonSchema = { type: 'object' };
  const texts: JsonSchema = { type: 'array', items: { type: 'string' } };
  const money: JsonSchema = {
    type: 'object',
    properties: { amount: { type: 'integer' }, currency: { type: 'string' } },
  };
  const all = Object.values(document.events).map(({ data }) => data as JsonSchema | undefined);
  const eventSchema = (sees: EventSeen): JsonSchema => {
    if (sees === 'service') {
      return anything;
    }
    if (sees === 'any') {
      // After a service its answer is seen, of which nothing is known.
      const open = index.invokes.length > 0 ? [anything] : [];
      return { anyOf: [...open, ...all.filter((schema) => schema !== undefined), none] };
    }
    const own = Object.hasOwn(document.events, sees.event) ? document.events[sees.event]?.data : undefined;
    return sees.event === ''
      ? ((document.reopen?.data as JsonSchema) ?? none)
      : ((own as JsonSchema) ?? none);
  };
  return (sees: EventSeen, item = false): ExpressionNames => ({
    variables: {
      data: document.data as JsonSchema,
      event: eventSchema(sees),
      actor: { type: 'object', properties: { id: { type: 'string' }, roles: texts } },
      facts: { type: 'object', properties: (document.facts ?? {}) as { [name: string]: JsonSchema } },
      ledger: {
        type: 'object',
        properties: Object.fromEntries(ledgerLineKinds.map((kind) => [kind, money])),
      },
      documents: {
        type: 'object',
        properties: { missing: texts, received: texts, waived: texts, deferred: texts },
      },
      links: { type: 'object', additionalProperties: { type: 'integer' } },
      case: caseSchema,
      ...(item ? { item: anything } : {}),
    },
    root,
  });
};

const caseSchema: JsonSchema = {
  type: 'object',
  properties: {
    kind: { type: 'string' },
    receivedAt: { type: 'string', format: 'date-time' },
    openedAt: { type: 'string', format: 'date-time' },
    epoch: { type: 'integer' },
    profile: { type: ['string', 'null'] },
    historical: { type: 'boolean' },
  },
};
