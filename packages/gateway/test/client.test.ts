/** The API as somebody else's program sees it: by a client that is made from nothing but the OpenAPI document. */
import { OrderAnswer, SubmitAnswer, TasksAnswer, TaskStoryAnswer } from '@bzzz/protocol/api';
import axios from 'axios';
import { type Document, OpenAPIClientAxios } from 'openapi-client-axios';
import { expect, it } from 'vitest';
import { repo, startWorld, until } from './support.ts';

type Operation = (parameters?: object | null, body?: unknown) => Promise<{ data: unknown }>;

async function generatedClient() {
  const { gateway, token } = await startWorld();
  const { data: definition } = await axios.get<Document>(`${gateway.url}/docs/json`);
  const api = new OpenAPIClientAxios({
    definition,
    axiosConfigDefaults: {
      baseURL: gateway.url,
      headers: { authorization: `Bearer ${token}` },
      validateStatus: () => true,
    },
  });
  const client = await api.init<Readonly<Record<string, Operation>>>();
  const ids = api.getOperations().map(({ operationId }) => operationId);
  const call: (id: string) => Operation = (id) => {
    const operation = client[id];
    if (operation === undefined) throw new Error(`the document has no ${id}: ${ids.join(', ')}`);
    return operation;
  };
  return { call, ids };
}

it('a generated client files an issue, follows it to its end, and has it tried again', async () => {
  const { call } = await generatedClient();
  const issue = { repo, title: 'Write a note', body: '```\nrecipe: note\ntext: hello\n```\n' };
  const filed = SubmitAnswer.parse((await call('postTasks')(null, issue)).data);
  const id = `${repo}#${filed.number}`;
  await until(async () => {
    const { tasks } = TasksAnswer.parse((await call('getTasks')()).data);
    return tasks.some(({ task, state }) => task === id && state === 'done');
  });
  const { story } = TaskStoryAnswer.parse((await call('getTasksById')({ id })).data);
  expect(story.at(-1)?.entry.body.kind).toBe('task.ended');
  const said = await call('postTasksByIdOrders')({ id }, { order: 'retry' });
  expect(OrderAnswer.parse(said.data)).toMatchObject({ task: id, order: 'retry' });
  const refused = await call('postTasksByIdOrders')({ id }, { order: 'halt' });
  expect(refused).toMatchObject({ status: 422, data: { code: 'control_request_invalid' } });
});

it('every operation has a name of its own', async () => {
  const { ids } = await generatedClient();
  expect(ids.length).toBeGreaterThan(20);
  expect(new Set(ids).size).toBe(ids.length);
});
