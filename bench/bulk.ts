import { setTimeout as sleep } from 'node:timers/promises';
import type { Bed } from './bed.ts';
import type { Figures } from './catalog.ts';
import { figureOf, quantileOf } from './figure.ts';
import { type Call, caller, httpLifecycle, openOverHttp } from './http-requests.ts';
import { inTurns } from './in-turns.ts';
import type { Product } from './product.ts';

/** People who work on single cases meanwhile, and how long each rests between two lifecycles of a case. */
const people = 2;
const restMs = 500;
const pollMs = 200;
/** A job that takes longer is given up. */
const jobWithinMs = 600_000;

/**
 * A bulk reassign of cold cases at the greatest pace there is, on a new worker each time, while people send single
 * commands.
 */
export const bulk = async (bed: Bed): Promise<Figures> => {
  const rounds = bed.quick ? 1 : 3;
  const count = bed.quick ? 40 : 1_500;
  const { address } = await bed.server('FULL');
  const product = await bed.product({ temporalAddress: address });
  const call = caller(product);
  const asLead = caller({ baseUrl: product.baseUrl, token: await product.tokenOf('lead') }, [200, 202]);
  const step = bed.progress('Bulk reassign of cold cases', 2 * rounds);
  const perS: number[] = [];
  const singleP99Ms: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const caseIds = await inTurns(Array.from({ length: count }), () => openOverHttp(call));
    const ids = await inTurns(caseIds, async (caseId) => {
      const { tasks } = await call('GET', `/v1/cases/${caseId}`);
      return (tasks as { taskId: string }[])[0]?.taskId ?? '';
    });
    await product.restartWorker();
    step();
    const { rate, tookMs } = await measured(product, { call, asLead, ids });
    perS.push(rate);
    singleP99Ms.push(quantileOf(tookMs, 0.99));
    step();
  }
  await product.stop();
  return { bulkPerS: figureOf(perS), bulkSingleP99Ms: figureOf(singleP99Ms) };
};

const measured = async (
  product: Product,
  { call, asLead, ids }: { call: Call; asLead: Call; ids: string[] },
): Promise<{ rate: number; tookMs: number[] }> => {
  const tookMs: number[] = [];
  let ended = false;
  const lifecycle = httpLifecycle(call);
  const person = async (n: number): Promise<void> => {
    for (let cases = 0; !ended; cases += 1) {
      await lifecycle(`person-${n}-${cases}`, (each) => {
        tookMs.push(each);
      });
      await sleep(restMs);
    }
  };
  const singles = Array.from({ length: people }, (_, n) => person(n));
  const body = { verb: 'reassign', args: { to: 'handler-2' }, ids, perSecond: 100 };
  const { jobId } = await asLead('POST', '/v1/bulk', body);
  const untilMs = Date.now() + jobWithinMs;
  let job = await asLead('GET', `/v1/bulk/${jobId}?limit=1`);
  while (job.status !== 'ended') {
    if (Date.now() > untilMs) throw new Error(`The job has not ended within ${jobWithinMs} ms.`);
    await sleep(pollMs);
    job = await asLead('GET', `/v1/bulk/${jobId}?limit=1`);
  }
  ended = true;
  await Promise.all(singles);
  const { done } = job.counts as { done: number };
  if (done !== ids.length)
    throw new Error(`Of ${ids.length} tasks ${done} were handed on at ${product.baseUrl}.`);
  const lastedMs = Date.parse(String(job.endedAt)) - Date.parse(String(job.startedAt));
  return { rate: (done * 1_000) / lastedMs, tookMs };
};
