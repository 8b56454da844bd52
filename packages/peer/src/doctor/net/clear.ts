/** Whether somebody speaks in clear where a peer was expected. */
import { connect } from 'node:net';
import type { TcpAddress } from '../tcp-address.ts';

const answerMsMax = 1_000;
/** A peer of whatever mesh begins with 24 random bytes; that many that are text are no chance. */
const bytesMin = 16;
/** libp2p without a network key, as of another system. */
const bare = '/multistream/';

/** True: text, as of a web server, or libp2p without a network key. False also where nothing is answered. Never throws. */
export function speaksInClear({ host, port }: TcpAddress): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  let heard = '';
  const done = () => resolve(isClear(heard));
  const socket = connect({ host, port });
  socket.setEncoding('latin1');
  socket.setTimeout(answerMsMax, done);
  socket.once('error', done);
  socket.once('close', done);
  socket.on('data', (text: string) => {
    heard += text;
    if (heard.length >= bytesMin) done();
  });
  // No request of any kind: a web server says so, and nobody does anything.
  socket.write('?\r\n\r\n');
  return promise.finally(() => socket.destroy());
}

function isClear(heard: string): boolean {
  if (heard.includes(bare)) return true;
  return heard.length >= bytesMin && /^[\t\r\n\x20-\x7e]+$/.test(heard.slice(0, bytesMin));
}
