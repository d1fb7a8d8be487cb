import type { ChannelName } from '../../db/schema/index.ts';

/** A message to one person, as its text is sent. */
export interface ChannelMessage {
  /** The same for each try: a receiver that can, knows a repeat by it. */
  deliveryId: string;
  /** The person's address in this channel. */
  address: string;
  subject: string;
  body: string;
  /** For channels that take one line. */
  short: string;
}

/** A way to people. A failure is a `PortFailure`, which says whether trying again may help. */
export type Channel = (message: ChannelMessage) => Promise<void>;

/** The channels that a company has. */
export type Channels = { [name in ChannelName]?: Channel };

/** Longest that one try may take, in milliseconds. */
export const tryMsMax = 15_000;

/** What its failures name. */
export const askedOf = (channel: ChannelName | 'webhook'): { port: string; operation: string } => ({
  port: 'channel',
  operation: channel,
});
