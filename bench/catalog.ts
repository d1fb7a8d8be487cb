import type { Figure } from './figure.ts';

export interface Entry {
  title: string;
  unit: string;
  /** What the median must not exceed, or must reach. */
  budget?: { atMost: number } | { atLeast: number };
}

/** Every figure by its name in the JSON, in the order of the report. */
export const catalog = {
  overheadRatio: {
    title: 'a command here ÷ in a hand-written workflow, same projection and worker options',
    unit: '×',
    budget: { atMost: 1.2 },
  },
  overheadShownRatio: {
    title: 'the same, theirs keeping the state in a search attribute as ours does',
    unit: '×',
  },
  overheadSmallRatio: {
    title: 'the same, theirs with a small store of its own instead of our projection',
    unit: '×',
  },
  tunedRatio: {
    title: 'the same, our tuned worker ÷ hand-written on a stock one',
    unit: '×',
    budget: { atMost: 1 },
  },
  httpRatio: {
    title: 'rate through HTTP ÷ rate of the hand-written workflow without HTTP',
    unit: '×',
    budget: { atLeast: 0.6 },
  },
  coldRatio: {
    title: 'the same, cases whose history is replayed first',
    unit: '×',
    budget: { atLeast: 0.25 },
  },
  commandsPerMin: { title: 'accepted commands through HTTP, FULL', unit: '/min' },
  p50Ms: { title: 'a command through HTTP, FULL, median', unit: 'ms' },
  p99Ms: { title: 'a command through HTTP, FULL, 99 %', unit: 'ms' },
  commandsPerMinNormal: { title: 'accepted commands through HTTP, NORMAL', unit: '/min' },
  p50MsNormal: { title: 'a command through HTTP, NORMAL, median', unit: 'ms' },
  p99MsNormal: { title: 'a command through HTTP, NORMAL, 99 %', unit: 'ms' },
  handWrittenPerMin: { title: 'hand-written workflow, no HTTP, FULL', unit: '/min' },
  handWrittenPerMinNormal: { title: 'hand-written workflow, no HTTP, NORMAL', unit: '/min' },
  fdatasyncPerS: { title: 'disk: synced appends of 4 KiB', unit: '/s' },
  coreLoopMPerS: { title: 'core: turns of an integer loop', unit: 'M/s' },
  stolenPercent: { title: 'core time that the host gave to other machines, in each part', unit: '%' },
  workerCpuMs: { title: 'processor time of our worker, per command', unit: 'ms' },
  tunedWorkerCpuMs: { title: 'processor time of our tuned worker, per command', unit: 'ms' },
  handWrittenCpuMs: { title: 'processor time of the hand-written worker, per command', unit: 'ms' },
  kernelStepsPerS: {
    title: 'kernel alone, FEEL guards included, one core',
    unit: '/s',
    budget: { atLeast: 1_500 },
  },
  worklistP95Ms: { title: 'a worklist request over HTTP, 95 %', unit: 'ms', budget: { atMost: 50 } },
  searchP95Ms: { title: 'a search request over HTTP, 95 %', unit: 'ms', budget: { atMost: 50 } },
  casePageP95Ms: { title: "a case page's request over HTTP, 95 %", unit: 'ms', budget: { atMost: 50 } },
  bulkPerS: {
    title: 'bulk reassign of cold cases, single commands beside',
    unit: '/s',
    budget: { atLeast: 25 },
  },
  bulkSingleP99Ms: {
    title: 'a single command meanwhile, 99 %',
    unit: 'ms',
    budget: { atMost: 1_000 },
  },
  policyUs: { title: 'a decision of the policy, five rights looked at', unit: 'µs', budget: { atMost: 50 } },
  assignP95Ms: { title: 'who gets a task, of 10,000 who may, 95 %', unit: 'ms', budget: { atMost: 20 } },
  startMs: {
    title: '`caseloom start` to its first answered request',
    unit: 'ms',
    budget: { atMost: 10_000 },
  },
  demoFillMs: { title: 'the demo’s 60 cases, made through HTTP', unit: 'ms', budget: { atMost: 20_000 } },
} satisfies { [name: string]: Entry };

export type FigureName = keyof typeof catalog;
export type Figures = Partial<Record<FigureName, Figure>>;

export const figureNames = Object.keys(catalog) as FigureName[];

/** Whether the median keeps its budget; undefined where there is none. */
export const isKept = (name: FigureName, { median }: Figure): boolean | undefined => {
  const { budget }: Entry = catalog[name];
  if (budget === undefined) {
    return undefined;
  }
  return 'atMost' in budget ? median <= budget.atMost : median >= budget.atLeast;
};

export const budgetText = (name: FigureName): string => {
  const { budget }: Entry = catalog[name];
  if (budget === undefined) {
    return '';
  }
  return 'atMost' in budget ? `≤ ${budget.atMost}` : `≥ ${budget.atLeast}`;
};
