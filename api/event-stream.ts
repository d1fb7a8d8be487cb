import { entriesOf } from '../db/read/get-case.ts';
import { type LogLeaf, readLog } from '../db/read/read-log.ts';
import { caseEvent } from '../machines/notification/case-event.ts';
import type { LogWatch } from './log-watch.ts';
import { findVisibleCase } from './present-case.ts';
import type { Reader } from './reader.ts';
import { maySeeRestricted } from './rights.ts';
import type { Services } from './services.ts';

export interface StreamTimes {
  /** Between two looks at the log, for all streams together. */
  pollMs: number;
  /** Without an event, something is sent after this. */
  heartbeatMs: number;
  /** A consumer that takes nothing for so long is dropped. */
  slowMs: number;
}

export interface StreamOptions {
  services: Services;
  watch: LogWatch;
  times: StreamTimes;
  tenant: string;
  /** The last place of the log that the consumer has; -1 is before the first. */
  afterIndex: number;
  /** What is sent first. */
  opening: string;
  /** Who reads, as of now. @throws where they may not any more */
  reader: () => Promise<Reader>;
  /** Ends the stream. */
  signal: AbortSignal;
  onEnd: () => void;
}

/** Places of the log that are read at once: what one consumer holds in memory at most. */
const placesMax = 100;

/**
 * Entries of the log as server-sent events, as far as the reader may see each at that moment. Nothing is read before the
 * consumer has taken what was there before, so that a slow one holds one batch and no more.
 */
export const eventStream = (options: StreamOptions): ReadableStream<Uint8Array> => {
  const { services, watch, times, tenant, signal, onEnd } = options;
  const encoder = new TextEncoder();
  let { afterIndex } = options;
  let opening: string | undefined = options.opening;
  let slow: NodeJS.Timeout | undefined;
  let ended = false;

  const end = (): void => {
    if (!ended) {
      ended = true;
      clearTimeout(slow);
      onEnd();
    }
  };

  const next = async (): Promise<string | undefined> => {
    const beatAtMs = performance.now() + times.heartbeatMs;
    for (;;) {
      if (signal.aborted || ended) {
        return undefined;
      }
      const leaves =
        (await watch.size(tenant)) - 1 > afterIndex
          ? await readLog(services.store, { tenant, afterIndex, limit: placesMax })
          : [];
      const last = leaves.at(-1);
      if (last) {
        // Rights are read anew for each batch: one taken away is gone with the next event.
        const text = await visibleEvents(services, await options.reader(), leaves);
        afterIndex = last.index;
        if (text !== '') {
          return text;
        }
      } else if (performance.now() >= beatAtMs) {
        // Nobody is asked who they are: that would keep a session alive at which nobody sits.
        return ': still here\n\n';
      } else {
        await watch.pause(signal);
      }
    }
  };

  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        clearTimeout(slow);
        try {
          const text = opening ?? (await next());
          opening = undefined;
          if (ended) {
            return;
          }
          if (text === undefined) {
            end();
            controller.close();
            return;
          }
          controller.enqueue(encoder.encode(text));
          slow = setTimeout(() => {
            end();
            controller.error(new Error('The consumer takes nothing'));
          }, times.slowMs);
          slow.unref();
        } catch {
          // Whoever may not read any more, or meets a store that is away, comes back with its Last-Event-ID.
          end();
          controller.close();
        }
      },
      cancel: end,
    },
    { highWaterMark: 1 },
  );
};

const visibleEvents = async (services: Services, reader: Reader, leaves: LogLeaf[]): Promise<string> => {
  let text = '';
  for (const { kind, caseId, number, index } of leaves) {
    const row = kind === 'entry' ? await findVisibleCase(services, reader, caseId) : undefined;
    const [entry] = row
      ? await entriesOf(services.store, { tenant: reader.tenant, caseId, afterSeq: number - 1, limit: 1 })
      : [];
    if (row && entry && maySeeRestricted(reader, entry.restrictedTo)) {
      const event = caseEvent(reader.tenant, entry.at, {
        ...{ caseId, number: row.number, kind: row.kind, definition: row.definitionId },
        ...{ seq: entry.seq, type: entry.type, logIndex: index },
      });
      text += `id: ${index}\nevent: entry\ndata: ${JSON.stringify(event)}\n\n`;
    }
  }
  return text;
};
