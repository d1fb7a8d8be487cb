import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ScenarioInput } from '../../machines/analysis/run-scenario.ts';
import type { Entry, EntryLeaf } from '../../machines/kernel/entry.ts';
import { demoProfile, shippedCalendars, shippedDefinitions } from '../../machines/library/index.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../golden');

/** Every example of every shipped definition, by a name that is also its golden trail's file. */
export const shippedScenarios = (): { name: string; input: ScenarioInput }[] =>
  shippedDefinitions().flatMap((document) =>
    (document.scenarios ?? []).map((scenario) => ({
      name: `${document.id}-${document.version}/${slugOf(scenario.name.en)}`,
      input: { document, scenario, calendars: shippedCalendars, clockProfile: demoProfile },
    })),
  );

const slugOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

/** What a golden trail says of each entry: one JSON line. */
export const goldenLines = (trail: readonly Entry[]): string[] =>
  trail.map(({ leaf }) => {
    const { at, due, occurredAt, type, actorId, after } = JSON.parse(leaf) as EntryLeaf;
    return JSON.stringify({
      at,
      due,
      occurredAt,
      type,
      // The id of an approval's case is made from the tenant's too, and the tenant is the player's own.
      actorId: /^[0-9a-f]{32}$/.test(actorId) ? 'approval' : actorId,
      states: after.states,
      changed: Object.keys(after.changed),
    });
  });

/**
 * The golden trail of a scenario. With UPDATE_GOLDEN=1 it is written from the given lines instead, to be read and
 * committed.
 */
export const goldenTrail = (name: string, lines?: string[]): string[] => {
  const file = join(folder, `${name}.jsonl`);
  if (lines && process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${lines.join('\n')}\n`);
  }
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
};
