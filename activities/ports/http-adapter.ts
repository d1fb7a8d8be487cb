import type { z } from 'zod';
import { pointerStep } from '../../machines/kernel/canonical-json.ts';
import { exchange, parseAnswer } from './http-exchange.ts';
import type { OperationMapping, PortSpec, StatusWord } from './http-mapping.ts';
import type { ReadyMapping } from './http-mapping-file.ts';
import { readField, readsNothing, UnreadableField } from './http-read-field.ts';
import { httpRequest } from './http-request.ts';
import type { Parameters } from './http-template.ts';
import { type Asked, PortFailure } from './port-failure.ts';

/** Asks one operation; undefined where the outside system knows no such thing. @throws PortFailure */
export type Ask<Spec extends PortSpec> = <Name extends keyof Spec['operations'] & string>(
  operation: Name,
  parameters: Parameters,
) => Promise<z.output<Spec['operations'][Name]['answer']> | undefined>;

/**
 * Speaks to an outside system as a mapping file says, and answers in the port's own shape. What comes back is
 * validated; nothing is cached; one call is one request, since whoever calls knows when to try again.
 */
export const createHttpAdapter = <Spec extends PortSpec>(
  spec: Spec,
  { mapping, authorization }: ReadyMapping,
): Ask<Spec> => {
  return async (name, parameters) => {
    const asked: Asked = { port: spec.port, operation: name };
    const operation = mapping.operations[name];
    const schema = spec.operations[name]?.answer;
    if (!operation || !schema) {
      throw new Error(`${spec.port} has no operation ${name}`);
    }
    const request = httpRequest(mapping, operation, parameters, asked);
    if (authorization) {
      request.headers[authorization.header.toLowerCase()] = authorization.value;
    }
    const wantsBody = (status: number): boolean => {
      const meaning = meaningOf(operation, status);
      return typeof meaning === 'object' && !readsNothing(meaning);
    };
    const answer = await exchange(request, mapping, wantsBody, asked);
    const meaning = meaningOf(operation, answer.status);
    if (meaning === 'none') {
      return undefined;
    }
    if (typeof meaning === 'string') {
      const code = meaning === 'retry' ? 'PORT_UNAVAILABLE' : 'PORT_REFUSED';
      throw new PortFailure(asked, code, `HTTP ${answer.status}`, answer.status);
    }
    const found = readAnswer(
      () => readField(meaning, wantsBody(answer.status) ? parseAnswer(answer, asked) : null),
      asked,
    );
    if (found === undefined) {
      return undefined;
    }
    const parsed = schema.safeParse(found);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const pointer = (issue?.path ?? []).map((step) => pointerStep(String(step))).join('');
      throw new PortFailure(
        asked,
        'PORT_ANSWER_INVALID',
        `${pointer === '' ? 'the answer' : pointer} is not as agreed`,
        answer.status,
      );
    }
    return parsed.data as z.output<Spec['operations'][typeof name]['answer']>;
  };
};

const meaningOf = ({ answers }: OperationMapping, status: number): OperationMapping['answers'][string] => {
  const given = answers[String(status)];
  return given ?? defaultMeaning(status);
};

const defaultMeaning = (status: number): StatusWord =>
  status >= 500 || [408, 425, 429].includes(status) ? 'retry' : 'refuse';

const readAnswer = <T>(read: () => T, asked: Asked): T => {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnreadableField) {
      throw new PortFailure(asked, 'PORT_ANSWER_INVALID', error.message);
    }
    throw error;
  }
};
