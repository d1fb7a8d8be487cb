import { AsyncLocalStorage } from 'node:async_hooks';

/** Whether a verified token says that its subject has proved several factors: `mfa` among `amr`, as RFC 8176 has it. */
export const saysTwoFactors = (claims: object): boolean => {
  const { amr } = claims as { amr?: unknown };
  return Array.isArray(amr) && amr.includes('mfa');
};

const underWay = new AsyncLocalStorage<{ twoFactors: boolean }>();

/** Does a sign-in, and tells whether the token that it came by said so: the library keeps nothing of the token. */
export const watchFactors = async <T>(
  signIn: () => Promise<T>,
): Promise<{ answer: T; twoFactors: boolean }> => {
  const seen = { twoFactors: false };
  const answer = await underWay.run(seen, signIn);
  return { answer, twoFactors: seen.twoFactors };
};

/** Takes down what the token of the sign-in under way says. */
export const noteFactors = (claims: object): void => {
  const seen = underWay.getStore();
  if (seen) {
    seen.twoFactors = saysTwoFactors(claims);
  }
};
