import { type SurgePlan, surgePlanProblems } from '../../surge/plan.ts';
import holiday from './holiday.json' with { type: 'json' };

const [problem] = surgePlanProblems(holiday);
if (problem) {
  throw new Error(`A shipped file is not valid: ${problem.pointer} ${problem.message}`);
}

/** Plans that a company may switch on as they are. */
export const shippedSurgePlans: readonly SurgePlan[] = [holiday as SurgePlan];
