import { type Random, seededRandom } from '../../activities/ports/generated-random.ts';
import type { PolicyBook } from '../../activities/ports/policy-book.ts';
import type { CasePlan } from '../replay/plan.ts';
import { claimRoads } from './claim-roads.ts';
import { complaintRoads, incidentRoad, refusedRoad, shortClockRoads, underWay } from './complaint-roads.ts';
import { type Road, reason } from './road.ts';
import { teamOpening, teamRoad } from './team-road.ts';

/** Cases that the demonstration opens; the exposures that its claims start, and an approval, come on top. */
export const demoCases = 60;

const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * Days after which a complaint stands at 75, 90 and 100 % of the fifteen days that its decision has: the clock begins
 * on the day after the receipt, so that it counts between fifteen and sixteen days.
 */
export const decisionDays: readonly number[] = [12.1, 14.6, 16.1];

/**
 * The demonstration's cases, the same ones for each start but for the dates: so many in each phase, and last those
 * on the short clock, which then run out before one's eyes.
 *
 * @param count fewer for a quick look; the special ones are always among them
 */
export const planDemo = (nowMs: number, book: PolicyBook, count = demoCases): CasePlan[] => {
  const random = seededRandom('demo');
  const run = new Date(nowMs).toISOString();
  let n = 0;
  const at = (agoMs: number): string => new Date(nowMs - agoMs).toISOString();
  const complaint = ({ steps }: Road, receivedAt: string): CasePlan =>
    planned(
      `demo:${run}:${++n}`,
      { ...complaintBody(random), ...backdated(receivedAt), profile: 'cn' },
      steps,
    );
  // Received when it is opened: its clocks of seconds must not have run out by then.
  const onShortClock = ({ steps }: Road): CasePlan =>
    planned(`demo:${run}:${++n}`, { ...complaintBody(random), profile: 'demo' }, steps);
  const claim = ({ steps }: Road): CasePlan =>
    planned(`demo:${run}:${++n}`, claimBody(random, book, nowMs, at(random.int(1, 20) * minuteMs)), steps);
  const team = (receivedAt: string): CasePlan => {
    const { as, body } = teamOpening;
    return planned(`demo:${run}:${++n}`, { ...body, ...backdated(receivedAt) }, teamRoad.steps, as);
  };
  const lately = (): string => at(random.int(5, 600) * minuteMs);

  const special = [
    ...decisionDays.map((days) => complaint(underWay, at(days * dayMs))),
    complaint(refusedRoad, lately()),
    complaint(incidentRoad, lately()),
    team(lately()),
  ];
  const phases = [
    ...complaintRoads.map((road) => () => complaint(road, lately())),
    ...claimRoads.map((road) => () => claim(road)),
  ];
  const wanted = Math.max(0, count - special.length - shortClockRoads.length);
  const others = Array.from({ length: wanted }, (_, index) => {
    // When each phase has its case, the rest is early work: what a worklist mostly holds.
    const road = phases[index] ?? (() => complaint(complaintRoads[random.int(0, 3)] ?? underWay, lately()));
    return road();
  });
  return [...special, ...others, ...shortClockRoads.map(onShortClock)];
};

const planned = (
  key: string,
  body: CasePlan['opening']['body'],
  steps: CasePlan['steps'],
  as = 'agent',
): CasePlan => ({ key, opening: { as, body }, steps });

const surnames = ['王', '李', '张', '刘', '陈', '杨', '赵', '黄'] as const;
const givenNames = ['小明', '芳', '伟', '静', '丽', '强', '敏', '磊'] as const;
const nameOf = (random: Random): string => `${random.pick(surnames)}${random.pick(givenNames)}（生成）`;

/** Numbers that nobody has: there is no area 1990. */
const phoneOf = (random: Random): string => `1990000${String(random.int(0, 9_999)).padStart(4, '0')}`;

const products = [
  '机动车商业保险（演示）',
  '家庭财产保险（演示）',
  '意外伤害保险（演示）',
  '医疗保险（演示）',
] as const;
const complaints = [
  '（生成）定损后二十天未收到赔款，多次致电无人答复。',
  '（生成）拒赔理由看不懂，条款没有讲清。',
  '（生成）查勘员态度不好，约好时间没有来。',
  '（生成）续保保费上涨，没有人解释。',
] as const;
const channels = ['phone', 'web', 'app', 'wechat', 'branch', 'letter', 'email'] as const;

const backdated = (receivedAt: string) => ({ receivedAt, reason, evidence: reason });

const complaintBody = (random: Random): CasePlan['opening']['body'] => ({
  definition: 'complaint',
  data: {
    channel: random.pick(channels),
    product: random.pick(products),
    summary: random.pick(complaints),
    complainant: { name: nameOf(random), phone: phoneOf(random) },
  },
});

const claimBody = (
  random: Random,
  book: PolicyBook,
  nowMs: number,
  receivedAt: string,
): CasePlan['opening']['body'] => {
  const lossOn = new Date(nowMs - dayMs).toISOString().slice(0, 10);
  const motor = book.policies.filter(
    ({ product, period, endorsements }) =>
      product === 'motor' &&
      period.fromOn <= lossOn &&
      lossOn <= period.toOn &&
      !endorsements.some(({ kind }) => kind === 'cancel'),
  );
  return {
    definition: 'claim',
    profile: 'cn',
    ...backdated(receivedAt),
    data: {
      policyNumber: motor[random.int(0, motor.length - 1)]?.number ?? 'GEN-M26-000001',
      lossKind: 'motor',
      lossOn,
      description: '（生成）路口追尾，前后保险杠受损。',
      reporter: { name: nameOf(random), phone: phoneOf(random) },
    },
  };
};
