import { describe, expect, it } from 'vitest';
import { definitionHash, runtimePartHash } from '../../machines/definition/hash.ts';
import { RuntimePartTooLargeError, runtimePart } from '../../machines/definition/runtime-part.ts';
import { minimalDocument } from './minimal-document.ts';

const keysIn = (value: unknown): string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, item]) => [key, ...keysIn(item)])
    : [];

describe('the hash of a version', () => {
  it('stays what it was', () => {
    expect(definitionHash(minimalDocument())).toBe(
      'c57917c5b535e1c058b06894d97f4cae6a1ca5cc91fdee1c5b861009726bf48e',
    );
    expect(runtimePartHash(runtimePart(minimalDocument()))).toBe(
      '6c2e5a02594653bb7857ef3e4dd896d4987da92bb1a9ff158cc1cae78c3b3753',
    );
  });

  it('does not depend on the order of members, on layout, or on comments', () => {
    const document = minimalDocument();
    const reversed = Object.fromEntries(Object.entries(document).reverse()) as typeof document;
    const dressed = {
      ...reversed,
      $comment: 'Written in spring.',
      layout: { nodes: { received: { x: 10, y: 20 } } },
      data: { ...document.data, $comment: 'What the customer says.' },
    };
    expect(definitionHash(dressed)).toBe(definitionHash(document));
  });

  it('changes with a title, a scenario, a length', () => {
    const document = minimalDocument();
    const variants = [
      { ...document, title: { zh: '咨询', en: 'Question' } },
      {
        ...document,
        deadlines: { ...document.deadlines, answer: { ...document.deadlines?.answer, limit: 'P6D' } },
      },
      { ...document, scenarios: [] },
    ] as (typeof document)[];
    const hashes = new Set([document, ...variants].map(definitionHash));
    expect(hashes.size).toBe(4);
  });
});

describe('the part that travels with a case', () => {
  it('has no titles, comments, layout, scenarios or migrations', () => {
    const document = {
      ...minimalDocument(),
      $comment: 'x',
      layout: {},
      scenarios: [],
      migrations: [],
      $schema: 'y',
    };
    const keys = keysIn(runtimePart(document));
    for (const left of ['title', '$comment', 'layout', 'scenarios', 'migrations', '$schema', 'checklist']) {
      expect(keys).not.toContain(left);
    }
  });

  it('keeps a property that happens to be called title, and drops the annotation', () => {
    const document = minimalDocument();
    document.data = {
      type: 'object',
      title: 'Data',
      properties: { title: { type: 'string', title: 'Book' } },
    };
    expect(runtimePart(document).data).toEqual({
      type: 'object',
      properties: { title: { type: 'string' } },
    });
  });

  it('is refused above 100 KB', () => {
    const document = minimalDocument();
    document.data = { type: 'string', enum: Array.from({ length: 11_000 }, (_, n) => `value-${n}`) };
    expect(() => runtimePart(document)).toThrow(RuntimePartTooLargeError);
  });
});
