import { exchange, parseAnswer } from '../ports/http-exchange.ts';
import { type Asked, PortFailure } from '../ports/port-failure.ts';
import { tryMsMax } from './channel.ts';

const answerBytesMax = 100_000;

/**
 * Posts JSON to a gateway that the settings name, and gives its answer's text. Redirects are not followed.
 * @throws PortFailure
 */
export const postJson = async (
  url: string,
  { body, headers = {} }: { body: string; headers?: Record<string, string> },
  asked: Asked,
  timeoutMs = tryMsMax,
): Promise<string> => {
  const { status, text } = await exchange(
    { url: new URL(url), method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body },
    { timeoutMs, answerBytesMax },
    () => true,
    asked,
  );
  if (status >= 500 || status === 408 || status === 425 || status === 429) {
    throw new PortFailure(asked, 'PORT_UNAVAILABLE', 'cannot just now', status);
  }
  if (status < 200 || status >= 300) {
    throw new PortFailure(asked, 'PORT_REFUSED', 'refused', status);
  }
  return text;
};

/**
 * The two chat systems answer 200 and say in `errcode` how it went.
 * @param later codes that mean: not now
 * @throws PortFailure
 */
export const requireErrcode0 = (text: string, later: readonly number[], asked: Asked): void => {
  const answer = parseAnswer({ status: 200, text }, asked);
  const code =
    typeof answer === 'object' && answer !== null && !Array.isArray(answer) ? answer.errcode : undefined;
  if (typeof code !== 'number') {
    throw new PortFailure(asked, 'PORT_ANSWER_INVALID', 'the answer has no errcode');
  }
  if (code !== 0) {
    throw later.includes(code)
      ? new PortFailure(asked, 'PORT_UNAVAILABLE', 'cannot just now')
      : new PortFailure(asked, 'PORT_REFUSED', 'refused');
  }
};
