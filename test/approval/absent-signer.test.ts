import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../machines/kernel/command.ts';
import { seatRequest } from '../../machines/kernel/signing.ts';
import { type LinkedCases, linkedCases } from './linked-cases.ts';
import { settlement, yuan } from './settlement.ts';

// Guarantee: the seat of somebody who is away goes to another who may take it, never to who may not decide.

let world: LinkedCases;
let now = 0;
const person = (id: string, role = id): Actor => ({ id, roles: [role], authority: yuan(1_000_000) });
const system: Actor = { id: 'system', roles: ['system'] };
const approvalId = (): string => [...world.cases.keys()].at(-1) as string;
const seatTask = () => {
  const { tasks } = world.at(approvalId());
  return Object.entries(tasks).find(([, { status, seat }]) => status === 'open' && seat !== undefined) ?? [];
};
const send = (verb: 'assign' | 'reassign' | 'complete', by: Actor, more: object) =>
  world.send(approvalId(), { type: 'task', taskId: seatTask()[0] ?? '', verb, by, ...more });

beforeEach(() => {
  now = Date.UTC(2026, 2, 2, 2);
  world = linkedCases(() => {
    now += 1_000;
    return new Date(now).toISOString();
  });
  world.open(settlement, 'claim-1', person('adjuster'), { amount: yuan(200_000)[0] ?? null });
  world.send('claim-1', { type: 'event', event: 'propose', by: person('adjuster') });
  expect(send('assign', system, { to: person('legal') })).toBeUndefined();
});

it('by the engine, which asks for whoever the seat asked for, and both are told', () => {
  const state = world.at(approvalId());
  expect(
    seatRequest(
      world.cases.get(approvalId())?.compiled.definition as never,
      state,
      seatTask()[1]?.seat ?? '',
    ),
  ).toMatchObject({ role: 'legal', notPersons: ['adjuster', 'payee-1'] });
  const before = world.left.length;
  expect(send('reassign', system, { to: person('legal-2', 'legal'), because: 'away' })).toBeUndefined();
  expect(seatTask()[1]?.assignee).toBe('legal-2');
  expect(world.left.slice(before).map((effect) => 'to' in effect && effect.to)).toEqual([
    { roles: ['self:legal'] },
    { roles: ['person:legal-2'] },
  ]);
  expect(send('complete', person('legal'), { outcome: 'approve' })).toBe('TASK_TAKEN');
  expect(send('complete', person('legal-2', 'legal'), { outcome: 'approve' })).toBeUndefined();
});

it('not to the proposer, nor to another role, nor by a person without the right', () => {
  expect(send('reassign', system, { to: person('adjuster', 'legal') })).toBe('FOUR_EYES');
  expect(send('reassign', system, { to: person('finance') })).toBe('ROLE_REQUIRED');
  expect(send('reassign', person('finance'), { to: person('legal-2', 'legal') })).toBe('ROLE_REQUIRED');
});

it('a seat that names its person is nobody else’s to ask for', () => {
  const state = world.at(approvalId());
  const definition = world.cases.get(approvalId())?.compiled.definition as never;
  const [, task] = seatTask();
  const approval = state.signing?.approval;
  const named = approval && {
    ...approval,
    seats: approval.seats.map((seat) =>
      seat.id === task?.seat ? { ...seat, signer: { personId: 'legal' } } : seat,
    ),
  };
  const signing = state.signing && named && { ...state.signing, approval: named };
  expect(seatRequest(definition, signing === undefined ? {} : { signing }, task?.seat ?? '')).toBeUndefined();
  expect(seatRequest(definition, state, 'no-seat')).toBeUndefined();
});
