import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { DefinitionDocument, definitionJsonSchema } from '../../machines/definition/schema.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { minimalDocument } from './minimal-document.ts';

const publishedFile = new URL('../../machines/definition/case-definition.v1.json', import.meta.url);

/** What people read, or what leads a case here, and a case does not carry. */
type NotCarried = '$schema' | '$comment' | 'title' | 'layout' | 'scenarios' | 'migrations';

describe('the schema of a definition document', () => {
  it('gives the types that the kernel is written against', () => {
    expectTypeOf<Omit<DefinitionDocument, NotCarried>>().toExtend<RuntimeDefinition>();
    expectTypeOf<keyof RuntimeDefinition>().toEqualTypeOf<Exclude<keyof DefinitionDocument, NotCarried>>();
    expectTypeOf<keyof DefinitionDocument['events'][string]>().toEqualTypeOf<
      keyof RuntimeDefinition['events'][string]
    >();
    type Deadline = NonNullable<RuntimeDefinition['deadlines']>[string];
    expectTypeOf<keyof NonNullable<DefinitionDocument['deadlines']>[string]>().toEqualTypeOf<
      keyof Deadline
    >();
    type Task = NonNullable<RuntimeDefinition['tasks']>[string];
    expectTypeOf<keyof NonNullable<DefinitionDocument['tasks']>[string]>().toEqualTypeOf<keyof Task>();
    type Decision = NonNullable<RuntimeDefinition['decisions']>[string];
    expectTypeOf<keyof NonNullable<DefinitionDocument['decisions']>[string]>().toEqualTypeOf<
      keyof Decision
    >();
    type Service = NonNullable<RuntimeDefinition['services']>[string];
    expectTypeOf<keyof NonNullable<DefinitionDocument['services']>[string]>().toEqualTypeOf<keyof Service>();
  });

  it('is published as JSON Schema, and the file is what the schema generates', () => {
    const generated = definitionJsonSchema();
    if (process.env.UPDATE_SCHEMA === '1') {
      writeFileSync(publishedFile, `${JSON.stringify(generated, null, 2)}\n`);
    }
    expect(JSON.parse(readFileSync(publishedFile, 'utf8'))).toEqual(generated);
  });

  it('accepts a minimal document', () => {
    expect(DefinitionDocument.safeParse(minimalDocument()).error).toBeUndefined();
  });

  const strangers: [string, (document: ReturnType<typeof minimalDocument>) => object][] = [
    ['the document', (d) => ({ ...d, functions: {} })],
    ['an event', (d) => ({ ...d, events: { ...d.events, close: { by: ['handler'], run: 'x' } } })],
    ['a state', (d) => ({ ...d, machine: { ...d.machine, output: 1 } })],
    ['a deadline', (d) => ({ ...d, deadlines: { answer: { ...d.deadlines?.answer, hours: 3 } } })],
    ['a title', (d) => ({ ...d, title: { ...d.title, fr: 'Dossier' } })],
  ];
  it.each(strangers)('refuses an unknown field in %s', (_, change) => {
    expect(DefinitionDocument.safeParse(change(minimalDocument())).success).toBe(false);
  });

  it('refuses more states beside each other than the limit', () => {
    const many = Object.fromEntries(Array.from({ length: 301 }, (_, n) => [`s${n}`, {}]));
    const document = { ...minimalDocument(), machine: { initial: 's0', states: many } };
    expect(DefinitionDocument.safeParse(document).success).toBe(false);
  });
});
