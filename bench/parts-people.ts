import { join } from 'node:path';
import { createAssignTask } from '../activities/assign-task.ts';
import { embeddedTenant as tenant } from '../api/seed.ts';
import { openStore } from '../db/open.ts';
import type { Bed } from './bed.ts';
import type { Figures } from './catalog.ts';
import { timed } from './clients.ts';
import { figureOf, quantileOf } from './figure.ts';
import { everybodysRole } from './organisation.ts';
import { policyDecisionUs } from './policy-rate.ts';
import { fillTaskStore } from './task-store.ts';

const burst = 20;
const burstsPerRound = 5;

/** A decision of the policy, and the choice among 10,000 who may do a task, with a million tasks in their hands. */
export const people = async ({ quick, folder, progress }: Bed): Promise<Figures> => {
  const times = quick ? 3 : 7;
  const step = progress('Policy and assignment', 2 * times + 1);
  policyDecisionUs({ forMs: 500 });
  const decisions: number[] = [];
  for (let n = 0; n < times; n += 1) {
    decisions.push(policyDecisionUs({ forMs: quick ? 200 : 1_000 }));
    step();
  }
  const home = folder();
  await fillTaskStore(home, { taskCount: quick ? 50_000 : 1_000_000, caseCount: 1 });
  step();
  const choices: number[] = [];
  const store = await openStore({ file: join(home, 'caseloom.db') });
  try {
    const choose = (assign: ReturnType<typeof createAssignTask>, n: number): Promise<number> =>
      timed(async () => {
        const chosen = await assign({
          ...{ tenant, caseId: `case-${n}`, taskId: `case-${n}/1/0`, effectId: `case-${n}/1/1` },
          ...{ role: everybodysRole, skills: [], notPersons: [], policy: 'least-loaded' },
        });
        if (chosen === null) {
          throw new Error('Of ten thousand nobody was chosen.');
        }
      });
    for (let n = 0; n < times; n += 1) {
      const round: number[] = [];
      for (let each = 0; each < burstsPerRound; each += 1) {
        // As with twenty new cases at the same moment, none of them stored yet.
        const assign = createAssignTask(store);
        for (let task = 0; task < burst; task += 1) {
          round.push(await choose(assign, (n * burstsPerRound + each) * burst + task));
        }
      }
      choices.push(quantileOf(round, 0.95));
      step();
    }
  } finally {
    await store.close();
  }
  return { policyUs: figureOf(decisions), assignP95Ms: figureOf(choices) };
};
