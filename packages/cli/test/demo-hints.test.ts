import { describe, expect, it } from 'vitest';
import { hintLines } from '../src/demo/hints.ts';
import { programOf } from '../src/program.ts';
import { createTerminal } from '../src/terminal.ts';

const facts = {
  repo: 'demo/textkit',
  bareRepository: '/d/forge/demo/textkit.git',
  peer: { name: 'acacia', dataDir: '/d/peers/acacia', pid: 4242 },
};
const text = hintLines(facts).join('\n');

describe('what the demo says may be done with its mesh', () => {
  it('is how to ask why, to watch, to kill a peer and to start it again', () => {
    expect(text).toContain('bzzz why 4 --data /d/peers/acacia');
    expect(text).toMatch(/status\|peers\|tasks\|logs\|top/);
    expect(text).toContain('kill -9 4242');
    expect(text).toContain('bzzz up --data /d/peers/acacia');
    // It does stop that one (stopSuccessor).
    expect(text).toContain('until Ctrl-C there, or here');
  });

  it('names commands that there are', () => {
    const { terminal, env, interrupted } = {
      terminal: createTerminal(),
      env: {},
      interrupted: new AbortController().signal,
    };
    const program = programOf({ terminal, env, interrupted, exitWith: () => undefined });
    const known = program.commands.map((command) => command.name());
    const named = [...text.matchAll(/scripts\/bzzz (\S+)/g)].flatMap(([, words = '']) =>
      words.split('|'),
    );
    expect(named.length).toBeGreaterThan(8);
    for (const name of named) expect(known).toContain(name);
  });

  it('kills nothing where no process is known', () => {
    const without = hintLines({ ...facts, peer: { ...facts.peer, pid: null } }).join('\n');
    expect(without).not.toContain('kill');
    expect(without).not.toContain('start it again');
  });
});
