/** What an idle node in a process of its own tells, over the IPC channel that it was started with. */
import { once } from 'node:events';

export interface IdleAnswer {
  readonly addresses: readonly string[];
  readonly connected: number;
}

export interface IdleNode {
  answer(): IdleAnswer;
  stop(): Promise<void>;
}

/** Tells its own addresses, answers each message with how many it is connected with, and ends with the channel. */
export async function serve(start: (args: readonly string[]) => Promise<IdleNode>): Promise<void> {
  const tell = process.send?.bind(process);
  if (tell === undefined) throw new Error('it has to be started with an IPC channel');
  const node = await start(process.argv.slice(2));
  const ended = once(process, 'disconnect');
  process.on('message', () => tell(node.answer()));
  tell(node.answer());
  await ended;
  await node.stop();
}
