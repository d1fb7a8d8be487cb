import { readFileSync, writeFileSync } from 'node:fs';

const begin = '<!-- figures: written by `npm run bench -- --page` -->';
const end = '<!-- end of figures -->';

/** Puts the figures between the marks of a page. @throws Error where the page has no marks */
export const refreshPage = (file: string, figures: string): void => {
  const page = readFileSync(file, 'utf8');
  writeFileSync(file, withFigures(page, figures));
};

export const withFigures = (page: string, figures: string): string => {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) {
    throw new Error(`The page has no place for figures: ${begin} … ${end}`);
  }
  return `${page.slice(0, from + begin.length)}\n\n${figures}\n\n${page.slice(to)}`;
};
