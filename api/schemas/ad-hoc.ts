import { z } from '@hono/zod-openapi';
import { commonFields, Instant, Reason } from './common.ts';

const PersonId = z.string().min(1).max(200);
const Text = Reason;

export const AddTask = z
  .strictObject({
    ...commonFields,
    kind: z.enum(['task', 'diary']).default('task').describe('`diary`: a date in one’s own diary'),
    to: PersonId.optional().describe('A colleague; default yourself'),
    department: z.string().min(1).max(60).optional().describe('Instead of a person: whoever of it claims it'),
    dueAt: Instant.optional().describe('A diary date needs one'),
    question: Text.optional(),
    answerExpected: z.boolean().optional().describe('The task ends with an answer only'),
  })
  .refine(({ to, department }) => to === undefined || department === undefined, {
    error: 'goes to a person or to a department, not to both',
    path: ['department'],
  })
  .refine(({ kind, department }) => kind !== 'diary' || department === undefined, {
    error: 'has no diary',
    path: ['department'],
  })
  .refine(({ kind, dueAt }) => kind !== 'diary' || dueAt !== undefined, {
    error: 'is needed for a diary date',
    path: ['dueAt'],
  })
  .openapi('AddTask');

const Channel = z.enum(['phone', 'visit', 'email', 'sms', 'letter', 'chat']);
const said = {
  ...commonFields,
  who: z.string().trim().min(1).max(200).optional().describe('With whom, as words'),
  note: Text.optional(),
  recording: z.url().max(2_000).optional().describe('Where the recording is'),
};

export const AddContact = z
  .strictObject({
    ...said,
    channel: Channel,
    direction: z.enum(['in', 'out']).default('out'),
    outcome: z.enum(['reached', 'no-answer', 'left-message', 'wrong-number']),
  })
  .openapi('AddContact');

export const NoAnswer = z.strictObject({ ...said, channel: Channel.default('phone') }).openapi('NoAnswer');

export const MakePromise = z
  .strictObject({ ...commonFields, dueAt: Instant, text: Text.describe('What was promised') })
  .openapi('MakePromise');

export const Contact = z
  .looseObject({
    contactId: z.string(),
    channel: Channel,
    direction: z.enum(['in', 'out']),
    outcome: z.string(),
    who: z.unknown().optional(),
    note: z.unknown().optional(),
    recording: z.unknown().optional(),
    by: z.string(),
    at: z.string(),
  })
  .openapi('Contact');
