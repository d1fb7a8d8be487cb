import { z } from 'zod';
import { Guard } from './schema-machine.ts';
import {
  ActivityName,
  DataSchema,
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
} from './schema-parts.ts';

const eventOrEvents = z.union([EventName, list(EventName).min(1)]);
const stateOrStates = z.union([Key, list(Key).min(1)]);
const triggerParts = { time: z.enum(['occurred', 'recorded']).exactOptional(), proof: Key.exactOptional() };

export const EventDefinition = z
  .strictObject({
    title: Title.exactOptional(),
    by: roles,
    data: DataSchema.exactOptional(),
    reason: z.enum(['required', 'optional']).exactOptional(),
    notBy: list(EventName).exactOptional(),
    person: Expression.exactOptional(),
    authority: Expression.exactOptional(),
    'x-restricted': roles.exactOptional(),
  })
  .meta({ id: 'EventDefinition' });

const EarlierPart = z.union([z.strictObject({ task: Key }), z.strictObject({ event: EventName })]);

const TaskAssignment = z
  .union([
    z.enum(['least-loaded', 'round-robin', 'by-hand']),
    z.strictObject({ sameAs: Key }),
    z.strictObject({ notSameAs: EarlierPart }),
    z.strictObject({ managerOf: z.union([z.literal('owner'), EarlierPart]) }),
    z.strictObject({ by: Expression }),
    z.strictObject({ decision: Key }),
  ])
  .meta({ id: 'TaskAssignment' });

export const TaskDefinition = z
  .strictObject({
    title: Title.exactOptional(),
    role: Key,
    department: Key.exactOptional(),
    skills: list(Key).exactOptional(),
    licences: list(Key).exactOptional(),
    regions: z.union([list(Key).min(1), Expression]).exactOptional(),
    assign: TaskAssignment.exactOptional(),
    outcomes: list(EventName).min(1),
    notBy: list(Key).exactOptional(),
    returnTo: list(Key).min(1).exactOptional(),
    checklist: list(Title).exactOptional(),
    priority: z.enum(['high', 'normal', 'low']).exactOptional(),
  })
  .meta({ id: 'TaskDefinition' });

export const Trigger = z
  .union([
    z.strictObject({ opened: z.literal(true), ...triggerParts }),
    z.strictObject({ enter: stateOrStates, ...triggerParts }),
    z.strictObject({ exit: stateOrStates, ...triggerParts }),
    z.strictObject({ event: eventOrEvents, ...triggerParts }),
  ])
  .meta({ id: 'Trigger' });

export const Source = z
  .strictObject({
    kind: z.enum(['law', 'regulator', 'company promise']),
    rule: Text,
    article: Text.exactOptional(),
    jurisdiction: Text.exactOptional(),
    checked: Text.exactOptional(),
    note: Text.exactOptional(),
  })
  .meta({ id: 'Source' });

const fraction = z.number().gt(0).lte(1);

export const DeadlineDefinition = z
  .strictObject({
    title: Title.exactOptional(),
    source: Source,
    starts: list(Trigger).min(1),
    stops: list(Trigger).min(1),
    reopens: list(Trigger).exactOptional(),
    limit: Length,
    perStep: z.literal(true).exactOptional(),
    count: z.enum(['calendar-days', 'business-days', 'business-hours', 'elapsed']),
    calendar: Key.exactOptional(),
    lastDay: z.enum(['same', 'next-business', 'previous-business']).exactOptional(),
    warnAt: list(fraction).exactOptional(),
    pausedBy: list(
      z.strictObject({ cause: Key, from: list(Trigger).min(1), to: list(Trigger).min(1) }),
    ).exactOptional(),
    pauseCauses: list(z.strictObject({ cause: Key, by: roles })).exactOptional(),
    extensions: list(
      z.strictObject({
        name: Key,
        limit: Length,
        by: roles,
        notBy: list(EventName).exactOptional(),
        tellCustomer: z.boolean().exactOptional(),
      }),
    ).exactOptional(),
    onWarn: list(z.strictObject({ at: fraction, tell: roles })).exactOptional(),
    onBreach: z.strictObject({ tell: roles, raise: EventName.exactOptional() }).exactOptional(),
  })
  .meta({ id: 'DeadlineDefinition' });

/** What a profile changes of a deadline: any of its parts. */
export const DeadlineChange = z
  .strictObject(
    Object.fromEntries(
      Object.entries(DeadlineDefinition.shape).map(([name, part]) => [
        name,
        part instanceof z.ZodExactOptional ? part : z.exactOptional(part),
      ]),
    ) as DeadlineChangeShape,
  )
  .meta({ id: 'DeadlineChange' });

type DeadlineShape = typeof DeadlineDefinition.shape;
type DeadlineChangeShape = {
  [P in keyof DeadlineShape]: DeadlineShape[P] extends z.ZodExactOptional
    ? DeadlineShape[P]
    : z.ZodExactOptional<DeadlineShape[P]>;
};

export const DocumentDefinition = z
  .strictObject({
    title: Title.exactOptional(),
    mandatory: z.boolean().exactOptional(),
    deferrable: z.boolean().exactOptional(),
    waivable: z.boolean().exactOptional(),
    'x-restricted': roles.exactOptional(),
  })
  .meta({ id: 'DocumentDefinition' });

export const ServiceDefinition = z
  .strictObject({
    activity: ActivityName,
    timeout: Length.exactOptional(),
    retry: z
      .strictObject({
        attempts: z.int().min(1).max(100),
        firstDelay: Length,
        factor: z.number().min(1).max(10).exactOptional(),
        maxDelay: Length.exactOptional(),
      })
      .exactOptional(),
    compensation: z.strictObject({ service: ServiceName }).exactOptional(),
    approval: Key.exactOptional(),
  })
  .meta({ id: 'ServiceDefinition' });

export const ChildDefinition = z.strictObject({ definition: Key, rel: Key }).meta({ id: 'ChildDefinition' });

export const ProfileDefinition = z
  .strictObject({
    title: Title.exactOptional(),
    calendar: Key.exactOptional(),
    deadlines: named(Key, DeadlineChange.nullable()),
  })
  .meta({ id: 'ProfileDefinition' });

export const ReopenDefinition = z
  .strictObject({
    title: Title.exactOptional(),
    by: roles,
    guard: Guard.exactOptional(),
    data: DataSchema.exactOptional(),
    from: named(Key, z.strictObject({ target: Key, restart: list(Key).exactOptional() })),
  })
  .meta({ id: 'ReopenDefinition' });
