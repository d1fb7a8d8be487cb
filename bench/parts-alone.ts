import { freePort } from '../test/support/free-port.ts';
import type { Bed } from './bed.ts';
import { coreLoopMPerS, fdatasyncPerS } from './calibrate.ts';
import type { Figures } from './catalog.ts';
import { figureOf } from './figure.ts';
import { caller } from './http-requests.ts';
import { kernelRate } from './kernel-rate.ts';
import { casePageTimesMs, p95, worklistTimesMs } from './list-times.ts';
import { searchTimesMs, textOf } from './search-times.ts';
import { busyPerson, fillTaskStore } from './task-store.ts';

/** What this machine's disk and one of its cores do now. */
export const calibrate = async ({ quick, folder, progress }: Bed): Promise<Figures> => {
  const times = quick ? 3 : 5;
  const forMs = quick ? 200 : 500;
  const step = progress('Calibration of the machine', times);
  const place = folder();
  const syncs: number[] = [];
  const loops: number[] = [];
  for (let n = 0; n < times; n += 1) {
    syncs.push(fdatasyncPerS(place, { forMs }));
    loops.push(coreLoopMPerS({ forMs }));
    step();
  }
  return { fdatasyncPerS: figureOf(syncs), coreLoopMPerS: figureOf(loops) };
};

export const kernel = async ({ quick, progress }: Bed): Promise<Figures> => {
  const times = quick ? 3 : 7;
  const forMs = quick ? 500 : 1_500;
  const step = progress('Kernel alone', times);
  // What runs for the first time is still being compiled.
  kernelRate({ forMs: 1_000 });
  const rates: number[] = [];
  for (let n = 0; n < times; n += 1) {
    rates.push(kernelRate({ forMs }));
    step();
  }
  return { kernelStepsPerS: figureOf(rates) };
};

const taskCount = 1_000_000;
const quickTaskCount = 50_000;

/** Worklist, search and case page through the API, over a store full of open tasks. No worker and no engine is needed. */
export const lists = async ({ quick, folder, product, progress }: Bed): Promise<Figures> => {
  const times = quick ? 3 : 7;
  const count = quick ? quickTaskCount : taskCount;
  const step = progress(
    `Worklist, search and case page with ${count.toLocaleString('en')} open tasks`,
    times + 1,
  );
  const home = folder();
  const caseIds = await fillTaskStore(home, { taskCount: count, caseCount: 100, textOf });
  step();
  const api = await product({
    home,
    personId: busyPerson.id,
    temporalAddress: `127.0.0.1:${await freePort()}`,
    withWorker: false,
  });
  const call = caller(api);
  await worklistTimesMs(call);
  await searchTimesMs(call);
  const worklists: number[] = [];
  const searches: number[] = [];
  const pages: number[] = [];
  for (let n = 0; n < times; n += 1) {
    worklists.push(p95(await worklistTimesMs(call)));
    searches.push(p95(await searchTimesMs(call)));
    pages.push(p95(await casePageTimesMs(call, caseIds)));
    step();
  }
  await api.stop();
  return {
    worklistP95Ms: figureOf(worklists),
    searchP95Ms: figureOf(searches),
    casePageP95Ms: figureOf(pages),
  };
};
