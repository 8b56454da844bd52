import { expect, it } from 'vitest';
import { whereToType } from '../src/health/where-to-type.ts';

it('says on which machine commands are typed, where there are any', () => {
  expect(whereToType('ash', [])).toBeNull();
  expect(whereToType('ash', [{ advice: 'Wait a little.' }])).toBeNull();
  const text = whereToType('ash', [{ advice: 'Set it.' }, { advice: 'Run `bzzz policy check`.' }]);
  expect(text).toBe(
    'Commands are typed and settings are changed on the machine of ash, unless it is said where.',
  );
  const doctor = whereToType('ash', [{ advice: 'Run `bzzz doctor`: it says why.' }]);
  expect(doctor).toContain('at the end of this page');
});
