import type { Bed, Synchronous } from './bed.ts';
import type { Figures } from './catalog.ts';
import { type Driven, drive, type Lifecycle, perMin } from './clients.ts';
import { figureOf, quantileOf } from './figure.ts';
import { caller, httpLifecycle, openOverHttp, sendOverHttp } from './http-requests.ts';
import { inTurns } from './in-turns.ts';
import { caseloomLifecycle, handWrittenLifecycle } from './lifecycles.ts';

const clients = 20;
const warmUp = { clients, count: 2 * clients };

/**
 * The interpreter, the same with our tuned worker, and the hand-written workflow on a stock one, all straight through
 * Temporal's client, in turns so short that what the machine does beside hits them alike.
 */
export const overhead = async (bed: Bed): Promise<Figures> => {
  const rounds = bed.quick ? 3 : 15;
  const lifecycles = (bed.quick ? 1 : 2) * clients;
  const synchronous = 'FULL';
  const { client } = await bed.server(synchronous);
  const ours = await bed.worker('caseloom', { synchronous });
  const tuned = await bed.worker('caseloom', { synchronous, tuned: true });
  const theirs = await bed.worker('hand-written', { synchronous });
  // A worker for each: none is warmer than another.
  const shown = await bed.worker('hand-written', { synchronous });
  const small = await bed.worker('hand-written-small', { synchronous });
  const sides = {
    ours: { worker: ours, lifecycle: caseloomLifecycle(client, ours.taskQueue) },
    theirs: { worker: theirs, lifecycle: handWrittenLifecycle(client, theirs.taskQueue) },
    tuned: { worker: tuned, lifecycle: caseloomLifecycle(client, tuned.taskQueue) },
    shown: { worker: shown, lifecycle: handWrittenLifecycle(client, shown.taskQueue, true) },
    small: { worker: small, lifecycle: handWrittenLifecycle(client, small.taskQueue) },
  };
  const order = ['small', 'ours', 'theirs', 'tuned', 'shown'] as const;
  for (const name of order) {
    await drive(sides[name].lifecycle, { clients, count: bed.quick ? clients : 5 * clients });
  }

  const step = bed.progress('Interpreter against hand-written workflow', rounds * order.length);
  const eachRound = (): Record<(typeof order)[number], number[]> => ({
    ours: [],
    theirs: [],
    tuned: [],
    shown: [],
    small: [],
  });
  const perCommandMs = eachRound();
  const cpuMs = eachRound();
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? order : order.toReversed()) {
      const { worker, lifecycle } = sides[name];
      const before = await worker.cpuMs();
      const { elapsedMs, answered } = await drive(lifecycle, { clients, count: lifecycles });
      perCommandMs[name].push(elapsedMs / answered.length);
      cpuMs[name].push(((await worker.cpuMs()) - before) / answered.length);
      step();
    }
  }
  await Promise.all([ours, tuned, theirs, shown, small].map((worker) => worker.stop()));
  return {
    overheadRatio: figureOf(quotients(perCommandMs.ours, perCommandMs.theirs)),
    overheadShownRatio: figureOf(quotients(perCommandMs.ours, perCommandMs.shown)),
    overheadSmallRatio: figureOf(quotients(perCommandMs.ours, perCommandMs.small)),
    tunedRatio: figureOf(quotients(perCommandMs.tuned, perCommandMs.theirs)),
    workerCpuMs: figureOf(cpuMs.ours),
    tunedWorkerCpuMs: figureOf(cpuMs.tuned),
    handWrittenCpuMs: figureOf(cpuMs.theirs),
  };
};

/** Item by item: each pair was measured one right after the other. */
const quotients = (above: readonly number[], below: readonly number[]): number[] =>
  above.map((value, index) => value / (below[index] ?? Number.NaN));

