import { civilDate, dayNumber } from '../../machines/kernel/civil-date.ts';
import type { Random } from './generated-random.ts';
import type { Party } from './party.ts';

/** Nobody may be taken for a real person: each made-up name ends in this (生成: generated). */
const mark = '（生成）';
/** A region code that is not assigned, so that no made-up ID number is anybody's. */
const noRegion = '999999';

const surnames = [
  ...[
    '王',
    '李',
    '张',
    '刘',
    '陈',
    '杨',
    '黄',
    '赵',
    '吴',
    '周',
    '徐',
    '孙',
    '马',
    '朱',
    '胡',
    '郭',
    '何',
    '林',
  ],
  ...['高', '罗', '郑', '梁', '谢', '宋', '唐', '许', '邓', '韩', '冯', '曹', '欧阳', '司徒'],
] as [string, ...string[]];
const givenNames = [
  ...[
    '伟',
    '芳',
    '娜',
    '敏',
    '静',
    '丽',
    '强',
    '磊',
    '洋',
    '艳',
    '勇',
    '杰',
    '娟',
    '涛',
    '超',
    '秀英',
    '建国',
  ],
  ...['志强', '晓明', '海燕', '文博', '雨桐', '子轩', '梓涵', '思远', '佳怡', '国庆', '春梅', '俊峰', '雅琴'],
] as [string, ...string[]];
const districts: [string, ...string[]] = [
  '深圳市南山区科苑路',
  '广州市天河区体育东路',
  '杭州市西湖区文三路',
  '成都市武侯区人民南路',
  '武汉市洪山区珞喻路',
  '南京市鼓楼区中山北路',
  '青岛市市南区香港中路',
  '西安市雁塔区科技路',
];
const trades: [string, ...string[]] = ['物流', '餐饮', '商贸', '建材', '租赁', '食品', '电子'];

/** Made-up parties, most of them persons; every thirtieth person is known twice, under two references. */
export const generateParties = (random: Random, count: number): Party[] => {
  const parties: Party[] = [];
  while (parties.length < count) {
    const serial = parties.length + 1;
    const original = parties.at(-7);
    if (serial % 30 === 0 && original?.kind === 'person') {
      parties.push(again(random, original, serial));
    } else {
      parties.push(random.chance(0.1) ? organisation(random, serial) : person(random, serial));
    }
  }
  return parties;
};

const refOf = (serial: number): string => `GEN-P${String(serial).padStart(5, '0')}`;

/** Mobile numbers begin with 13 to 19: no made-up one can be called. */
export const generatedPhone = (serial: number): string => `12${String(serial).padStart(9, '0')}`;

const addressOf = (random: Random): string =>
  `${random.pick(districts)}${random.int(1, 300)}号${random.int(1, 30)}栋${random.int(101, 2808)}室`;

const person = (random: Random, serial: number): Party => ({
  ref: refOf(serial),
  kind: 'person',
  personal: {
    name: random.pick(surnames) + random.pick(givenNames) + mark,
    idNumber: idNumber(random, serial),
    phone: generatedPhone(serial),
    address: addressOf(random),
  },
  generated: true,
});

const organisation = (random: Random, serial: number): Party => ({
  ref: refOf(serial),
  kind: 'organisation',
  personal: {
    name: `${random.pick(surnames)}氏${random.pick(trades)}有限公司${mark}`,
    idNumber: `91${noRegion}GEN${String(serial).padStart(7, '0')}`,
    phone: generatedPhone(serial),
    address: addressOf(random),
  },
  generated: true,
});

/** The same person in an older register: another reference, sometimes without the ID number or with a new phone. */
const again = (random: Random, { personal }: Party, serial: number): Party => {
  const { idNumber: known, ...rest } = personal;
  const forgotten = random.chance(0.4);
  return {
    ref: refOf(serial),
    kind: 'person',
    personal: {
      ...rest,
      ...(forgotten || known === undefined ? {} : { idNumber: known }),
      ...(!forgotten && random.chance(0.5) ? { phone: generatedPhone(serial) } : {}),
    },
    generated: true,
  };
};

const idNumber = (random: Random, serial: number): string => {
  const born = civilDate(random.int(dayNumber('1950-01-01'), dayNumber('2004-12-31'))).replaceAll('-', '');
  const body = `${noRegion}${born}${String(serial % 1_000).padStart(3, '0')}`;
  return body + checkDigit(body);
};

/** The last character of an 18-digit ID number (GB 11643: ISO 7064 MOD 11-2). */
const checkDigit = (body: string): string => {
  let sum = 0;
  for (const [index, digit] of [...body].entries()) {
    sum += Number(digit) * (2 ** (17 - index) % 11);
  }
  return '10X98765432'[sum % 11] ?? '';
};
