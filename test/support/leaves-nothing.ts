import { afterAll, beforeAll, expect } from 'vitest';

// Files of tests share a process one after the other: what one leaves behind would be the next one's fault.

const shared = [Object.prototype, Array.prototype, String.prototype, Function.prototype];
let environment: NodeJS.ProcessEnv = {};

beforeAll(() => {
  environment = { ...process.env };
});

afterAll(() => {
  expect(shared.flatMap((prototype) => Object.keys(prototype))).toEqual([]);
  expect(process.env).toEqual(environment);
});