/** The whole product against the hand-written workflow without HTTP, in turns: warm cases, then cold ones. */
export const http = async (bed: Bed): Promise<Figures> => {
  const rounds = bed.quick ? 3 : 5;
  const lifecycles = bed.quick ? 20 : 60;
  const coldCases = bed.quick ? 20 : 100;
  const { client, address } = await bed.server('FULL');
  const product = await bed.product({ temporalAddress: address });
  const call = caller(product);
  const theirs = await bed.worker('hand-written', { synchronous: 'FULL' });
  const handWritten = handWrittenLifecycle(client, theirs.taskQueue);
  const throughHttp = httpLifecycle(call);
  const rateOf = async (lifecycle: Lifecycle): Promise<number> =>
    perMin(await drive(lifecycle, { clients, count: lifecycles }));
  await drive(throughHttp, warmUp);
  await drive(handWritten, warmUp);

  const step = bed.progress('Through HTTP, warm and cold', 2 * rounds);
  const warm: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    warm.push((await rateOf(throughHttp)) / (await rateOf(handWritten)));
    step();
  }

  const caseIds = await inTurns(Array.from({ length: coldCases }), () => openOverHttp(call));
  const cold: number[] = [];
  // As many events as there are rounds, at most five: no history is longer.
  for (let round = 0; round < rounds; round += 1) {
    await product.restartWorker();
    const start = performance.now();
    await inTurns(caseIds, (caseId) => sendOverHttp(call, caseId, round));
    const rate = (coldCases * 60_000) / (performance.now() - start);
    cold.push(rate / (await rateOf(handWritten)));
    step();
  }
  await Promise.all([product.stop(), theirs.stop()]);
  return { httpRatio: figureOf(warm), coldRatio: figureOf(cold) };
};

/** Accepted commands through HTTP for a minute, under FULL and under NORMAL, with the hand-written rate beside it. */
export const rate = async (bed: Bed): Promise<Figures> => {
  const step = bed.progress('Commands for a minute, FULL and NORMAL', 4);
  const full = await rateUnder(bed, 'FULL', step);
  const normal = await rateUnder(bed, 'NORMAL', step);
  return {
    commandsPerMin: full.perMin,
    p50Ms: full.p50Ms,
    p99Ms: full.p99Ms,
    handWrittenPerMin: full.handWritten,
    commandsPerMinNormal: normal.perMin,
    p50MsNormal: normal.p50Ms,
    p99MsNormal: normal.p99Ms,
    handWrittenPerMinNormal: normal.handWritten,
  };
};

const rateUnder = async (bed: Bed, synchronous: Synchronous, step: () => void) => {
  const windowMs = bed.quick ? 3_000 : 10_000;
  const windows = bed.quick ? 3 : 6;
  const { client, address } = await bed.server(synchronous);
  const product = await bed.product({ temporalAddress: address, synchronous });
  const throughHttp = httpLifecycle(caller(product));
  await drive(throughHttp, warmUp);
  const driven = windowsOf(
    await drive(throughHttp, { clients, forMs: windowMs * windows }),
    windowMs,
    windows,
  );
  await product.stop();
  step();

  const theirs = await bed.worker('hand-written', { synchronous });
  const handWritten = handWrittenLifecycle(client, theirs.taskQueue);
  await drive(handWritten, warmUp);
  const beside = windowsOf(await drive(handWritten, { clients, forMs: windowMs * 3 }), windowMs, 3);
  await theirs.stop();
  step();
  return {
    perMin: figureOf(driven.map((times) => (times.length * 60_000) / windowMs)),
    p50Ms: figureOf(driven.map((times) => quantileOf(times, 0.5))),
    p99Ms: figureOf(driven.map((times) => quantileOf(times, 0.99))),
    handWritten: figureOf(beside.map((times) => (times.length * 60_000) / windowMs)),
  };
};

/** How long commands took, by the window of time in which they were answered; what comes after the last is left out. */
const windowsOf = ({ answered }: Driven, windowMs: number, windows: number): number[][] =>
  Array.from({ length: windows }, (_, n) =>
    answered
      .filter(({ atMs }) => atMs >= n * windowMs && atMs < (n + 1) * windowMs)
      .map(({ tookMs }) => tookMs),
  );
