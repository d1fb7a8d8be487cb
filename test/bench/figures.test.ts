import { expect, test } from 'vitest';
import { isKept } from '../../bench/catalog.ts';
import { figureOf, quantileOf } from '../../bench/figure.ts';
import { runLifecycle } from '../../bench/kernel-rate.ts';
import { commandsPerLifecycle, lifecycleDocument } from '../../bench/lifecycle.ts';
import { withFigures } from '../../bench/page.ts';
import { jsonOf } from '../../bench/report.ts';
import { coreTimesIn, percentBetween } from '../../bench/stolen-time.ts';
import { lint } from '../../machines/definition/lint.ts';

test('a figure holds the median, the extremes and how many there were', () => {
  expect(figureOf([3, 1, 2, 10])).toEqual({ median: 2.5, min: 1, max: 10, n: 4 });
  expect(() => figureOf([])).toThrow(RangeError);
});

test('a percentile lies between its neighbours, whatever the order', () => {
  expect(quantileOf([4, 1, 3, 2, 5], 0.5)).toBe(3);
  expect(quantileOf([10, 0], 0.95)).toBeCloseTo(9.5);
});

test('a budget is kept by its median', () => {
  const figure = (median: number) => ({ median, min: 0, max: 9_999_999, n: 3 });
  expect(isKept('overheadRatio', figure(1.2))).toBe(true);
  expect(isKept('overheadRatio', figure(1.21))).toBe(false);
  expect(isKept('kernelStepsPerS', figure(1_499))).toBe(false);
  expect(isKept('p99Ms', figure(1))).toBeUndefined();
});

test('the JSON has the figures that were measured by name, and where and when', () => {
  const machine = { processor: 'x', cores: 2, memoryGiB: 8, loadBefore: 0, os: 'linux x64' };
  const at = '2026-11-22T00:00:00.000Z';
  const figures = { httpRatio: figureOf([0.7]) };
  expect(jsonOf({ figures, machine, versions: { node: '24' }, at, quick: false })).toEqual({
    httpRatio: { median: 0.7, min: 0.7, max: 0.7, n: 1 },
    ...{ machine, versions: { node: '24' }, at },
  });
});

test('stolen time is read from the line of all cores, and its share is of what went by', () => {
  const stat = (user: number, steal: number) =>
    `cpu  ${user} 0 100 1000 10 0 5 ${steal} 7 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n`;
  const before = coreTimesIn(stat(200, 50));
  expect(before).toEqual({ total: 1_365, stolen: 50 });
  expect(percentBetween(before, coreTimesIn(stat(270, 80)))).toBe(30);
  expect(percentBetween(before, before)).toBeUndefined();
  expect(() => coreTimesIn('cpu0 1 2 3\n')).toThrow('first line');
  expect(() => coreTimesIn('cpu 1 2 3\n')).toThrow('first line');
});

test('only what stands between the marks of the page is replaced', () => {
  const marks = ['<!-- figures: written by `npm run bench -- --page` -->', '<!-- end of figures -->'];
  const page = `before\n${marks.join('\nold\n')}\nafter`;
  expect(withFigures(page, 'new')).toBe(`before\n${marks.join('\n\nnew\n\n')}\nafter`);
  expect(() => withFigures('no marks', 'new')).toThrow('no place for figures');
});

test('the lifecycle is a sound definition, and ends', () => {
  expect(lint(lifecycleDocument)).toEqual([]);
  const steps = runLifecycle('case-1');
  expect(steps).toHaveLength(commandsPerLifecycle);
  expect(steps.at(-1)?.state.status).toBe('closed');
});
