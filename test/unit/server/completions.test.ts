import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { randomUUID } from 'node:crypto';
import {
  joinEvents,
  startTestServer,
  type Client,
  type EventLog,
  type Json,
  type TestServer,
} from '../../support/hark-server.ts';
import { startOpenAiUpstream, type OpenAiUpstream } from '../../support/openai-upstream.ts';

let server: TestServer;
let upstream: OpenAiUpstream;
let ada: Client;
let events: EventLog;
beforeAll(async () => {
  upstream = await startOpenAiUpstream(['small-model', 'other-model']);
  server = await startTestServer();
  ada = await server.signUp('Ada');
  await ada.post('/openai/config/update', {
    OPENAI_API_BASE_URLS: [upstream.url],
    OPENAI_API_KEYS: ['sk-test'],
  });
  events = await joinEvents(server, ada.token);
});
afterAll(async () => {
  events.socket.close();
  await server.close();
  await upstream.close();
});
afterEach(() => {
  upstream.requests.length = 0;
  upstream.script({ kind: 'stream', pieces: ['Hello', ' there.'] });
});

const complete = (body: Json) => ada.post('/api/chat/completions', { model: 'small-model', ...body });
const prompt = (content: string) => ({ messages: [{ role: 'user', content }] });
/** A turn as the web client sends it. */
const turn = (content: string, more: Json = {}) => {
  const [userId, id] = [randomUUID(), randomUUID()];
  const parentId = more.parent_id ?? null;
  return {
    ...prompt(content),
    stream: true,
    session_id: 'any',
    id,
    parent_id: parentId,
    user_message: {
      id: userId,
      parentId,
      childrenIds: [id],
      role: 'user',
      content,
      models: ['small-model'],
      timestamp: 1,
    },
    background_tasks: { title_generation: false },
    ...more,
  };
};
const inactive = (chatId: string) =>
  events.until((e) => e.chat_id === chatId && e.type === 'chat:active' && e.data.active === false);
const ask = async (content: string, more: Json = {}) => {
  const sent = turn(content, more);
  const accepted = await complete(sent);
  expect(accepted.status, JSON.stringify(accepted.body)).toBe(200);
  return { sent, chatId: accepted.body.chat_id as string, taskIds: accepted.body.task_ids as string[] };
};
const messagesOf = async (chatId: string): Promise<Record<string, Json>> =>
  (await ada.get(`/api/v1/chats/${chatId}`)).body.chat.history.messages;
const frames = (text: string): Json[] =>
  text
    .split('\n\n')
    .filter((f) => f.startsWith('data: '))
    .map((f) => (f === 'data: [DONE]' ? 'DONE' : JSON.parse(f.slice(6))));
