import { compile } from '../machines/kernel/compile.ts';
import { open } from '../machines/kernel/open.ts';
import { isRefusal, type Refusal } from '../machines/kernel/refusal.ts';
import { type Step, step } from '../machines/kernel/step.ts';
import {
  commandsPerLifecycle,
  handlerFacts,
  lifecycleCompileInput,
  lifecycleEvents,
  openingOf,
} from './lifecycle.ts';

const openedMs = Date.UTC(2026, 2, 2, 9);
const instant = (minutes: number): string => new Date(openedMs + minutes * 60_000).toISOString();

/**
 * Steps per second of the kernel alone, on one core: whole lifecycles, each with its compilation, as a case's
 * workflow does it. Guard, form validation, deadlines, entry and hash are all in it. Seconds are processor time, the
 * garbage collector's included, so that others on the machine do not count.
 */
export const kernelRate = ({ forMs }: { forMs: number }): number => {
  const start = performance.now();
  const cpuBefore = process.cpuUsage();
  let steps = 0;
  for (let n = 0; performance.now() - start < forMs; n += 1) {
    runLifecycle(`case-${n}`);
    steps += commandsPerLifecycle;
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return (steps * 1_000_000) / (user + system);
};

/** One case from its opening to its end, in memory. */
export const runLifecycle = (caseId: string, tenant?: string): Step[] => {
  const compiled = compile(lifecycleCompileInput);
  let last = accepted(open(compiled, openingOf(caseId, instant(0), tenant), instant(0)));
  const steps = [last];
  for (const [index, { event, data }] of lifecycleEvents.entries()) {
    const command = {
      type: 'event' as const,
      id: `${caseId}.${index}`,
      event,
      facts: handlerFacts,
      ...(data === undefined ? {} : { data }),
    };
    last = accepted(step(compiled, last.state, command, instant(index + 1)));
    steps.push(last);
  }
  return steps;
};

const accepted = (result: Step | Refusal): Step => {
  if (isRefusal(result)) {
    throw new Error(`The benchmark's own command was refused: ${result.code} ${result.detail}`);
  }
  return result;
};
