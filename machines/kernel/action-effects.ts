import type { CompiledDecisions } from './decision.ts';
import type { Action } from './definition.ts';
import { type ExpressionLanguages, evaluate } from './expression.ts';
import type { Json, JsonObject } from './json.ts';
import { KernelError } from './kernel-error.ts';
import { asMoney, ledgerSums, withLine } from './ledger.ts';
import { expressionScope, type MachineContext, type MachineEvent } from './machine-context.ts';
import { own } from './own.ts';
import { computeValue, withPath } from './value.ts';

/** Children that one action may start at once. */
export const childrenMax = 100;

/** What an action asks the kernel to do outside; collected by the step in the machine's order. */
export type Asked =
  | { type: 'deliver'; template: string; to: { customer: true } | { roles: string[] }; data: Json }
  | { type: 'start'; child: string; data: JsonObject[] }
  | { type: 'tell'; rel: string; event: string; data: JsonObject }
  | { type: 'compensate'; service: string };

type ActionEffect =
  | { kind: 'change'; change: (context: MachineContext, event: MachineEvent) => MachineContext }
  | { kind: 'ask'; ask: (context: MachineContext, event: MachineEvent) => Asked };

/** Turns an action that is not XState's own into a change of the case's data or a wish to the outside. */
export const actionEffect = (
  action: Exclude<Action, { type: 'raise' | 'cancel' }>,
  languages: ExpressionLanguages,
  decisions: CompiledDecisions,
): ActionEffect => {
  switch (action.type) {
    case 'decide': {
      const table = own(decisions, action.decision);
      if (table === undefined) {
        throw new KernelError('DECISION_UNKNOWN', `There is no decision table "${action.decision}".`);
      }
      return {
        kind: 'change',
        change: (context, event) => {
          const { result, rules } = table.decide(expressionScope(context, event));
          return { ...context, data: withPath(context.data, action.set, { result, rules }) };
        },
      };
    }
    case 'assign':
      return {
        kind: 'change',
        change: (context, event) => {
          const scope = expressionScope(context, event);
          let { data } = context;
          for (const [path, value] of Object.entries(action.set)) {
            data = withPath(data, path, computeValue(value, scope, languages));
          }
          return { ...context, data };
        },
      };
    case 'ledger':
      return {
        kind: 'change',
        change: (context, event) => {
          const scope = expressionScope(context, event);
          const amount = asMoney(computeValue(action.set ?? action.add ?? null, scope, languages));
          const already = action.set === undefined ? 0 : ledgerSums(context.ledger)[action.line].amount;
          const { around } = context;
          return {
            ...context,
            ledger: withLine(context.ledger, {
              line: action.line,
              amount: { ...amount, amount: amount.amount - already },
              at: around.at,
              actorId: around.facts.actor.id,
              ...(action.ref === undefined ? {} : { ref: computeValue(action.ref, scope, languages) }),
              ...(around.fromCaseId === undefined ? {} : { caseId: around.fromCaseId }),
            }),
          };
        },
      };
    case 'waive':
      return {
        kind: 'change',
        change: (context, event) => {
          const key = computeValue(action.document, expressionScope(context, event), languages);
          const rule = typeof key === 'string' ? context.around.checklist[key] : undefined;
          if (typeof key !== 'string' || !(rule?.waivable || rule?.deferrable)) {
            throw new KernelError('NOT_WAIVABLE', 'This document can be neither waived nor deferred.');
          }
          const document = {
            id: `${key}#${context.documents.length + 1}`,
            key,
            status: rule.deferrable ? ('deferred' as const) : ('waived' as const),
            at: context.around.at,
          };
          return { ...context, documents: [...context.documents, document] };
        },
      };
    case 'deliver':
      return {
        kind: 'ask',
        ask: (context, event) => ({
          type: 'deliver',
          template: action.template,
          to: action.to,
          data: computeValue(action.data ?? {}, expressionScope(context, event), languages),
        }),
      };
    case 'start':
      return {
        kind: 'ask',
        ask: (context, event) => {
          const scope = expressionScope(context, event);
          const items = action.each === undefined ? [null] : evaluate(action.each, scope, languages);
          if (!Array.isArray(items) || items.length > childrenMax) {
            throw new KernelError('CHILDREN', `Children start from a list of at most ${childrenMax} items.`);
          }
          return {
            type: 'start',
            child: action.child,
            data: items.map((item) =>
              asObject(computeValue(action.data ?? {}, { ...scope, item }, languages)),
            ),
          };
        },
      };
    case 'compensate':
      return { kind: 'ask', ask: () => ({ type: 'compensate', service: action.service }) };
    case 'tell':
      return {
        kind: 'ask',
        ask: (context, event) => ({
          type: 'tell',
          rel: action.rel,
          event: action.event,
          data: asObject(computeValue(action.data ?? {}, expressionScope(context, event), languages)),
        }),
      };
  }
};

const asObject = (value: Json): JsonObject => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new KernelError('NOT_AN_OBJECT', 'What another case is told must be an object.');
  }
  return value;
};
