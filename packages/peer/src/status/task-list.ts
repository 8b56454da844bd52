import type { TaskView } from '@bzzz/coordination';
import type { TasksAnswer } from '@bzzz/protocol/api';
import { taskAnswers } from './answers.ts';

/**
 * The answer that lists all tasks, made anew only when it is asked of another list: whoever asks in between is
 * given the same object, and need not bring it into another form again. Nobody may change it.
 */
export function createTaskList(look: () => readonly TaskView[]): () => TasksAnswer {
  let known: readonly TaskView[] = [];
  let answer: TasksAnswer = { tasks: [] };
  return () => {
    const tasks = look();
    if (tasks !== known) answer = { tasks: taskAnswers(tasks) };
    known = tasks;
    return answer;
  };
}
