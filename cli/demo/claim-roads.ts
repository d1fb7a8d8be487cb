import type { Json } from '../../machines/kernel/json.ts';
import { customer, type PlannedStep } from '../replay/plan.ts';
import { because, event, evidence, once, type Road } from './road.ts';

const paper = (document: string): PlannedStep => ({ document, as: 'agent' });
const ofExposure = (step: PlannedStep): PlannedStep => ({ ...step, on: 'child' });

const exposure = (coverage: string, amount: number, currency = 'CNY'): Json => ({
  coverage,
  claimant: coverage.startsWith('third-party') ? 'third-party' : 'insured',
  reserve: { amount: amount * 100, currency },
});

const contacted = [event('contact', 'agent', { how: 'phone' })];
const verified = [...contacted, event('verify', 'agent')];
const covered = [...verified, once('coverage-check', event('cover', 'adjuster'))];
const routed = (route: string, exposures: Json[]) => [
  ...covered,
  event('route', 'adjuster', { route, exposures }),
];
const surveyed = [
  ...routed('survey', [exposure('vehicle-damage', 4_000), exposure('third-party-property', 2_000)]),
  event('survey.report', 'adjuster', { evidence }),
];
const denied = [
  ...verified,
  once('coverage-check', because(event('coverage.deny', 'adjuster', { clause: '（生成）第二条' }))),
];
const settling = [
  ...routed('fast', [exposure('vehicle-damage', 3_000)]),
  ...['claim-form', 'identity', 'photos', 'licence'].map(paper),
];
const decided = [
  ...settling,
  ofExposure(event('estimate', 'adjuster', { amount: { amount: 250_000, currency: 'CNY' }, evidence })),
  ofExposure(event('estimate.agree', 'lead')),
  ofExposure(
    event('propose', 'adjuster', {
      amount: { amount: 240_000, currency: 'CNY' },
      clause: '（生成）机动车损失保险条款第六条',
    }),
  ),
  ofExposure(event('approve', 'lead')),
];
const paid = [
  ...decided,
  ofExposure(
    once(
      'offered',
      event('offer.accept', customer, { payee: { name: '李雷（生成）', account: '6222020000000000202' } }),
    ),
  ),
  ofExposure(paper('invoice')),
  ofExposure(paper('payee-account')),
  ofExposure(event('payment.release', 'finance')),
];

/** One road to each phase of a claim. */
export const claimRoads: readonly Road[] = [
  { to: 'reported', steps: contacted },
  { to: 'coverage-check', steps: verified },
  {
    to: 'underwriting-opinion',
    steps: [
      ...verified,
      once('coverage-check', event('coverage.doubt', 'adjuster', { question: '（生成）是否属于营运车辆？' })),
    ],
  },
  { to: 'refusal-review', steps: denied },
  { to: 'refused', steps: [...denied, event('refusal.approve', 'lead')] },
  { to: 'triage', steps: covered },
  { to: 'surveying', steps: routed('survey', [exposure('vehicle-damage', 3_000)]) },
  { to: 'papers-check', steps: surveyed },
  {
    to: 'papers-awaited',
    steps: [
      ...surveyed,
      event('papers.request', 'adjuster', { papers: ['claim-form', 'identity', 'licence'] }),
    ],
  },
  { to: 'settling', steps: settling },
  { to: 'paying', steps: decided },
  { to: 'follow-up', steps: paid },
  {
    to: 'closed',
    steps: [...paid, once('follow-up', event('callback', 'qa', { satisfied: true, score: 5 }))],
  },
  {
    to: 'siu-investigating',
    steps: [
      ...verified,
      event('fraud.flag', 'adjuster', { score: 55, indicators: ['loss soon after start'] }),
      because(event('fraud.refer', 'lead')),
    ],
  },
  { to: 'merged', steps: [...contacted, because(event('merge', 'agent', { into: 'CL-2026-000001' }))] },
  { to: 'withdrawn', steps: [...contacted, because(event('withdraw', customer))] },
];
