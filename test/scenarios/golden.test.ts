import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runScenario } from '../../machines/analysis/run-scenario.ts';
import { verifyChain } from '../../machines/kernel/verify-chain.ts';
import { goldenLines, goldenTrail, shippedScenarios } from './golden-trail.ts';

// Guarantee: each example of a shipped definition holds, and leaves the very trail that was read and agreed to.

const scenarios = shippedScenarios();

describe('the examples of the shipped definitions', () => {
  it.each(scenarios.map(({ name, input }) => [name, input] as const))('%s', async (name, input) => {
    const { trail, findings } = await runScenario(input);
    expect(findings).toEqual([]);
    const lines = goldenLines(trail);
    expect(lines).toEqual(goldenTrail(name, lines));
    expect(verifyChain(trail)).toEqual({ ok: true });
  });

  it('leave no golden trail behind that none of them has', () => {
    const golden = join(import.meta.dirname, '../golden');
    const files = readdirSync(golden, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.jsonl'),
    );
    expect(files.map((file) => file.slice(0, -'.jsonl'.length)).sort()).toEqual(
      scenarios.map(({ name }) => name).sort(),
    );
  });
});
