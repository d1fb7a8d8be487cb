import { budgetText, catalog, type FigureName, type Figures, figureNames, isKept } from './catalog.ts';
import type { Figure } from './figure.ts';
import type { Machine } from './machine.ts';

export interface Results {
  figures: Figures;
  machine: Machine;
  versions: { [name: string]: string };
  /** When the run began, RFC 3339. */
  at: string;
  quick: boolean;
}

/** The object that `--json` writes: each figure by its name, then where and with what it was measured. */
export const jsonOf = ({ figures, machine, versions, at, quick }: Results): object => ({
  ...Object.fromEntries(figureNames.flatMap((name) => (figures[name] ? [[name, figures[name]]] : []))),
  machine,
  versions,
  at,
  ...(quick ? { quick } : {}),
});

const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });

const verdicts = { true: 'met', false: 'MISSED', undefined: '' };

const cells = (name: FigureName, figure: Figure): string[] => {
  const { title, unit } = catalog[name];
  return [
    name,
    `${number.format(figure.median)} ${unit}`,
    `${number.format(figure.min)} – ${number.format(figure.max)}`,
    String(figure.n),
    budgetText(name),
    verdicts[`${isKept(name, figure)}`],
    title,
  ];
};

const head = ['figure', 'median', 'min – max', 'n', 'budget', '', 'what'];

const rowsOf = (figures: Figures): string[][] =>
  figureNames.flatMap((name) => {
    const figure = figures[name];
    return figure ? [cells(name, figure)] : [];
  });

/** The table for a terminal. */
export const tableOf = ({ figures }: Results): string => {
  const rows = [head, ...rowsOf(figures)];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

/** The same for a page in Markdown, with machine and versions. */
export const markdownOf = (results: Results): string => {
  const { machine, versions, at } = results;
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  return [
    `Measured ${at.slice(0, 10)} on ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.os}; load`,
    `average ${machine.loadBefore} when the run began. ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    '',
    line(head),
    line(head.map(() => '---')),
    ...rowsOf(results.figures).map((row) => line(row)),
  ].join('\n');
};
