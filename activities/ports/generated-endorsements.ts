import { civilDate, dayNumber } from '../../machines/kernel/civil-date.ts';
import { coverage, yuan } from './generated-coverages.ts';
import type { Random } from './generated-random.ts';
import type { Coverage, Endorsement } from './policy.ts';
import type { BookPolicy } from './policy-book.ts';

type Change = { kind: Endorsement['kind']; coverages: Coverage[] };

/** Made-up changes of a policy during its period: none in most cases, two at most, a cancellation always last. */
export const generateEndorsements = (
  random: Random,
  policy: Omit<BookPolicy, 'endorsements'>,
): BookPolicy['endorsements'] => {
  const { fromOn, toOn } = policy.period;
  const days = dayNumber(toOn) - dayNumber(fromOn);
  const endorsements: BookPolicy['endorsements'] = [];
  let coverages = policy.coverages;
  let after = 10;
  for (const share of [0.3, 0.2]) {
    if (!random.chance(share) || endorsements.at(-1)?.kind === 'cancel') break;
    after = random.int(after + 5, Math.floor((after + days) / 2));
    const effectiveOn = civilDate(dayNumber(fromOn) + after);
    const change = changeOf(random, coverages, effectiveOn);
    coverages = change.coverages;
    endorsements.push({
      number: `${policy.number}-E${endorsements.length + 1}`,
      issuedOn: civilDate(dayNumber(effectiveOn) - random.int(0, 5)),
      effectiveOn,
      ...change,
    });
  }
  return endorsements;
};

const changeOf = (random: Random, coverages: Coverage[], effectiveOn: string): Change => {
  const draw = random.int(1, 100);
  const last = coverages.at(-1);
  if (draw <= 15) {
    return { kind: 'cancel', coverages };
  }
  if (draw <= 35 && last && coverages.length > 1) {
    return { kind: 'remove', coverages: coverages.slice(0, -1) };
  }
  if (
    draw <= 60 &&
    coverages[0]?.code === 'compulsory' &&
    !coverages.some(({ code }) => code === 'occupants')
  ) {
    return { kind: 'add', coverages: [...coverages, coverage('occupants', effectiveOn, { limit: 100_000 })] };
  }
  const raised = coverages.findIndex(({ code }) => code !== 'compulsory');
  if (raised < 0) {
    return {
      kind: 'add',
      coverages: [...coverages, coverage('third-party', effectiveOn, { limit: 1_000_000 })],
    };
  }
  return {
    kind: 'increase',
    coverages: coverages.map((item, index) =>
      index === raised
        ? {
            ...item,
            limit: yuan((item.limit.amount / 100) * 2),
            increasedOn: effectiveOn,
          }
        : item,
    ),
  };
};
