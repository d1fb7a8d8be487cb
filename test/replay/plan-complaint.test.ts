import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { projectFolder } from '../../cli/project-folder.ts';
import { ComplaintFile } from '../../cli/replay/complaint-file.ts';
import { outcomeOf, rootCauseOf } from '../../cli/replay/complaint-outcome.ts';
import { placeSteps } from '../../cli/replay/place-steps.ts';
import { planComplaint } from '../../cli/replay/plan-complaint.ts';
import { readJsonLines } from '../../cli/replay/read-lines.ts';
import { compiledDefinition, runPlan } from './pure-case.ts';

// Guarantee: every file becomes a complaint that ends as the file says and when it says; what is made up says so.

const compiled = compiledDefinition('complaint', 'us');
const real = join(
  process.env.CASELOOM_DATA ?? resolve(projectFolder, '..', 'shared', 'data'),
  'ct-complaints.jsonl.gz',
);

const file = (changes: Partial<ComplaintFile> = {}): ComplaintFile => ({
  fileNo: '1001',
  opened: '2024-03-04',
  closed: '2024-05-06',
  companies: ['Made-up Insurance Company'],
  coverages: ['Homeowners'],
  subcoverages: [],
  reasons: ['Claim Handling'],
  subreasons: ['Claim Delay'],
  dispositions: [],
  conclusions: [],
  recoveryUsd: 0,
  ...changes,
});

const endOf = (changes: Partial<ComplaintFile>) => {
  const { state } = runPlan(compiled, planComplaint(file(changes)));
  const { finding, remedy } = state.data as { finding?: string; remedy?: { kind: string; amount?: object } };
  const { closedAt, ledger } = state;
  return {
    state: state.machine.states[0],
    closedAt,
    finding,
    remedy: remedy?.kind,
    paid: ledger.filter(({ line }) => line === 'paid').map(({ amount }) => amount),
  };
};

describe('the outcome', () => {
  it.each<[string, Partial<ComplaintFile>, object]>([
    [
      'overturned',
      { dispositions: ['Company Position Overturned'] },
      { finding: 'upheld', remedy: 'correction' },
    ],
    ['compromised', { dispositions: ['Compromised Settlement/Resolution'] }, { finding: 'partly' }],
    [
      'substantiated',
      { dispositions: ['Company Position Substantiated'] },
      { finding: 'not-upheld', remedy: 'none' },
    ],
    ['told by its conclusions', { conclusions: ['Claim Paid'] }, { finding: 'upheld' }],
    ['told by nothing', {}, { finding: 'not-upheld', state: 'archived' }],
    [
      'money although substantiated',
      { dispositions: ['Company Position Substantiated'], recoveryUsd: 320.4 },
      { finding: 'partly', remedy: 'payment', paid: [{ amount: 32_040, currency: 'USD' }] },
    ],
    [
      'more money than a manager decides',
      { dispositions: ['Claim Settled'], recoveryUsd: 752_589.65 },
      { finding: 'upheld', paid: [{ amount: 75_258_965, currency: 'USD' }] },
    ],
    ['no jurisdiction', { dispositions: ['No Jurisdiction'] }, { state: 'transferred', finding: undefined }],
    ['withdrawn', { dispositions: ['Complaint Withdrawn'] }, { state: 'withdrawn', finding: undefined }],
  ])('of a file %s is the complaint’s, at the end of the file', (_, changes, expected) => {
    expect(endOf(changes)).toMatchObject({ closedAt: '2024-05-06T22:00:00.000Z', ...expected });
  });

  it('money that came back weighs more than a withdrawal', () => {
    expect(outcomeOf(file({ dispositions: ['Complaint Withdrawn'], recoveryUsd: 10 }))).toMatchObject({
      end: 'decided',
      finding: 'partly',
    });
  });

  it('has the root cause of the first reason that is known', () => {
    expect(rootCauseOf(file())).toBe('delay');
    expect(rootCauseOf(file({ subreasons: ['Something else', 'Claim Denial'] }))).toBe('claim-refused');
    expect(rootCauseOf(file({ subreasons: [], reasons: [] }))).toBe('other');
  });
});

it('says of every step what the file tells and what is generated', () => {
  const { opening, steps } = planComplaint(file({ dispositions: ['Claim Settled'], recoveryUsd: 12 }));
  for (const { reason } of [opening.body, ...steps]) {
    expect(reason).toMatch(/^(From the file|Generated): /);
  }
  expect(JSON.stringify(opening.body.data)).toContain('Made-up name 1001');
});

it('a file of one day is as good as one of years', () => {
  expect(endOf({ closed: '2024-03-04', dispositions: ['Claim Settled'] })).toMatchObject({
    state: 'archived',
  });
  expect(endOf({ opened: '2015-11-02', dispositions: ['Claim Settled'] })).toMatchObject({
    state: 'archived',
  });
});

it('steps lie within the file’s span and in their order', () => {
  const hours = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 8 });
  fc.assert(
    fc.property(hours, hours, fc.integer({ min: 1, max: 4_000 }), (early, late, spanHours) => {
      const places = [
        ...early.toSorted((a, b) => a - b).map((hoursAfterOpening) => ({ hoursAfterOpening })),
        ...late.toSorted((a, b) => b - a).map((hoursBeforeEnd) => ({ hoursBeforeEnd })),
      ];
      const from = '2024-03-04T14:00:00.000Z';
      const to = new Date(Date.parse(from) + spanHours * 3_600_000).toISOString();
      const instants = placeSteps(from, to, places);
      expect([from, ...instants, to]).toEqual([from, ...instants, to].toSorted());
    }),
  );
});

it.skipIf(!existsSync(real))(
  'real files from all years run to their ends',
  async () => {
    let lines = 0;
    let ran = 0;
    for await (const { value } of readJsonLines(real)) {
      lines += 1;
      if (lines % (process.env.CASELOOM_FULL === '1' ? 10 : 400) === 0) {
        const { closed, ...rest } = ComplaintFile.parse(value);
        const { state } = runPlan(compiled, planComplaint({ closed, ...rest }));
        expect(state).toMatchObject({ status: 'closed', closedAt: `${closed}T22:00:00.000Z` });
        ran += 1;
      }
    }
    expect(ran).toBeGreaterThan(50);
  },
  180_000,
);
it.skipIf(existsSync(real))(`real files are not there: ${real}`, () => undefined);
