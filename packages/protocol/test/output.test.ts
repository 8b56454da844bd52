import { describe, expect, it } from 'vitest';
import { OutputPiece } from '../src/index.ts';

const piece = {
  epoch: 1,
  attempt: 1,
  executor: 'ollama qwen3:8b',
  running: true,
  from: { run: 1, at: 0 },
  to: { run: 1, at: 2 },
  text: 'ok',
  more: false,
};

describe('a piece of output', () => {
  it('names what made it without anything that moves a terminal', () => {
    expect(OutputPiece.safeParse(piece).success).toBe(true);
    for (const executor of ['\u001b]52;c;aGk=\u0007', 'a\nb', 'a\u202eb']) {
      expect(OutputPiece.safeParse({ ...piece, executor }).success).toBe(false);
    }
  });
});
