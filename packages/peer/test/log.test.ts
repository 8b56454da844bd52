import { describe, expect, it } from 'vitest';
import { createControlClient, createLogger, createPeer } from '../src/index.ts';
import { configFor, onCleanup, startForge, tempDir, until } from './support.ts';

describe('the log', () => {
  it('has a line for each thing, and no words of strangers above debug', async () => {
    const forge = await startForge();
    const dataDir = await tempDir();
    const lines: string[] = [];
    const logger = createLogger({
      level: 'info',
      format: 'json',
      write: (line) => void lines.push(line),
    });
    const peer = createPeer(configFor(dataDir, { forge }), { logger });
    onCleanup(() => peer.stop());
    await peer.start();
    const client = createControlClient(dataDir);
    await client.submit({ title: 'EVIL words', body: 'recipe: note\ntext: hello\n' });
    await until(() => lines.some((line) => line.includes('task.ended')));
    await peer.stop();
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ level: expect.any(String) });
    expect(lines.join('')).not.toContain('EVIL');
    expect(lines.join('')).toContain('the peer has stopped');
  });

  it('quotes what could break a line', () => {
    const lines: string[] = [];
    const logger = createLogger({
      level: 'debug',
      format: 'text',
      write: (line) => void lines.push(line),
    });
    logger.child('mesh').debug('heard', { text: 'a\n\u001b[31mb', plain: 'x', none: undefined });
    logger.info('told');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/debug mesh {5}heard text="a\\n\\u001b\[31mb" plain=x\n$/);
  });
});