const poll = async (test: () => boolean | Promise<boolean>, ms = 3000): Promise<void> => {
  const end = Date.now() + ms;
  while (!(await test())) {
    if (Date.now() > end) throw new Error('it did not come about in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

describe('kept by the caller', () => {
  it('streams the endpoint’s chunks unchanged and asks it with OpenAI’s fields alone', async () => {
    const answer = await complete({
      ...prompt('hi'),
      stream: true,
      temperature: 0.2,
      session_id: 'no chat, so no background',
      features: {},
      params: { seed: 7, function_calling: 'native' },
    });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const sent = frames(answer.body);
    expect(sent.at(-1)).toBe('DONE');
    expect(sent.map((c) => c.choices?.[0]?.delta?.content ?? '').join('')).toBe('Hello there.');
    expect(upstream.requests[0]?.body).toEqual({
      model: 'small-model',
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
      temperature: 0.2,
      seed: 7,
    });
    expect(upstream.requests[0]?.headers.authorization).toBe('Bearer sk-test');
    expect((await ada.get('/api/v1/chats/')).body).toEqual([]);
  });

  it('gives one JSON answer when no stream was asked for, or the endpoint does not stream', async () => {
    expect((await complete({ ...prompt('hi') })).body.choices[0].message.content).toBe('Hello there.');
    upstream.script({ kind: 'json', text: 'whole' });
    const answer = await complete({ ...prompt('hi'), stream: true });
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.body.choices[0].message.content).toBe('whole');
  });

  it.each([
    [
      'a quota',
      {
        kind: 'status',
        status: 429,
        headers: { 'retry-after': '7' },
        body: { error: { message: 'slow down' } },
      },
      429,
      /slow down/,
    ],
    [
      'a bad request',
      { kind: 'status', status: 400, body: { error: { message: 'context too long' } } },
      400,
      /context too long/,
    ],
    [
      'an error page',
      { kind: 'status', status: 503, raw: '<html>busy</html>' },
      502,
      /error of its own \(HTTP 503\)/,
    ],
    [
      'an unknown model',
      { kind: 'status', status: 404, body: { error: 'model "x" not found' } },
      404,
      /not found/,
    ],
    [
      'an answer that is only an error',
      { kind: 'status', status: 200, body: { error: { message: 'no such thing' } } },
      502,
      /no such thing/,
    ],
    [
      'a redirect',
      { kind: 'status', status: 307, headers: { location: 'http://127.0.0.1:1/steal' } },
      502,
      /redirects/,
    ],
    // Passed on as 401 it would sign the caller out.
    [
      'a refused key',
      { kind: 'status', status: 401, body: { error: { message: 'bad key' } } },
      502,
      /refused the API key/,
    ],
  ] as const)('says %s in words', async (_what, step, status, words) => {
    upstream.script(step);
    const answer = await complete({ ...prompt('hi'), stream: true });
    expect(answer.status).toBe(status);
    expect(answer.body.detail).toMatch(words);
    if (status === 429) expect(answer.headers.get('retry-after')).toBe('7');
  });

  it.each([
    ['an error frame', { errorFrame: { message: 'out of memory' } }, /out of memory/],
    ['a broken connection', { cut: true }, /closed the connection before the answer was complete/],
  ])('ends a stream on %s with an error frame and no [DONE]', async (_what, how, words) => {
    upstream.script({ kind: 'stream', pieces: ['par', 'tial'], ...how });
    const sent = frames((await complete({ ...prompt('hi'), stream: true })).body);
    expect(sent.at(-1).error.message).toMatch(words);
    expect(sent).not.toContain('DONE');
  });

  it('takes a stream without [DONE] for whole when it gave its finish reason', async () => {
    upstream.script({ kind: 'stream', pieces: ['all'], noDone: true });
    expect(frames((await complete({ ...prompt('hi'), stream: true })).body).at(-1)).toBe('DONE');
  });

  it('hangs up on the endpoint when the client hangs up', async () => {
    upstream.script({ kind: 'stream', pieces: Array.from({ length: 500 }, () => 'x '), everyMs: 10 });
    const stop = new AbortController();
    const res = await fetch(`${server.url}/api/chat/completions`, {
      method: 'POST',
      signal: stop.signal,
      headers: { authorization: `Bearer ${ada.token ?? ''}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'small-model', ...prompt('hi'), stream: true }),
    });
    await res.body?.getReader().read();
    stop.abort();
    await poll(() => upstream.requests[0]?.aborted === true);
  });

  it('says 400 to an unknown model and stores nothing', async () => {
    const answer = await complete({ ...turn('hi'), model: 'nobody' });
    expect(answer).toMatchObject({ status: 400, body: { detail: 'Model not found' } });
    expect((await ada.get('/api/v1/chats/')).body).toEqual([]);
  });
});

describe('kept by the server', () => {
  it('makes the chat and its tree, streams cumulative text, and ends with one final event', async () => {
    upstream.script({
      kind: 'stream',
      pieces: ['One', ' two', ' three'],
      everyMs: 40,
      usage: { total_tokens: 9 },
    });
    const { sent, chatId, taskIds } = await ask('Count for me, please');
    expect(taskIds).toHaveLength(1);
    expect((await ada.get(`/api/tasks/chat/${chatId}`)).body.task_ids).toEqual(taskIds);
    await inactive(chatId);

    const mine = events.events.filter((e) => e.chat_id === chatId && e.type !== 'chat:list');
    expect(mine[0]).toMatchObject({ type: 'chat:active', data: { active: true } });
    const texts = mine.filter((e) => e.type === 'chat:completion');
    const final = texts.at(-1)?.data;
    expect(final).toMatchObject({
      done: true,
      content: 'One two three',
      title: 'Count for me, please',
      usage: { total_tokens: 9 },
    });
    expect(texts.filter((e) => e.data.done)).toHaveLength(1);
    const growing = texts.slice(0, -1).map((e) => e.data.content as string);
    expect(growing.length).toBeGreaterThan(1);
    growing.forEach((text, i) => expect(text.startsWith(growing[i - 1] ?? '')).toBe(true));
    expect(mine.every((e) => e.message_id === sent.id)).toBe(true);
    expect(mine.findIndex((e) => e.type === 'chat:title')).toBeLessThan(
      mine.findIndex((e) => e.data?.done === true),
    );

    const chat = (await ada.get(`/api/v1/chats/${chatId}`)).body;
    expect(chat).toMatchObject({
      title: 'Count for me, please',
      chat: { models: ['small-model'], history: { currentId: sent.id } },
    });
    const { [sent.user_message.id]: question, [sent.id]: reply } = chat.chat.history.messages;
    expect(question).toMatchObject({
      role: 'user',
      parentId: null,
      childrenIds: [sent.id],
      content: 'Count for me, please',
    });
    expect(reply).toMatchObject({
      role: 'assistant',
      parentId: sent.user_message.id,
      childrenIds: [],
      content: 'One two three',
      done: true,
      model: 'small-model',
    });
    expect((await ada.get(`/api/v1/chats/search?text=three`)).body[0].id).toBe(chatId);
  });

  it('hangs follow-ups and second answers where they belong', async () => {
    const first = await ask('First');
    await inactive(first.chatId);
    events.events.length = 0;
    const second = await ask('Second', { chat_id: first.chatId, parent_id: first.sent.id });
    await inactive(first.chatId);
    events.events.length = 0;
    // Regenerate: the same question again, a new answer.
    const again = randomUUID();
    await ask('Second', {
      chat_id: first.chatId,
      parent_id: second.sent.user_message.id,
      id: again,
      user_message: { ...second.sent.user_message, childrenIds: undefined },
    });
    await inactive(first.chatId);
    const all = await messagesOf(first.chatId);
    expect(Object.keys(all)).toHaveLength(5);
    expect(all[first.sent.id].childrenIds).toEqual([second.sent.user_message.id]);
    expect(all[second.sent.user_message.id]).toMatchObject({
      parentId: first.sent.id,
      childrenIds: [second.sent.id, again],
    });
    expect(all[again]).toMatchObject({ parentId: second.sent.user_message.id, done: true });
    expect((await ada.get(`/api/v1/chats/${first.chatId}`)).body).toMatchObject({
      title: 'First',
      chat: { history: { currentId: again } },
    });
  });

  it('builds the conversation from the stored branch when none is sent, without thinking', async () => {
    upstream.script({ kind: 'stream', thinking: ['hm, ', 'secret'], pieces: ['Yes.'] });
    const first = await ask('Really?');
    await inactive(first.chatId);
    const stored = (await messagesOf(first.chatId))[first.sent.id];
    expect(stored.content).toMatch(
      /^<details type="reasoning" done="true" duration="0">\n<summary>.*<\/summary>\n> hm, secret\n<\/details>\nYes\.$/,
    );
    expect(stored.output).toMatchObject([
      { type: 'reasoning' },
      { type: 'message', content: [{ text: 'Yes.' }] },
    ]);
    events.events.length = 0;
    await ask('Why?', { chat_id: first.chatId, parent_id: first.sent.id, messages: undefined });
    await inactive(first.chatId);
    expect(upstream.requests.at(-1)?.body.messages).toEqual([
      { role: 'user', content: 'Really?' },
      { role: 'assistant', content: 'Yes.' },
      { role: 'user', content: 'Why?' },
    ]);
  });

  it('asks several models side by side, each under its own message', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    const { sent, chatId, taskIds } = await ask('Both', {
      id: undefined,
      message_ids: { 'small-model': a, 'other-model': b },
    });
    expect(taskIds).toHaveLength(2);
    await inactive(chatId);
    const all = await messagesOf(chatId);
    expect(all[sent.user_message.id].childrenIds).toEqual([a, b]);
    expect([all[a].model, all[b].model]).toEqual(['small-model', 'other-model']);
    expect(all[a].done && all[b].done).toBe(true);
  });

  it('goes on, and stores the end, when the client is gone', async () => {
    upstream.script({ kind: 'stream', pieces: ['still', ' here'], everyMs: 60 });
    events.socket.disconnect();
    const { sent, chatId } = await ask('Bye');
    await poll(async () => (await messagesOf(chatId))[sent.id].done === true);
    expect((await messagesOf(chatId))[sent.id].content).toBe('still here');
    events = await joinEvents(server, ada.token);
  });

  it('saves a growing answer every second', async () => {
    upstream.script({ kind: 'stream', pieces: Array.from({ length: 30 }, (_, i) => `${i} `), everyMs: 100 });
    const { sent, chatId } = await ask('Slowly');
    await poll(async () => (await messagesOf(chatId))[sent.id].content !== '', 1600);
    expect((await messagesOf(chatId))[sent.id].done).toBe(false);
    await ada.post(`/api/tasks/chat/${chatId}/stop`);
  });

  it('stops on request: keeps what came, marks it, hangs up on the endpoint, makes no final event', async () => {
    upstream.script({ kind: 'stream', pieces: Array.from({ length: 500 }, () => 'word '), everyMs: 10 });
    const { sent, chatId, taskIds } = await ask('Long');
    await events.until((e) => e.chat_id === chatId && e.type === 'chat:completion');
    expect((await ada.post(`/api/tasks/chat/${chatId}/stop`)).body.status).toBe(true);
    const reply = (await messagesOf(chatId))[sent.id];
    expect(reply).toMatchObject({ done: true, stopped: true });
    expect(reply.content).toContain('word');
    expect(reply.error).toBeUndefined();
    await inactive(chatId);
    const types = events.events.filter((e) => e.chat_id === chatId);
    expect(types.some((e) => e.type === 'chat:tasks:cancel')).toBe(true);
    expect(types.some((e) => e.data?.done === true)).toBe(false);
    await poll(() => upstream.requests[0]?.aborted === true);
    expect((await ada.post(`/api/tasks/stop/${taskIds[0] ?? ''}`)).status).toBe(404);
  });

  it('lets nobody else stop, see or extend a chat', async () => {
    upstream.script({ kind: 'stream', pieces: Array.from({ length: 100 }, () => 'x '), everyMs: 10 });
    const { chatId, taskIds } = await ask('Mine');
    const eve = await server.addUser(ada, `Eve${randomUUID().slice(0, 6)}`);
    const listening = await joinEvents(server, eve.token);
    expect((await eve.post(`/api/tasks/chat/${chatId}/stop`)).status).toBe(404);
    expect((await eve.post(`/api/tasks/stop/${taskIds[0] ?? ''}`)).status).toBe(404);
    expect((await eve.get(`/api/tasks/chat/${chatId}`)).body).toEqual({ task_ids: [] });
    const foreign = await eve.post('/api/chat/completions', {
      model: 'small-model',
      ...turn('hi', { chat_id: chatId }),
    });
    expect(foreign.status).toBe(404);
    await ada.post(`/api/tasks/chat/${chatId}/stop`);
    await inactive(chatId);
    expect(listening.events).toEqual([]);
    listening.socket.close();
  });

  it.each([
    ['refuses', { kind: 'status', status: 500, body: { error: { message: 'boom' } } }, /boom/, ''],
    ['breaks off', { kind: 'stream', pieces: ['half'], cut: true }, /before the answer was complete/, 'half'],
    ['reports an error midway', { kind: 'stream', pieces: ['half'], errorFrame: 'oops' }, /oops/, 'half'],
  ] as const)('stores words and what came when the endpoint %s', async (_what, step, words, content) => {
    upstream.script(step);
    const { sent, chatId } = await ask('Fail');
    const failed = await events.until((e) => e.chat_id === chatId && e.type === 'chat:message:error');
    expect(failed.data.error.content).toMatch(words);
    await inactive(chatId);
    const reply = (await messagesOf(chatId))[sent.id];
    expect(reply).toMatchObject({ done: true, content, error: { content: expect.stringMatching(words) } });
    expect(events.events.some((e) => e.chat_id === chatId && e.data?.done === true)).toBe(false);
  });

  it('does not answer twice when the same request comes twice', async () => {
    upstream.script({ kind: 'stream', pieces: ['a', 'b', 'c'], everyMs: 50 });
    const first = await ask('Start');
    await inactive(first.chatId);
    events.events.length = 0;
    upstream.requests.length = 0;
    const sent = turn('Twice', { chat_id: first.chatId, parent_id: first.sent.id });
    const [one, two] = await Promise.all([complete(sent), complete(sent)]);
    expect(two.body.task_ids).toEqual(one.body.task_ids);
    await inactive(first.chatId);
    expect(upstream.requests).toHaveLength(1);
    expect((await messagesOf(first.chatId))[sent.id].content).toBe('abc');
  });

  it('stops the answer of a chat that is deleted, and does not bring the chat back', async () => {
    upstream.script({ kind: 'stream', pieces: Array.from({ length: 100 }, () => 'x '), everyMs: 10 });
    const { chatId } = await ask('Delete me');
    await events.until((e) => e.chat_id === chatId && e.type === 'chat:completion');
    expect((await ada.delete(`/api/v1/chats/${chatId}`)).body).toBe(true);
    expect((await ada.get(`/api/v1/chats/${chatId}`)).status).toBe(401);
    await poll(() => upstream.requests[0]?.aborted === true);
  });

  it('waits for the end without a session, and answers null', async () => {
    const { session_id: _none, ...sent } = turn('Wait');
    const made = await ada.post('/api/v1/chats/new', { chat: { title: 'Mine', history: { messages: {} } } });
    const answer = await complete({ ...sent, chat_id: made.body.id });
    expect(answer).toMatchObject({ status: 200, body: null });
    expect((await messagesOf(made.body.id))[sent.id]).toMatchObject({ done: true, content: 'Hello there.' });
    expect((await ada.get(`/api/v1/chats/${made.body.id}`)).body.title).toBe('Mine');
  });

  it('stores nothing of a temporary chat, yet streams it', async () => {
    const before = (await ada.get('/api/v1/chats/')).body.length;
    const { sent } = await ask('Secret', { chat_id: 'local:abc', parent_id: undefined });
    const final = await events.until((e) => e.chat_id === 'local:abc' && e.data?.done === true);
    expect(final).toMatchObject({ message_id: sent.id, data: { content: 'Hello there.' } });
    expect((await ada.get('/api/v1/chats/')).body).toHaveLength(before);
  });
});

describe('titles', () => {
  it('are made by the model, told before the end, and never over one the user gave', async () => {
    upstream.script(
      { kind: 'stream', pieces: ['ok'], everyMs: 30 },
      { kind: 'json', text: '<think>hm</think>\n"Counting Sheep."' },
    );
    const { chatId } = await ask('How many sheep?', { background_tasks: { title_generation: true } });
    await inactive(chatId);
    const final = events.events.find((e) => e.chat_id === chatId && e.data?.done === true);
    expect(final?.data.title).toBe('Counting Sheep');
    expect(events.events.find((e) => e.chat_id === chatId && e.type === 'chat:title')?.data).toBe(
      'Counting Sheep',
    );

    upstream.script({ kind: 'stream', pieces: Array.from({ length: 20 }, () => 'x'), everyMs: 20 });
    const named = await ask('Again', { background_tasks: { title_generation: false } });
    await ada.post(`/api/v1/chats/${named.chatId}`, { chat: { title: 'My own' } });
    await inactive(named.chatId);
    expect((await ada.get(`/api/v1/chats/${named.chatId}`)).body.title).toBe('My own');
  });

  it('fall back to the prompt when the model gives none', async () => {
    upstream.script({ kind: 'stream', pieces: ['ok'] }, { kind: 'status', status: 500 });
    const { chatId } = await ask('A question that is rather long and goes on and on past fifty letters', {
      background_tasks: { title_generation: true },
    });
    await inactive(chatId);
    expect((await ada.get(`/api/v1/chats/${chatId}`)).body.title).toBe(
      'A question that is rather long and goes on and on…',
    );
  });

  it('come as a completion with JSON inside from the task route', async () => {
    upstream.script({ kind: 'json', text: 'Title: **Bees**' });
    const answer = await ada.post('/api/v1/tasks/title/completions', {
      model: 'small-model',
      ...prompt('about bees'),
    });
    expect(JSON.parse(answer.body.choices[0].message.content)).toEqual({ title: 'Bees' });
  });
});
