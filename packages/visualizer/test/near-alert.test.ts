import { expect, it } from 'vitest';
import { nearAlert } from '../src/health/near-alert.ts';

const calm = {
  atMs: 0,
  cpu: 0.2,
  memory: 0.5,
  disk: null,
  lagMs: 3,
  receivedBytesPerS: 1e9,
  sentBytesPerS: 1e9,
};

it('a gauge that is red without an alert is said not to have lasted long enough', () => {
  expect(nearAlert(null)).toBeNull();
  expect(nearAlert({ samples: [] })).toBeNull();
  expect(nearAlert({ samples: [{ ...calm, cpu: 1 }, calm] })).toBeNull();
  expect(nearAlert({ samples: [calm, { ...calm, cpu: 1, memory: 0.9 }] })).toBe(
    'No alert yet: processor 100 %, memory 90 %, not for long enough to be one.',
  );
});
