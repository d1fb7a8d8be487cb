import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

// Guarantee: the layers stay apart, what must be pure stays pure, and files stay small and named for what they do.

const root = join(import.meta.dirname, '..');
// The rules for a layer that is not there yet hold from its first file on.
const layers = ['machines', 'workflows', 'activities', 'db', 'api', 'web', 'cli'].filter((layer) =>
  existsSync(join(root, layer)),
);

const sourcesUnder = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, file))
    .filter((file) => /\.(ts|tsx)$/.test(file) && !/(^|\/)(node_modules|dist|migrations)\//.test(file));

const files = layers.flatMap(sourcesUnder);
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Import {
  file: string;
  /** A path from the project's folder, or a package's specifier. */
  target: string;
  /** Erased: `import type`, or only `type` names in its braces. */
  typeOnly: boolean;
}

// Comments go, texts stay: a specifier is a text.
const withoutComments = (text: string): string =>
  text.replace(
    /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (found) => (found.startsWith('/') ? '' : found),
  );

const statement =
  /^\s*(?:import|export)\s+(type\s+)?((?:[\w*]+(?:\s+as\s+\w+)?\s*,?\s*)?(?:\{[^}]*\}\s*)?)(?:from\s*)?['"]([^'"]+)['"]|\bimport\s*\(\s*['"]([^'"]+)['"]/gm;

const importsIn = (file: string, text: string): Import[] =>
  [...withoutComments(text).matchAll(statement)].map(([, type, names = '', specifier, dynamic]) => {
    const target = specifier ?? dynamic ?? '';
    const listed = /^\{([^}]*)\}\s*$/
      .exec(names.trim())?.[1]
      ?.split(',')
      .map((name) => name.trim());
    const allTypes = listed?.filter((name) => name !== '').every((name) => name.startsWith('type ')) ?? false;
    return {
      file,
      target: target.startsWith('.') ? relative(root, join(root, dirname(file), target)) : target,
      typeOnly: type !== undefined || (names.trim() !== '' && allTypes),
    };
  });

const imports = files.flatMap((file) => importsIn(file, textOf(file)));
const show = ({ file, target, typeOnly }: Import): string =>
  `${file} imports ${typeOnly ? 'type ' : ''}${target}`;
const isIn = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
/** The imports of files in a folder that break a rule. */
const offending = (folder: string, breaks: (each: Import) => boolean): string[] =>
  imports.filter((each) => isIn(each.file, folder) && breaks(each)).map(show);
const isLayer = ({ target }: Import): boolean => layers.some((layer) => isIn(target, layer));
/** Imports that reach another layer than those given. */
const beyond =
  (...allowed: string[]) =>
  (each: Import): boolean =>
    isLayer(each) && !allowed.some((folder) => isIn(each.target, folder));

it('imports are read as the compiler reads them', () => {
  const source = `
    import a from './a.ts';
    import type { B } from "./b.ts";
    import { type C, type D } from '../c.ts';
    import { type E, f } from './f.ts';
    import {
      g,
    } from 'package/g';
    import './h.ts';
    import * as i from 'node:i';
    export { j } from './j.ts';
    export * from './k.ts';
    import l, { m } from './l.ts';
    const n = await import('./n.ts');
    // import { o } from './o.ts';
    /* import { p } from './p.ts'; */
    const text = "import { q } from './q.ts'"; const url = 'http://example.org';
  `;
  expect(
    importsIn('db/x/file.ts', source).map(({ target, typeOnly }) => (typeOnly ? `type ${target}` : target)),
  ).toEqual([
    'db/x/a.ts',
    'type db/x/b.ts',
    'type db/c.ts',
    'db/x/f.ts',
    'package/g',
    'db/x/h.ts',
    'node:i',
    'db/x/j.ts',
    'db/x/k.ts',
    'db/x/l.ts',
    'db/x/n.ts',
  ]);
  expect(files.length).toBeGreaterThan(100);
  expect(imports.length).toBeGreaterThan(300);
});

