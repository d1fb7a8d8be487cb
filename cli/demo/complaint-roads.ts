import type { Json } from '../../machines/kernel/json.ts';
import { customer } from '../replay/plan.ts';
import { because, event, evidence, once, type Road, yuan } from './road.ts';

const paying = (amount: number): { [name: string]: Json } => ({
  remedy: { kind: 'payment', amount: yuan(amount) },
});

const registered = [event('register', 'agent')];
const acknowledged = [...registered, event('acknowledge', 'handler')];
const accepted = [...acknowledged, event('accept', 'handler', { severity: 'P2', cause: 'delay' })];
const investigated = [...accepted, event('findings', 'handler', { finding: 'upheld', evidence })];
const proposed = (remedy: { [name: string]: Json }) => [...investigated, event('propose', 'handler', remedy)];
const offered = (remedy: { [name: string]: Json }) => [
  ...proposed(remedy),
  event('approve', 'complaints-manager'),
];
const agreed = (remedy: { [name: string]: Json }, account: string) => [
  ...offered(remedy),
  once('offered', event('offer.accept', customer, { payee: { name: '王小明（生成）', account } })),
];
const correction = { remedy: { kind: 'correction' } };
const implemented = [
  ...agreed(correction, '6222020000000000101'),
  event('implemented', 'handler', { evidence }),
];
const resolved = [...acknowledged, event('resolve.early', 'handler', { acceptedBy: 'phone' })];
const coded = [...resolved, once('root-cause', event('code', 'handler', { rootCause: 'terms-unclear' }))];
const underDuress = [...registered, because(event('withdraw', customer, { duressSuspected: true }))];

/** An account that the payment double rejects. */
const rejectedAccount = '6222020000000000000';

/** One road to each phase of a complaint. */
export const complaintRoads: readonly Road[] = [
  { to: 'received', steps: [] },
  { to: 'acknowledging', steps: registered },
  { to: 'triage', steps: acknowledged },
  { to: 'investigating', steps: accepted },
  {
    to: 'awaiting-department',
    steps: [
      ...accepted,
      event('department.ask', 'handler', { department: 'claims', question: '（生成）何时付款？' }),
    ],
  },
  {
    to: 'awaiting-legal',
    steps: [...accepted, event('legal.ask', 'handler', { question: '（生成）条款如何解释？' })],
  },
  { to: 'remedy', steps: investigated },
  { to: 'remedy-approval', steps: proposed(paying(300)) },
  { to: 'offered', steps: offered(paying(300)) },
  { to: 'implementing', steps: agreed(correction, '6222020000000000101') },
  { to: 'releasing', steps: agreed(paying(300), '6222020000000000101') },
  {
    to: 'payment-failed',
    steps: [...agreed(paying(300), rejectedAccount), event('payment.release', 'finance')],
  },
  { to: 'callback', steps: implemented },
  { to: 'manager-review', steps: underDuress },
  { to: 'final-response', steps: [...underDuress, because(event('finalise', 'complaints-manager'))] },
  { to: 'root-cause', steps: resolved },
  { to: 'corrective-action', steps: coded },
  {
    to: 'archived',
    steps: [
      ...coded,
      event('capa.report', 'lead', { measure: 'process', evidence }),
      event('capa.verify', 'qa', { evidence }),
    ],
  },
  { to: 'internal-review', steps: [...resolved, once('root-cause', event('review.request', customer))] },
  {
    to: 'mediating',
    steps: [...acknowledged, event('mediation.open', 'handler', { body: '（生成）调解组织' })],
  },
  {
    to: 'with-regulator',
    steps: [...acknowledged, event('regulator.notify', 'regulator-liaison', { reference: 'GEN-2026-17' })],
  },
  {
    to: 'with-ombudsman',
    steps: [...acknowledged, event('ombudsman.open', 'regulator-liaison', { reference: 'GEN-OMB-3' })],
  },
  {
    to: 'transferred',
    steps: [...acknowledged, because(event('transfer', 'handler', { to: '（生成）另一家公司' }))],
  },
  {
    to: 'declined',
    steps: [...acknowledged, because(event('decline', 'complaints-manager', { ground: 'not-authorised' }))],
  },
  {
    to: 'merged',
    steps: [...registered, because(event('merge', 'handler', { into: 'CP-2026-000001' }))],
  },
  { to: 'withdrawn', steps: [...acknowledged, because(event('withdraw', customer))] },
];

/** The customer accepts and names no account: the bank refuses the order, and an operator has to look. */
export const incidentRoad: Road = {
  to: 'paying',
  steps: [
    ...offered(paying(300)),
    once('offered', event('offer.accept', customer)),
    event('payment.release', 'finance'),
  ],
};

/** A remedy above what the complaints manager may decide: refused, and recorded as refused. */
export const refusedRoad: Road = {
  to: 'remedy-approval',
  steps: [
    ...proposed(paying(80_000)),
    { ...event('approve', 'complaints-manager'), refused: 'AUTHORITY_EXCEEDED' },
  ],
};

/** Stands in the middle of its work, with the decision's clock running. */
export const underWay: Road = { to: 'investigating', steps: accepted };

/** Left to themselves on the short clock: one that nobody registers, one that nobody acknowledges. */
export const shortClockRoads: readonly Road[] = [
  { to: 'received', steps: [] },
  { to: 'acknowledging', steps: registered },
];
