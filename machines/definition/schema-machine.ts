import { z } from 'zod';
import type { Guard as KernelGuard, StateNode as KernelStateNode } from '../kernel/definition.ts';
import {
  EventName,
  Expression,
  Key,
  Length,
  list,
  named,
  roles,
  ServiceName,
  Text,
  Title,
  Value,
} from './schema-parts.ts';

export const Guard: z.ZodType<KernelGuard> = z
  .lazy(() =>
    z.union([
      Expression,
      z.strictObject({ and: list(Guard).min(1) }),
      z.strictObject({ or: list(Guard).min(1) }),
      z.strictObject({ not: Guard }),
      z.strictObject({ in: Key }),
    ]),
  )
  .meta({ id: 'Guard' });

export const ledgerLineKinds = ['reserve', 'approved', 'paid', 'failed', 'reversed', 'recovered'] as const;

export const Action = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('assign'), set: named(Text, Value) }),
    z.strictObject({
      type: z.literal('raise'),
      event: EventName,
      data: Value.exactOptional(),
      delay: Length.exactOptional(),
      id: Key.exactOptional(),
    }),
    z.strictObject({ type: z.literal('cancel'), id: Key }),
    z.strictObject({
      type: z.literal('ledger'),
      line: z.enum(ledgerLineKinds),
      add: Value.exactOptional(),
      set: Value.exactOptional(),
      ref: Value.exactOptional(),
    }),
    z.strictObject({
      type: z.literal('deliver'),
      template: Key,
      to: z.union([z.strictObject({ customer: z.literal(true) }), z.strictObject({ roles })]),
      data: Value.exactOptional(),
    }),
    z.strictObject({
      type: z.literal('start'),
      child: Key,
      data: Value.exactOptional(),
      each: Expression.exactOptional(),
    }),
    z.strictObject({ type: z.literal('tell'), rel: Key, event: EventName, data: Value.exactOptional() }),
    z.strictObject({ type: z.literal('waive'), document: Value }),
    z.strictObject({ type: z.literal('decide'), decision: Key, set: Text }),
    z.strictObject({ type: z.literal('compensate'), service: ServiceName }),
  ])
  .meta({ id: 'Action' });

/** `sibling`, `sibling.child`, `.child` or `#id`, as in XState. */
export const Target = z
  .string()
  .regex(/^(#|\.)?[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z][A-Za-z0-9-]*)*$/)
  .max(300);

export const Transition = z
  .strictObject({
    target: z.union([Target, list(Target).min(1)]).exactOptional(),
    guard: Guard.exactOptional(),
    actions: list(Action).exactOptional(),
    reenter: z.boolean().exactOptional(),
  })
  .meta({ id: 'Transition' });

export const Transitions = z
  .union([Target, Transition, list(z.union([Target, Transition])).min(1)])
  .meta({ id: 'Transitions' });

export const Invoke = z
  .strictObject({
    id: Key.exactOptional(),
    src: ServiceName,
    input: Value.exactOptional(),
    onDone: Transitions.exactOptional(),
    // Required by lint rather than here, so that the finding can say why and how.
    onError: z.union([z.literal('incident'), Transitions]),
  })
  .meta({ id: 'Invoke' });

/** `*` catches whatever nothing else does, `offer.*` every event whose name starts so. */
const EventPattern = z.union([EventName, z.literal('*'), z.string().regex(/^[a-z][a-z0-9.-]{0,76}\.\*$/)]);

export const StateNode: z.ZodType<KernelStateNode> = z
  .lazy(() =>
    z.strictObject({
      id: Key.exactOptional(),
      title: Title.exactOptional(),
      type: z.enum(['parallel', 'final', 'history']).exactOptional(),
      history: z.enum(['shallow', 'deep']).exactOptional(),
      target: Target.exactOptional(),
      initial: Key.exactOptional(),
      states: named(Key, StateNode).exactOptional(),
      on: named(EventPattern, Transitions).exactOptional(),
      always: Transitions.exactOptional(),
      after: named(Length, Transitions).exactOptional(),
      onDone: Transitions.exactOptional(),
      invoke: z.union([Invoke, list(Invoke).min(1)]).exactOptional(),
      entry: list(Action).exactOptional(),
      exit: list(Action).exactOptional(),
      'x-restricted': roles.exactOptional(),
    }),
  )
  .meta({ id: 'StateNode' });