describe('layers', () => {
  it('machines import machines only', () => {
    expect(offending('machines', beyond('machines'))).toEqual([]);
  });
  it('db imports machines only', () => {
    expect(offending('db', beyond('db', 'machines'))).toEqual([]);
  });
  it("only what writes cases imports db/write: not what reads them, the API's own tables, the vault or the log", () => {
    const breaks = ({ file, target }: Import) => !isIn(file, 'db/write') && isIn(target, 'db/write');
    expect(offending('db', breaks)).toEqual([]);
  });
  it("activities import db, machines, a workflow's client, and its contract by type", () => {
    const breaks = (each: Import) =>
      beyond('activities', 'db', 'machines', 'workflows')(each) ||
      (isIn(each.target, 'workflows') && !isIn(each.target, 'workflows/client') && !each.typeOnly);
    expect(offending('activities', breaks)).toEqual([]);
  });
  it('workflows import machines, and activities by type', () => {
    const breaks = (each: Import) =>
      beyond('workflows', 'machines', 'activities')(each) ||
      (isIn(each.target, 'activities') && !each.typeOnly);
    expect(offending('workflows', breaks)).toEqual([]);
  });
  it("api imports machines, a workflow's messages and client, and of db what it may read or own; never db/write", () => {
    const ofDb = ['read', 'own', 'vault', 'log', 'open.ts', 'failure.ts', 'group-key.ts'].map(
      (part) => `db/${part}`,
    );
    expect(
      offending('api', beyond('api', 'machines', 'workflows/messages.ts', 'workflows/client', ...ofDb)),
    ).toEqual([]);
  });
  it('web imports machines, and of api types only', () => {
    const breaks = (each: Import) =>
      beyond('web', 'machines', 'api')(each) || (isIn(each.target, 'api') && !each.typeOnly);
    expect(offending('web', breaks)).toEqual([]);
  });
  it('nothing but cli imports cli', () => {
    expect(imports.filter(({ file, target }) => !isIn(file, 'cli') && isIn(target, 'cli')).map(show)).toEqual(
      [],
    );
  });
  it("the document's schema and zod stay out of the kernel and of workflows", () => {
    const breaks = ({ target }: Import) => target === 'zod' || /^machines\/definition\/schema/.test(target);
    expect([...offending('machines/kernel', breaks), ...offending('workflows', breaks)]).toEqual([]);
  });
  it('the kernel does not reach into what builds on it', () => {
    const breaks = beyond('machines/kernel');
    expect(offending('machines/kernel', breaks)).toEqual([]);
  });
});

interface Ban {
  what: RegExp;
  instead: string;
}

const banned = (folders: string[], { what, instead }: Ban): string[] =>
  files
    .filter((file) => folders.some((folder) => isIn(file, folder)))
    .flatMap((file) =>
      withoutComments(textOf(file))
        .split('\n')
        .filter((line) => what.test(line))
        .map((line) => `${file}: "${line.trim()}" - ${instead}`),
    );

describe('what must be pure', () => {
  it.each<[string, Ban]>([
    ['Date.now', { what: /\bDate\.now\b/, instead: 'take `now` as an argument' }],
    ['new Date()', { what: /\bnew Date\(\s*\)/, instead: 'take `now` as an argument' }],
    ['Math.random', { what: /\bMath\.random\b/, instead: 'make ids of case, seq and count (`nextId`)' }],
    [
      'crypto',
      {
        what: /\bcrypto\b\s*[.)]|['"](node:)?crypto['"]/,
        instead: 'use `sha256` of machines/kernel/sha256.ts',
      },
    ],
    [
      'node:',
      {
        what: /['"]node:/,
        instead: 'pass in what was read; machines also run in a browser and in a workflow',
      },
    ],
    ['process', { what: /\bprocess\.\w/, instead: 'pass it in as an argument' }],
    ['timers', { what: /\bset(Timeout|Interval|Immediate)\(/, instead: 'put a due instant into the state' }],
    [
      'locales',
      { what: /\bIntl\.|\.toLocale\w*\(|\.localeCompare\(/, instead: 'pin a calendar, compare by code unit' },
    ],
  ])('machines hold no %s', (_, ban) => {
    expect(banned(['machines'], ban)).toEqual([]);
  });
  it('workflows hold no node:', () => {
    const instead = 'ask an activity; a workflow has no host';
    expect(banned(['workflows'], { what: /['"]node:/, instead })).toEqual([]);
  });
});

describe('files', () => {
  it('are named for what they do', () => {
    expect(files.filter((file) => /(^|[-.])(utils?|helpers?|managers?)\b/.test(basename(file)))).toEqual([]);
  });
  it('are named in kebab case, where not a component', () => {
    expect(
      files.filter(
        (file) => !/^[a-z0-9]+([.-][a-z0-9]+)*\.tsx?$/.test(basename(file)) && !file.endsWith('.tsx'),
      ),
    ).toEqual([]);
  });
  it('hold no notes of what is still to be done', () => {
    const marks = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`);
    // Currency XXX is ISO 4217's "no currency", always a text of its own.
    expect(files.filter((file) => marks.test(textOf(file).replaceAll("'XXX'", '')))).toEqual([]);
  });
  it('have at most 300 lines', () => {
    const folders = ['machines', 'workflows', 'api', 'db'];
    const long = files
      .filter((file) => folders.some((folder) => isIn(file, folder)))
      .map((file) => [file, textOf(file).trimEnd().split('\n').length] as const)
      .filter(([, lines]) => lines > 300);
    expect(long).toEqual([]);
  });
});
