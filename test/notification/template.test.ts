import { expect, test } from 'vitest';
import { shippedLadder, shippedTemplates } from '../../machines/library/notification/index.ts';
import {
  exampleValues,
  render,
  type Template,
  templateFields,
  templateProblems,
} from '../../machines/notification/template.ts';

const good: Template = {
  id: 'hello',
  version: 1,
  fields: ['caseNumber', 'lines'],
  zh: { subject: '案件 {caseNumber}', body: '{caseNumber}\n{lines}', short: '{caseNumber}' },
  en: { subject: 'Case {caseNumber}', body: '{caseNumber}\n{lines}', short: '{caseNumber}' },
};

test('every shipped template renders in both languages and uses each field it lists', () => {
  for (const template of shippedTemplates) {
    expect(templateProblems(template)).toEqual([]);
    for (const lang of ['zh', 'en'] as const) {
      const { subject, body, short } = render(template, lang, exampleValues(lang));
      expect(`${subject}${body}${short}`).not.toMatch(/[{}]/);
      expect(/[\u4e00-\u9fff]/.test(subject)).toBe(lang === 'zh');
      for (const field of template.fields) {
        expect(`${template[lang].body}${template[lang].subject}`, `${template.id} ${field}`).toContain(
          `{${field}}`,
        );
      }
    }
  }
  const ids = shippedTemplates.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(shippedLadder.rungs.map(({ template }) => template)));
});

test.each<[string, unknown, string]>([
  ['a field that no message may use', { ...good, fields: [...good.fields, 'complainantName'] }, '/fields/2'],
  ['a field that is not listed', { ...good, fields: ['caseNumber'] }, '/zh/body'],
  ['a brace of no field', { ...good, en: { ...good.en, subject: 'Case {case number}' } }, '/en/subject'],
  ['a language that is missing', { ...good, en: undefined }, '/en'],
  ['a key that is not known', { ...good, html: '<b>' }, '/html'],
])('%s is refused', (_, template, pointer) => {
  const plain = JSON.parse(JSON.stringify(template)) as unknown;
  expect(templateProblems(plain).map((problem) => problem.pointer)).toContain(pointer);
});

test('a value cannot add a line to a subject or a chat message', () => {
  const { subject, short } = render(good, 'en', { caseNumber: 'CL-1\r\nBcc: a@b', lines: 'x\ny' });
  expect(subject).toBe('Case CL-1 Bcc: a@b');
  expect(short).not.toMatch(/[\r\n]/);
});

test('a missing value is an error, not an empty place', () => {
  expect(() => render(good, 'en', { caseNumber: 'CL-1' })).toThrow(/lines/);
});

test('no field is a person’s', () => {
  expect(
    Object.keys(templateFields).filter((field) => /name|phone|mail|address|reason|summary/i.test(field)),
  ).toEqual([]);
});
