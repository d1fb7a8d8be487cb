import type { ReplayFigures } from './replay-plans.ts';

/** A run's figures as a table for people. */
export const reportLines = ({ cases, commands, deadlines, durationMs }: ReplayFigures): string[] => {
  const refusals = Object.entries(commands.refusedByCode).map(([code, n]) => `  ${code} ${count(n)}`);
  return [
    row('Cases', `${count(cases.driven)} of ${count(cases.planned)}, ${count(cases.closed)} closed`),
    row('Commands', `${count(commands.sent)} in ${(durationMs / 1_000).toFixed(1)} s`),
    row('  accepted', count(commands.accepted)),
    row('  refused', `${count(commands.refused)}${refusals.join(',')}`),
    ...(commands.firstRefused === null ? [] : [row('  first refused', commands.firstRefused)]),
    ...(commands.retries === 0
      ? []
      : [row('  sent again', `${count(commands.retries)} times, as the API asked`)]),
    row('Accepted a minute', count(commands.acceptedPerMin)),
    row('Answer', `p50 ${commands.p50Ms} ms, p99 ${commands.p99Ms} ms`),
    row('Deadlines', `${count(deadlines.met)} met, ${count(deadlines.breached)} breached`),
    ...Object.entries(deadlines.byName).map(([name, { met, breached }]) =>
      row(`  ${name}`, `${count(met)} met, ${count(breached)} breached`),
    ),
  ];
};

const row = (name: string, value: string): string => `${name.padEnd(22)} ${value}`;

const count = (n: number): string => n.toLocaleString('en');
