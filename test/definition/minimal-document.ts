import type { DefinitionDocument } from '../../machines/definition/schema.ts';

/** The smallest document that uses every table and passes lint without an error. Fresh at each call. */
export const minimalDocument = (): DefinitionDocument => ({
  id: 'enquiry',
  version: '1.0.0',
  kind: 'enquiry',
  title: { zh: '咨询', en: 'Enquiry' },
  calendar: 'cn',
  data: {
    type: 'object',
    properties: {
      topic: { type: 'string' },
      answer: { type: 'string' },
      name: { type: 'string', 'x-personal': true },
    },
    required: ['topic'],
    additionalProperties: false,
  },
  events: {
    reply: {
      title: { zh: '答复', en: 'Reply' },
      by: ['handler'],
      data: {
        type: 'object',
        properties: { answer: { type: 'string' }, name: { type: 'string', 'x-personal': true } },
        required: ['answer'],
        additionalProperties: false,
      },
    },
    close: { title: { zh: '结案', en: 'Close' }, by: ['handler'] },
  },
  machine: {
    initial: 'received',
    states: {
      received: {
        title: { zh: '已收到', en: 'Received' },
        on: {
          reply: {
            target: 'sending',
            actions: [{ type: 'assign', set: { answer: { '@expr': 'event.answer', '@lang': 'feel' } } }],
          },
        },
      },
      sending: {
        title: { zh: '发送中', en: 'Sending' },
        invoke: { src: 'letter', onDone: 'answered', onError: 'incident' },
      },
      answered: { title: { zh: '已答复', en: 'Answered' }, on: { close: 'closed' } },
      closed: { title: { zh: '已结案', en: 'Closed' }, type: 'final' },
    },
  },
  tasks: {
    received: { title: { zh: '答复咨询', en: 'Answer the enquiry' }, role: 'handler', outcomes: ['reply'] },
    answered: { title: { zh: '结案', en: 'Close the enquiry' }, role: 'handler', outcomes: ['close'] },
  },
  deadlines: {
    answer: {
      title: { zh: '答复期限', en: 'Answer' },
      source: { kind: 'company promise', rule: 'Service standard', note: 'example' },
      starts: [{ opened: true }],
      stops: [{ enter: 'answered', time: 'recorded' }],
      limit: 'P5D',
      count: 'calendar-days',
      onBreach: { tell: ['complaints-manager'] },
    },
  },
  documents: { request: { title: { zh: '来函', en: 'Request' }, mandatory: true, waivable: true } },
  services: { letter: { activity: 'letter.send' } },
  children: { followup: { definition: 'complaint', rel: 'follow-up' } },
  open: { by: ['agent', 'handler'] },
  reopen: { by: ['handler'], from: { closed: { target: 'received', restart: ['answer'] } } },
});
