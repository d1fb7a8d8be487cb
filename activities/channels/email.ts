import { createTransport } from 'nodemailer';
import { PortFailure } from '../ports/port-failure.ts';
import { askedOf, type Channel, tryMsMax } from './channel.ts';

export interface EmailOptions {
  /** `smtps://user:password@host:465`, or `smtp://` with STARTTLS where the server has it. */
  url: string;
  /** Sender: `Caseloom <cases@example.com>`. */
  from: string;
  timeoutMs?: number;
}

/**
 * Mail over SMTP. The text is plain, without pictures and without links that tell who opened them. The Message-ID is the
 * delivery's, so that a mail sent twice can be known.
 */
export const createEmailChannel = ({ url, from, timeoutMs = tryMsMax }: EmailOptions): Channel => {
  const { protocol, hostname, port, username, password } = new URL(url);
  const transport = createTransport({
    host: hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    secure: protocol === 'smtps:',
    ...(username === ''
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return async ({ deliveryId, address, subject, body }) => {
    try {
      await transport.sendMail({
        from,
        // As an object it is one address, whatever stands in it.
        to: { name: '', address },
        subject,
        text: body,
        messageId: `<${deliveryId}@caseloom>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    } catch (error) {
      throw failureOf(error);
    }
  };
};

/** SMTP says with 5xx that the same mail will never be taken; a wrong password is ours to mend, and then it will. */
const failureOf = (error: unknown): PortFailure => {
  const { code, responseCode } = (error instanceof Error ? error : {}) as {
    code?: string;
    responseCode?: number;
  };
  const asked = askedOf('email');
  if (code === 'ETIMEDOUT') {
    return new PortFailure(asked, 'PORT_TIMEOUT', 'the mail server did not answer in time');
  }
  return code !== 'EAUTH' && responseCode !== undefined && responseCode >= 500
    ? new PortFailure(asked, 'PORT_REFUSED', 'the mail server refused it', responseCode)
    : new PortFailure(asked, 'PORT_UNAVAILABLE', 'the mail server cannot just now', responseCode);
};
