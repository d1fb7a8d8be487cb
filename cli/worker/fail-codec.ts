import type { Payload, PayloadCodec } from '@temporalio/common';
import type { FailPoint } from '../../activities/fail-point.ts';

/**
 * Changes nothing, and sees what a worker takes in and gives out: where a test has it die before a command reaches its
 * case, and before an answer leaves.
 */
export const createFailCodec = (failPoint: (point: FailPoint) => void): PayloadCodec => ({
  encode: async (payloads) => {
    if (payloads.some((payload) => textOf(payload).includes('"projected":'))) {
      failPoint('before-answer');
    }
    return payloads;
  },
  decode: async (payloads) => {
    if (payloads.some((payload) => isCommand(textOf(payload)))) {
      failPoint('before-step');
    }
    return payloads;
  },
});

const isCommand = (text: string): boolean => text.includes('"facts":') && !text.includes('"definition":');

const textOf = ({ data }: Payload): string => (data ? Buffer.from(data).toString('utf8') : '');
