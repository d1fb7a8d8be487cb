import type { DefinitionDocument } from '../../machines/definition/schema.ts';
import type { Actor, TaskCommand } from '../../machines/kernel/command.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { type LinkedCases, linkedCases } from './linked-cases.ts';
import { settlement, who, yuan } from './settlement.ts';

type SeatCommand = Omit<TaskCommand, 'type' | 'id' | 'facts' | 'taskId' | 'reason'> & { reason?: true };

/** Linked cases on a clock of their own, and the decision that was asked for last. */
export interface SettlementWorld {
  world: LinkedCases;
  /** Lets so many hours pass; what falls due then waits for `wake`. */
  pass: (hours: number) => void;
  /** RFC 3339 UTC, so many hours from now. */
  inHours: (hours: number) => string;
  /** The approval's case. */
  latest: () => string;
  /** Its task that is open. */
  openTask: () => string;
  /** The refusal's code, or undefined. */
  onSeat: (by: Actor, command: SeatCommand) => string | undefined;
  sign: (id: string, outcome?: 'approve' | 'reject') => string | undefined;
}

/** A claim of this amount, in yuan, by its own definition where one is given; not proposed yet. */
export const settlementWorld = (
  amount: number,
  definition: RuntimeDefinition = settlement,
  definitions?: DefinitionDocument[],
): SettlementWorld => {
  let now = Date.UTC(2026, 2, 2, 2);
  const world = linkedCases(() => {
    now += 1_000;
    return new Date(now).toISOString();
  }, definitions);
  world.open(definition, 'claim-1', who('adjuster'), { amount: yuan(amount)[0] ?? null });
  const latest = (): string => [...world.cases.keys()].findLast((id) => id !== 'claim-1') ?? '';
  const openTask = (): string =>
    Object.entries(world.at(latest()).tasks).find(([, { status }]) => status === 'open')?.[0] ?? '';
  const onSeat = (by: Actor, command: SeatCommand): string | undefined =>
    world.send(latest(), { type: 'task', taskId: openTask(), by, ...command });
  return {
    world,
    pass: (hours) => {
      now += hours * 3_600_000;
    },
    inHours: (hours) => new Date(now + hours * 3_600_000).toISOString(),
    latest,
    openTask,
    onSeat,
    sign: (id, outcome = 'approve') =>
      onSeat(who(id), {
        verb: 'complete',
        outcome,
        ...(outcome === 'reject' ? { reason: true as const } : {}),
      }),
  };
};

/** Brings a claim before the people who decide. */
export const propose = ({ world }: SettlementWorld, by: Actor): string | undefined =>
  world.send('claim-1', { type: 'event', event: 'propose', by });
