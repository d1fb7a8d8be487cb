import { asOf, type BookPolicy } from '../../activities/ports/policy-book.ts';
import { numberKey, phoneKey, plateKey } from '../../activities/ports/policy-search-key.ts';
import type { Json, JsonObject, Money } from '../../machines/kernel/json.ts';
import type { Received, Reply } from './local-server.ts';

const products = { motor: '01', property: '02', accident: '03', health: '04' };
const changes = { add: 'A', remove: 'D', increase: 'U', reduce: 'L', cancel: 'C', other: 'O' };
const compact = (on: string): string => on.replaceAll('-', '');
const inYuan = ({ amount }: Money): string => (amount / 100).toFixed(2);

/** A policy system that answers with the same policies as the double, in the shape that the docs' mapping reads. */
export const foreignPolicySystem =
  (policies: readonly BookPolicy[]) =>
  ({ method, url, headers, body }: Received): Reply => {
    if (headers.authorization !== 'Bearer policy-secret-1') return { status: 401, body: { message: 'no' } };
    const { pathname, searchParams } = new URL(url, 'http://local');
    if (method === 'POST' && pathname === '/api/policy/search') {
      const asked = body as { policyNo?: string; mobile?: string; licenseNo?: string };
      const rows = policies.filter(
        ({ number, personal }) =>
          numberKey(number) === asked.policyNo ||
          phoneKey(personal.insuredPhone ?? '') === asked.mobile ||
          plateKey(personal.plate ?? '') === asked.licenseNo,
      );
      // Newest first, unlike ours.
      return { status: 200, body: { rows: rows.toReversed().map(row) } };
    }
    const number = /^\/api\/policy\/([^/]+)$/.exec(pathname)?.[1];
    const policy = policies.find((one) => one.number === decodeURIComponent(number ?? ''));
    const date = (searchParams.get('asOf') ?? '').replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');
    return policy ? { status: 200, body: { policy: contract(policy, date) } } : { status: 404 };
  };

const row = (policy: BookPolicy): JsonObject => {
  const cancelled = policy.endorsements.find(({ kind }) => kind === 'cancel');
  return {
    policyNo: policy.number,
    productCode: products[policy.product],
    startDate: compact(policy.period.fromOn),
    endDate: Number(compact(policy.period.toOn)),
    surrenderDate: cancelled ? compact(cancelled.effectiveOn) : null,
    insured: { customerNo: policy.insuredRef, name: policy.personal.insuredName },
    ...(policy.personal.plate === undefined ? {} : { licenseNo: policy.personal.plate }),
    testData: 'Y',
  };
};

/** The contract as of a date. */
export const contract = (policy: BookPolicy, on: string): JsonObject => {
  const { coverages, endorsements, vehicle, premises, personal, cancelledOn, period, ...rest } = asOf(
    policy,
    on,
  );
  const body: { [key: string]: Json | undefined } = {
    policyNo: rest.number,
    productCode: products[rest.product],
    startDate: compact(period.fromOn),
    endDate: compact(period.toOn),
    surrenderDate: cancelledOn === undefined ? null : compact(cancelledOn),
    insured: {
      customerNo: rest.insuredRef,
      name: personal.insuredName,
      ...(personal.insuredPhone === undefined ? {} : { mobile: personal.insuredPhone }),
    },
    kinds: coverages.map((item) => ({
      kindCode: item.code,
      kindName: item.title?.zh ?? null,
      kindNameEn: item.title?.en ?? null,
      sumInsured: inYuan(item.limit),
      excess: Number(inYuan(item.deductible)),
      currency: item.limit.currency,
      excessRateBp: item.coinsuranceBasisPoints ?? null,
      effectiveTime: `${item.fromOn} 00:00:00`,
      raisedTime: item.increasedOn === undefined ? null : `${item.increasedOn}T00:00:00`,
    })),
    licenseNo: personal.plate,
    frameNo: personal.vin,
    address: personal.address,
    testData: 'Y',
  };
  if (endorsements.length > 0) {
    body.endorsements = endorsements.map((item) => ({
      endorseNo: item.number,
      type: changes[item.kind],
      issueDate: compact(item.issuedOn),
      validDate: compact(item.effectiveOn),
    }));
  }
  if (vehicle) {
    body.car = {
      kind: vehicle.kind,
      useNature: vehicle.use === 'private' ? '8A' : '9D',
      seatCount: vehicle.seats,
      actualValue: inYuan(vehicle.value),
      enrollDate: compact(vehicle.firstRegisteredOn),
    };
  }
  if (premises) body.premisesUse = premises.use === 'home' ? 'H' : 'B';
  return JSON.parse(JSON.stringify(body)) as JsonObject;
};
