import { describe, expect, it } from 'vitest';
import { lint } from '../../machines/definition/lint.ts';
import type { DefinitionDocument } from '../../machines/definition/schema.ts';
import { minimalDocument } from './minimal-document.ts';

type Services = NonNullable<DefinitionDocument['services']>;
type States = NonNullable<DefinitionDocument['machine']['states']>;

const compensate = (service: string) => [{ type: 'compensate' as const, service }];

/** The minimal document whose letter can be taken back, before it closes. */
const withRecall = (services: Services = {}, states: States = {}): DefinitionDocument => {
  const document = minimalDocument();
  return {
    ...document,
    services: {
      letter: { activity: 'letter.send', compensation: { service: 'recall' } },
      recall: { activity: 'letter.recall' },
      ...services,
    },
    machine: {
      ...document.machine,
      states: {
        ...document.machine.states,
        answered: { on: { close: 'recalling' } },
        recalling: { entry: compensate('letter'), on: { 'service.compensated': 'closed' } },
        ...states,
      },
    },
  };
};

const found = (document: DefinitionDocument) =>
  lint(document)
    .filter(({ code }) => code !== 'CHILD_UNUSED')
    .map(({ severity, code, pointer }) => `${severity} ${code} ${pointer}`);
const states = '/machine/states';

describe('lint of compensation', () => {
  it('finds nothing wrong with a service that is undone before the end', () => {
    expect(found(withRecall())).toEqual([]);
  });

  it.each<[string, DefinitionDocument, string]>([
    [
      'an unknown service to undo',
      withRecall({}, { recalling: { entry: compensate('fax'), on: { 'service.compensated': 'closed' } } }),
      `SERVICE_UNKNOWN ${states}/recalling/entry/0/service`,
    ],
    [
      'a service that nothing undoes',
      withRecall({ letter: { activity: 'letter.send' } }),
      `COMPENSATION_MISSING ${states}/recalling/entry/0/service`,
    ],
    [
      'an unknown service that undoes',
      withRecall({ letter: { activity: 'letter.send', compensation: { service: 'fax' } } }),
      'SERVICE_UNKNOWN /services/letter/compensation/service',
    ],
    [
      'a service that undoes itself',
      withRecall({ letter: { activity: 'letter.send', compensation: { service: 'letter' } } }),
      'COMPENSATION_CHAINED /services/letter/compensation/service',
    ],
    [
      'undoing on the way into the end',
      withRecall({}, { answered: { on: { close: { target: 'closed', actions: compensate('letter') } } } }),
      `COMPENSATE_AT_END ${states}/answered/on/close/actions/0`,
    ],
    [
      'undoing at the end',
      withRecall({}, { closed: { type: 'final', entry: compensate('letter') } }),
      `COMPENSATE_AT_END ${states}/closed/entry/0`,
    ],
  ])('refuses %s', (_, document, expected) => {
    expect(found(document)).toContain(`error ${expected}`);
  });

  it('warns where nothing waits, and of a compensation that is never used', () => {
    const unawaited = withRecall({}, { recalling: { entry: compensate('letter'), on: { close: 'closed' } } });
    expect(found(unawaited)).toContain('warning COMPENSATION_UNAWAITED /machine');
    const unused = withRecall({}, { recalling: { on: { close: 'closed' } } });
    expect(found(unused)).toContain('warning COMPENSATION_UNUSED /services/letter/compensation');
  });

  it('knows the event as the kernel’s own: nobody may declare it', () => {
    const document = withRecall();
    document.events['service.compensated'] = { by: ['handler'] };
    expect(found(document)).toContain('error NAME_RESERVED /events/service.compensated');
  });
});
