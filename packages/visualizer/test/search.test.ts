import { describe, expect, it } from 'vitest';
import { titleOf } from '../src/app/title.ts';
import { taskNumbered, tasksWith } from '../src/tasks/search.ts';

const row = (number: number, title: string, more: object = {}) => ({
  task: `demo/textkit#${number}`,
  title,
  state: 'open',
  wanted: true,
  holder: null,
  epoch: 0,
  pullRequest: null,
  reason: null,
  told: null,
  ...more,
});
const rows = [
  row(1, 'slugify drops letters', { holder: 'id-a', state: 'running', epoch: 1 }),
  row(12, 'Word count is wrong', { state: 'done', pullRequest: 31 }),
  row(7, 'Please release', { wanted: false, reason: 'mallory is NONE here' }),
];
const found = (typed: string) =>
  tasksWith(rows, typed, (peer) => (peer === 'id-a' ? 'acacia' : peer)).map(({ task }) =>
    Number(task.split('#')[1]),
  );

describe('the search for tasks', () => {
  it.each([
    ['', [1, 12, 7]],
    ['#1', [1]],
    ['12', [12]],
    ['#31', [12]],
    ['SLUG', [1]],
    ['acacia running', [1]],
    ['left alone', [7]],
    ['mallory', [7]],
    ['demo/textkit', [1, 12, 7]],
    ['textkit#12', [12]],
    ['slugify done', []],
  ])('finds by %j', (typed, numbers) => {
    expect(found(typed)).toEqual(numbers);
  });
});

describe('a number alone', () => {
  it.each([
    ['#7', 'demo/textkit#7'],
    [' 12 ', 'demo/textkit#12'],
    ['#31', null],
    ['#99', null],
    ['release', null],
    ['', null],
  ])('names a task: %j', (typed, task) => {
    expect(taskNumbered(rows, typed)?.task ?? null).toBe(task);
  });

  it('names none where two repositories have it', () => {
    const others = [...rows, { ...row(7, 'Another'), task: 'demo/other#7' }];
    expect(taskNumbered(others, '#7')).toBeNull();
  });
});

describe('the title of the tab', () => {
  const known = { mesh: 'demo', nameOf: (peer: string) => `name of ${peer}` };
  it.each([
    [{ page: 'mesh' } as const, 'Mesh · demo · bzzz'],
    [{ page: 'task', task: 'o/r#7' } as const, '#7 o/r · demo · bzzz'],
    [{ page: 'peer', peer: 'x' } as const, 'name of x · demo · bzzz'],
    [{ page: 'nowhere', path: '/else' } as const, 'No such page · demo · bzzz'],
  ])('says what %j is about', (route, title) => {
    expect(titleOf(route, known)).toBe(title);
  });

  it('needs no mesh', () => {
    expect(titleOf({ page: 'tasks' }, { ...known, mesh: null })).toBe('Tasks · bzzz');
  });
});
