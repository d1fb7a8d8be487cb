import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Act, applyAct } from '../../machines/kernel/approval/act.ts';
import { type Approval, openSeats, type Seat } from '../../machines/kernel/approval/approval.ts';
import { isFault } from '../../machines/kernel/approval/eligible.ts';
import type { Signer } from '../../machines/kernel/approval/plan.ts';
import { beginApproval } from '../../machines/kernel/approval/rounds.ts';
import { actOf, approval, type Draw, draw, instant, people } from './random-decision.ts';
import { humanOf, humansBehind, isLentAt, mightBorrow, wasRight } from './rights-oracle.ts';

// Guarantee: whatever the plan and whatever people try, no approval without its quorum of distinct people who may decide,
// none of them counted twice; every plan can end; and the accepted acts alone give the decision again.

interface Played {
  end: Approval;
  /** What was accepted, with its instant and what it made of what. */
  accepted: { act: Act; at: string; before: Approval; after: Approval }[];
  seen: Approval[];
}

const play = (begun: Approval, draws: Draw[]): Played => {
  const accepted: Played['accepted'] = [];
  const seen = [begun];
  let at = begun;
  for (const [n, each] of draws.entries()) {
    const act = actOf(at, each, n);
    const before = JSON.stringify(at);
    const made = applyAct(at, act, instant(n));
    expect(JSON.stringify(at)).toBe(before);
    if (!isFault(made)) {
      accepted.push({ act, at: instant(n), before: at, after: made });
      at = made;
      seen.push(at);
    }
  }
  return { end: at, accepted, seen };
};

const runs = { numRuns: process.env.CASELOOM_FULL === '1' ? 8_000 : 1_000 };
const acts = fc.array(draw, { maxLength: 60, size: 'max' });

describe('a decision by several people', () => {
  it('is approved only by enough distinct people who may decide', () => {
    let approved = 0;
    fc.assert(
      fc.property(approval, acts, (begun, draws) => {
        const { end } = play(begun, draws);
        if (end.status === 'approved') {
          approved += 1;
          for (const { id, rule, signers } of end.plan.steps) {
            const seats = end.seats.filter((seat) => seat.step === id && !seat.void);
            const planned = seats.filter((seat) => !seat.addedBy && seat.status === 'approved');
            const needed = rule === 'any' ? 1 : typeof rule === 'object' ? rule.quorum : signers.length;
            expect(planned.length).toBeGreaterThanOrEqual(needed);
            expect(seats.filter((seat) => seat.addedBy && !isApprovedOrGone(seat))).toEqual([]);
          }
        }
      }),
      runs,
    );
    // The property says nothing where nothing is ever approved.
    expect(approved).toBeGreaterThan(runs.numRuns / 50);
  });

  it('hears only who may decide, by role, department, person and amount, or was lent it by such a one', () => {
    const ways = { own: 0, actingFor: 0, lent: 0 };
    fc.assert(
      fc.property(approval, acts, (begun, draws) => {
        const lentAs = new Map<string, Signer>();
        for (const { act, at, before, after } of play(begun, draws).accepted) {
          const seatIn = ({ seats }: Approval): Seat | undefined =>
            seats.find(({ id }) => 'seat' in act && id === act.seat);
          const [given, decided] = [seatIn(before), seatIn(after)];
          if (act.type === 'delegate' && given) {
            // Whoever has lent it may lend it to another instead, though it has climbed since.
            const isLent = given.delegation !== undefined && given.delegation.until > at;
            lentAs.set(given.id, (isLent && lentAs.get(given.id)) || given.signer);
            expect(before.lends === undefined || mightBorrow(given.signer, act.actor.id, act.to.id)).toBe(
              true,
            );
          }
          if ((act.type === 'approve' || act.type === 'reject' || act.type === 'return') && decided) {
            const isLent = isLentAt(decided);
            expect([decided, wasRight(before, decided, lentAs.get(decided.id))]).toEqual([decided, true]);
            expect(isLent && before.lends ? lentAs.get(decided.id) : decided.signer).toEqual(decided.signer);
            const isOwn = decided.decision?.onBehalfOfId === undefined;
            ways[isOwn ? 'own' : isLent ? 'lent' : 'actingFor'] += 1;
          }
        }
      }),
      runs,
    );
    // The property says nothing of a way that nobody took.
    expect(Math.min(...Object.values(ways))).toBeGreaterThan(runs.numRuns / 200);
  });

  it('counts nobody twice, and neither its proposer nor who is barred', () => {
    fc.assert(
      fc.property(approval, acts, (begun, draws) => {
        for (const at of play(begun, draws).seen) {
          const humans = at.seats.flatMap((seat) => (seat.void ? [] : humansBehind(seat)));
          expect(new Set(humans).size).toBe(humans.length);
          expect(humans).not.toContain(humanOf(at.proposer.id));
          expect(humans.filter((id) => at.barred.map(humanOf).includes(id))).toEqual([]);
        }
      }),
      runs,
    );
  });

  it('has an open seat as long as it runs, and can be brought to an end', () => {
    fc.assert(
      fc.property(approval, acts, (begun, draws) => {
        let { end: at } = play(begun, draws);
        if (at.status === 'returned') {
          const actor = people.find(({ id }) => id === at.proposer.id) as (typeof people)[number];
          const again = applyAct(at, { type: 'resubmit', actor, subjectHash: 'hash-9' }, instant(99));
          at = isFault(again) ? at : again;
        }
        for (let n = 0; at.status === 'running'; n += 1) {
          const [seat] = openSeats(at);
          expect(seat).toBeDefined();
          const made = applyAct(
            at,
            { type: 'approve', seat: seat?.id ?? '', actor: strangerFor(seat, n) },
            instant(999),
          );
          // A person whom the plan names, and who has no part in it any more: the ladder goes on with others.
          const isBarred = isFault(made) && seat?.signer.personId !== undefined;
          const next = isBarred ? applyAct(at, { type: 'climb', seat: seat.id }, instant(999)) : made;
          expect(next).not.toHaveProperty('fault');
          at = next as Approval;
        }
      }),
      runs,
    );
  });

  it('is the same again from its accepted acts alone', () => {
    fc.assert(
      fc.property(approval, acts, (begun, draws) => {
        const { end, accepted } = play(begun, draws);
        const { plan, subjectHash, amount, proposer, barred, lends } = begun;
        let again = beginApproval(
          JSON.parse(JSON.stringify({ plan, subjectHash, amount, proposer, barred, lends })) as typeof begun,
        );
        for (const { act, at } of JSON.parse(JSON.stringify(accepted)) as Played['accepted']) {
          again = applyAct(JSON.parse(JSON.stringify(again)) as Approval, act, at) as Approval;
        }
        expect(again).toEqual(end);
      }),
      runs,
    );
  });
});

const isApprovedOrGone = ({ status }: Seat): boolean => status === 'approved' || status === 'removed';

/** Somebody who has no part in anything yet and may do what the seat asks for; what was lent has come back by then. */
const strangerFor = (seat: Seat | undefined, n: number): (typeof people)[number] => ({
  id: seat?.signer.personId ?? `stranger-${n}`,
  roles: seat?.signer.role === undefined ? [] : [seat.signer.role],
  departments: seat?.signer.department === undefined ? [] : [seat.signer.department],
  authority: ['CNY', 'USD'].map((currency) => ({ currency, amount: 1_000_000 })),
});
