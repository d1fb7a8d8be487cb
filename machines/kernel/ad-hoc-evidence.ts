import { adHocState } from './ad-hoc.ts';
import type { Facts } from './command.ts';
import { schedule } from './due-date.ts';
import { nextId, performer, type Run } from './run.ts';
import { completeTask, putTask } from './tasks.ts';

/** How long somebody has to hand in the document whose SHA-256 stood in for it at the opening: one working day. */
const evidenceLimit = 'P1D';

/** Opens the task to hand in the document that was promised by its SHA-256. It is the opener's. */
export const askForEvidence = (run: Run, sha256: string, facts: Facts): void => {
  const calendar = run.compiled.calendars[run.compiled.calendar];
  const rule = { limit: evidenceLimit, count: 'business-days' as const, warnAt: [] };
  const dueAt = calendar ? schedule(rule, run.clock, [], calendar).dueAt : null;
  const by = performer(facts).id;
  putTask(run, nextId(run), {
    ...{ state: adHocState('evidence'), status: 'open', role: '', assignee: by, openedAt: run.clock },
    adHoc: { kind: 'evidence', by, sha256, ...(dueAt === null ? {} : { dueAt }) },
  });
};

/** Completes the tasks that wait for a document with this SHA-256. */
export const evidenceCame = (run: Run, sha256: string, facts: Facts): void => {
  for (const [taskId, { status, adHoc }] of Object.entries(run.state.tasks)) {
    if (status === 'open' && adHoc?.sha256 === sha256) {
      completeTask(run, taskId, 'done', performer(facts).id);
    }
  }
};
