import { setTimeout as sleep } from 'node:timers/promises';
import { createPolicyPort } from '../../activities/ports/create-ports.ts';
import { generatePolicyBook } from '../../activities/ports/generated-policies.ts';
import type { Cases } from '../../api/cases.ts';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { temporalCases } from '../../api/temporal-cases.ts';
import { claimRoads } from '../../cli/demo/claim-roads.ts';
import { complaintRoads, incidentRoad } from '../../cli/demo/complaint-roads.ts';
import { planDemo } from '../../cli/demo/plan-demo.ts';
import type { Road } from '../../cli/demo/road.ts';
import type { SendRequest } from '../../cli/replay/case-api.ts';
import { driveCase } from '../../cli/replay/drive-case.ts';
import type { CaseAnswer } from '../../cli/replay/follow-case.ts';
import type { CasePlan } from '../../cli/replay/plan.ts';
import { startTally } from '../../cli/replay/tally.ts';
import { entriesOf, getCase } from '../../db/read/get-case.ts';
import { type CaseLimits, caseWorkflowId } from '../../workflows/messages.ts';
import { testApiOver } from '../support/api.ts';
import { startTestServer } from '../support/temporal.ts';
import { startTestWorker } from '../support/worker.ts';
import { clearHistories, writeHistories } from './history-files.ts';

const patienceMs = 60_000;
const burst = 30;
/** Events after which a complaint on its way to the archive goes over into a further run. */
const eventsMax = 20;

/**
 * Takes made-up cases through the public API on a real server, and keeps what it recorded of them: a complaint to its
 * archive and opened again, a claim with its exposure, one with an incident, one in several runs, one whose clocks run
 * out, one that gets many commands at once.
 */
export const recordHistories = async (): Promise<void> => {
  const server = await startTestServer({ pragmas: { synchronous: 'NORMAL' } });
  const worker = await startTestWorker({
    ...{ temporal: server.temporal, client: server.client },
    payments: { pay: async ({ effectId }) => ({ paymentId: `paid-${effectId.slice(-8)}` }) },
    policies: createPolicyPort({ generated: {} }),
  });
  try {
    let limits: CaseLimits | undefined;
    const inner = temporalCases(worker.client, worker.taskQueue);
    const cases: Cases = {
      ...inner,
      start: (input, judged, until) => inner.start(limits ? { ...input, limits } : input, judged, until),
    };
    const api = await testApiOver({ folder: worker.folder, store: worker.store, cases });
    const send: SendRequest = async ({ person, method, path, body, key }) => {
      const isForm = body instanceof FormData;
      const response = await api.app.request(path, {
        method,
        headers: {
          authorization: `Bearer ${await api.tokenOf(person)}`,
          ...(key === undefined ? {} : { 'idempotency-key': key }),
          ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json() };
    };
    const drive = async (plan: CasePlan): Promise<CaseAnswer> => {
      const tally = startTally();
      const driven = await driveCase(plan, { send, mode: 'live' }, tally);
      if (!driven || tally.summary().refused > 0) {
        throw new Error(`${plan.key} was refused: ${JSON.stringify(tally.summary())}`);
      }
      return driven;
    };
    const command = async (person: string, path: string, body: object): Promise<void> => {
      const { status, body: answer } = await api.call(person, 'POST', path, body);
      if (status >= 300) {
        throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
      }
    };
    const row = (caseId: string) => getCase(worker.store, { tenant: embeddedTenant, caseId });
    const comment = async (caseId: string, text: string): Promise<void> => {
      const tasks = Object.entries((await row(caseId))?.state.tasks ?? {});
      const [taskId] = tasks.find(([, { status }]) => status === 'open') ?? [];
      await command('handler', `/v1/tasks/${taskId}/comment`, { text });
    };
    const idOf = (caseId: string): string => caseWorkflowId(embeddedTenant, caseId);
    const keep = (name: string, caseId: string) => writeHistories(server.client, name, idOf(caseId));

    const short = await drive(planOf('complaint', { to: 'received', steps: [] }, { profile: 'demo' }));

    const archived = await drive(planOf('complaint', roadTo(complaintRoads, 'archived')));
    await until(async () => inner.hasEnded({ tenant: embeddedTenant, caseId: archived.caseId }));
    await command('handler', `/v1/cases/${archived.caseId}/reopen`, {
      reason: 'Generated',
      data: { ground: 'new-facts' },
    });
    await comment(archived.caseId, 'Generated');

    const claim = await drive(planOf('claim', roadTo(claimRoads, 'closed')));
    const [exposure] = (await row(claim.caseId))?.state.links ?? [];
    if (!exposure) {
      throw new Error('The claim has started no exposure.');
    }

    const incident = await drive(planOf('complaint', incidentRoad));
    const incidents = async () => (await row(incident.caseId))?.state.incidents ?? [];
    const path = `/v1/cases/${incident.caseId}/incidents`;
    await until(async () => (await incidents()).length === 1);
    await command('admin', `${path}/1/retry`, { reason: 'Generated' });
    await until(async () => (await incidents()).length === 2);
    await command('admin', `${path}/2/resolve`, { reason: 'Generated', output: { paymentId: 'by-hand' } });

    limits = { eventsMax };
    const continued = await drive(planOf('complaint', roadTo(complaintRoads, 'archived')));
    limits = undefined;

    const flooded = await drive(planOf('complaint', roadTo(complaintRoads, 'triage')));
    await Promise.all(Array.from({ length: burst }, (_, n) => comment(flooded.caseId, `Generated ${n}`)));

    const breached = async () =>
      (await entriesOf(worker.store, { tenant: embeddedTenant, caseId: short.caseId })).some(
        ({ type }) => type === 'deadline.breached',
      );
    await until(breached);
    // What effects are still under way come to their end, and what the server lists comes up to date.
    await sleep(3_000);
    clearHistories();
    await keep('complaint-and-reopened', archived.caseId);
    await keep('claim', claim.caseId);
    await keep('exposure', exposure.caseId);
    await keep('complaint-incident', incident.caseId);
    await keep('complaint-continued', continued.caseId);
    await keep('complaint-burst', flooded.caseId);
    await keep('complaint-breached', short.caseId);
  } finally {
    await worker.stop();
    await server.stop();
  }
};

const roadTo = (roads: readonly Road[], to: string): Road => {
  const road = roads.find((each) => each.to === to);
  if (!road) {
    throw new Error(`No road leads to ${to}.`);
  }
  return road;
};

let planned = 0;

/** A case of the demonstration with another road, received now. */
const planOf = (definition: string, { steps }: Road, changes: { profile?: string } = {}): CasePlan => {
  const of = planDemo(Date.now(), generatePolicyBook()).find(
    ({ opening }) => opening.body.definition === definition,
  );
  if (!of) {
    throw new Error(`The demonstration has no ${definition}.`);
  }
  const { receivedAt: _, reason: __, evidence: ___, ...body } = of.opening.body;
  return {
    key: `history-${++planned}`,
    opening: { as: 'agent', body: { ...body, profile: 'cn', ...changes } },
    steps,
  };
};

const until = async (reached: () => Promise<boolean>): Promise<void> => {
  const untilMs = Date.now() + patienceMs;
  while (!(await reached())) {
    if (Date.now() > untilMs) {
      throw new Error(`Not reached within ${patienceMs} ms: ${reached}`);
    }
    await sleep(100);
  }
};
