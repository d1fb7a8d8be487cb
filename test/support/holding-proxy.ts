import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface HoldingProxy {
  readonly address: string;
  /** From now on what comes from the proxy's clients goes nowhere; answers still come. */
  hold: () => void;
  /** Passes on what comes on new connections; those that were held are cut. */
  release: () => void;
  stop: () => void;
}

/** A way to a server that can be made to swallow what is sent to it. @param target host:port */
export const startHoldingProxy = async (target: string): Promise<HoldingProxy> => {
  const { hostname: host, port } = new URL(`tcp://${target}`);
  const sockets = new Set<Socket>();
  let held = false;
  const cut = (): void => {
    for (const socket of sockets) {
      socket.destroy();
    }
  };
  const server = createServer((from) => {
    const to = connect({ host, port: Number(port) });
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(one);
      // Who cannot be reached is not there for the other side either.
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    from.on('data', (bytes) => {
      if (!held) {
        to.write(bytes);
      }
    });
    to.on('data', (bytes) => from.write(bytes));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: () => {
      held = true;
    },
    release: () => {
      cut();
      held = false;
    },
    stop: () => {
      cut();
      server.close();
    },
  };
};
