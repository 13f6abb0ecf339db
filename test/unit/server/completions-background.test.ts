import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { joinEvents } from '../../support/hark-server.ts';
import type { UpstreamScript } from '../../support/openai-upstream.ts';
import { poll, prompt, startTalk, turn, type Talk } from './talk.ts';

let talk: Talk;
beforeAll(async () => {
  talk = await startTalk();
});
afterAll(() => talk.close());
afterEach(() => talk.reset());

describe('kept by the server', () => {
  it('makes the chat and its tree, streams cumulative text, and ends with one final event', async () => {
    talk.upstream.script({
      kind: 'stream',
      pieces: ['One', ' two', ' three'],
      everyMs: 40,
      usage: { total_tokens: 9 },
    });
    const { sent, chatId, taskIds } = await talk.ask('Count for me, please');
    expect(taskIds).toHaveLength(1);
    expect((await talk.ada.get(`/api/tasks/chat/${chatId}`)).body.task_ids).toEqual(taskIds);
    await talk.inactive(chatId);

    const mine = talk.events.events.filter((e) => e.chat_id === chatId && e.type !== 'chat:list');
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

    const chat = (await talk.ada.get(`/api/v1/chats/${chatId}`)).body;
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
    expect((await talk.ada.get(`/api/v1/chats/search?text=three`)).body[0].id).toBe(chatId);
  });

  it('hangs follow-ups and second answers where they belong', async () => {
    const first = await talk.ask('First');
    await talk.inactive(first.chatId);
    talk.events.events.length = 0;
    const second = await talk.ask('Second', { chat_id: first.chatId, parent_id: first.sent.id });
    await talk.inactive(first.chatId);
    talk.events.events.length = 0;
    // Regenerate: the same question again, a new answer.
    const again = randomUUID();
    await talk.ask('Second', {
      chat_id: first.chatId,
      parent_id: second.sent.user_message.id,
      id: again,
      user_message: { ...second.sent.user_message, childrenIds: undefined },
    });
    await talk.inactive(first.chatId);
    const all = await talk.messagesOf(first.chatId);
    expect(Object.keys(all)).toHaveLength(5);
    expect(all[first.sent.id].childrenIds).toEqual([second.sent.user_message.id]);
    expect(all[second.sent.user_message.id]).toMatchObject({
      parentId: first.sent.id,
      childrenIds: [second.sent.id, again],
    });
    expect(all[again]).toMatchObject({ parentId: second.sent.user_message.id, done: true });
    expect((await talk.ada.get(`/api/v1/chats/${first.chatId}`)).body).toMatchObject({
      title: 'First',
      chat: { history: { currentId: again } },
    });
  });

  it('builds the conversation from the stored branch when none is sent, without thinking', async () => {
    talk.upstream.script({ kind: 'stream', thinking: ['hm, ', 'secret'], pieces: ['Yes.'] });
    const first = await talk.ask('Really?');
    await talk.inactive(first.chatId);
    const stored = (await talk.messagesOf(first.chatId))[first.sent.id];
    expect(stored.content).toMatch(
      /^<details type="reasoning" done="true" duration="0">\n<summary>.*<\/summary>\n> hm, secret\n<\/details>\nYes\.$/,
    );
    expect(stored.output).toMatchObject([
      { type: 'reasoning' },
      { type: 'message', content: [{ text: 'Yes.' }] },
    ]);
    talk.events.events.length = 0;
    await talk.ask('Why?', { chat_id: first.chatId, parent_id: first.sent.id, messages: undefined });
    await talk.inactive(first.chatId);
    expect(talk.upstream.requests.at(-1)?.body.messages).toEqual([
      { role: 'user', content: 'Really?' },
      { role: 'assistant', content: 'Yes.' },
      { role: 'user', content: 'Why?' },
    ]);
  });

  it('asks several models side by side, each under its own message', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    const { sent, chatId, taskIds } = await talk.ask('Both', {
      id: undefined,
      message_ids: { 'small-model': a, 'other-model': b },
    });
    expect(taskIds).toHaveLength(2);
    await talk.inactive(chatId);
    const all = await talk.messagesOf(chatId);
    expect(all[sent.user_message.id].childrenIds).toEqual([a, b]);
    expect([all[a].model, all[b].model]).toEqual(['small-model', 'other-model']);
    expect(all[a].done && all[b].done).toBe(true);
  });

  it('goes on, and stores the end, when the client is gone', async () => {
    talk.upstream.script({ kind: 'stream', pieces: ['still', ' here'], everyMs: 60 });
    talk.events.socket.disconnect();
    const { sent, chatId } = await talk.ask('Bye');
    await poll(async () => (await talk.messagesOf(chatId))[sent.id].done === true);
    expect((await talk.messagesOf(chatId))[sent.id].content).toBe('still here');
    talk.events = await joinEvents(talk.server, talk.ada.token);
  });

  it('saves a growing answer every second', async () => {
    talk.upstream.script({
      kind: 'stream',
      pieces: Array.from({ length: 30 }, (_, i) => `${i} `),
      everyMs: 100,
    });
    const { sent, chatId } = await talk.ask('Slowly');
    await poll(async () => (await talk.messagesOf(chatId))[sent.id].content !== '', 1600);
    expect((await talk.messagesOf(chatId))[sent.id].done).toBe(false);
    await talk.ada.post(`/api/tasks/chat/${chatId}/stop`);
  });

  it('stops on request: keeps what came, marks it, hangs up on the endpoint, makes no final event', async () => {
    talk.upstream.script({ kind: 'stream', pieces: Array.from({ length: 500 }, () => 'word '), everyMs: 10 });
    const { sent, chatId, taskIds } = await talk.ask('Long');
    await talk.events.until((e) => e.chat_id === chatId && e.type === 'chat:completion');
    expect((await talk.ada.post(`/api/tasks/chat/${chatId}/stop`)).body.status).toBe(true);
    const reply = (await talk.messagesOf(chatId))[sent.id];
    expect(reply).toMatchObject({ done: true, stopped: true });
    expect(reply.content).toContain('word');
    expect(reply.error).toBeUndefined();
    await talk.inactive(chatId);
    const types = talk.events.events.filter((e) => e.chat_id === chatId);
    expect(types.some((e) => e.type === 'chat:tasks:cancel')).toBe(true);
    expect(types.some((e) => e.data?.done === true)).toBe(false);
    await poll(() => talk.upstream.requests[0]?.aborted === true);
    expect((await talk.ada.post(`/api/tasks/stop/${taskIds[0] ?? ''}`)).status).toBe(404);
  });

  it('lets nobody else stop, see or extend a chat', async () => {
    talk.upstream.script({ kind: 'stream', pieces: Array.from({ length: 100 }, () => 'x '), everyMs: 10 });
    const { chatId, taskIds } = await talk.ask('Mine');
    const eve = await talk.server.addUser(talk.ada, `Eve${randomUUID().slice(0, 6)}`);
    const listening = await joinEvents(talk.server, eve.token);
    expect((await eve.post(`/api/tasks/chat/${chatId}/stop`)).status).toBe(404);
    expect((await eve.post(`/api/tasks/stop/${taskIds[0] ?? ''}`)).status).toBe(404);
    expect((await eve.get(`/api/tasks/chat/${chatId}`)).body).toEqual({ task_ids: [] });
    const foreign = await eve.post('/api/chat/completions', {
      model: 'small-model',
      ...turn('hi', { chat_id: chatId }),
    });
    expect(foreign.status).toBe(404);
    await talk.ada.post(`/api/tasks/chat/${chatId}/stop`);
    await talk.inactive(chatId);
    expect(listening.events).toEqual([]);
    listening.socket.close();
  });

  it.each<[string, UpstreamScript, RegExp, string]>([
    ['refuses', { kind: 'status', status: 500, body: { error: { message: 'boom' } } }, /boom/, ''],
    ['breaks off', { kind: 'stream', pieces: ['half'], cut: true }, /before the answer was complete/, 'half'],
    ['reports an error midway', { kind: 'stream', pieces: ['half'], errorFrame: 'oops' }, /oops/, 'half'],
  ])('stores words and what came when the endpoint %s', async (_what, step, words, content) => {
    talk.upstream.script(step);
    const { sent, chatId } = await talk.ask('Fail');
    const failed = await talk.events.until((e) => e.chat_id === chatId && e.type === 'chat:message:error');
    expect(failed.data.error.content).toMatch(words);
    await talk.inactive(chatId);
    const reply = (await talk.messagesOf(chatId))[sent.id];
    expect(reply).toMatchObject({ done: true, content, error: { content: expect.stringMatching(words) } });
    expect(talk.events.events.some((e) => e.chat_id === chatId && e.data?.done === true)).toBe(false);
  });

  it('does not answer twice when the same request comes twice', async () => {
    talk.upstream.script({ kind: 'stream', pieces: ['a', 'b', 'c'], everyMs: 50 });
    const first = await talk.ask('Start');
    await talk.inactive(first.chatId);
    talk.events.events.length = 0;
    talk.upstream.requests.length = 0;
    const sent = turn('Twice', { chat_id: first.chatId, parent_id: first.sent.id });
    const [one, two] = await Promise.all([talk.complete(sent), talk.complete(sent)]);
    expect(two.body.task_ids).toEqual(one.body.task_ids);
    await talk.inactive(first.chatId);
    expect(talk.upstream.requests).toHaveLength(1);
    expect((await talk.messagesOf(first.chatId))[sent.id].content).toBe('abc');
  });

  it('stops the answer of a chat that is deleted, and does not bring the chat back', async () => {
    talk.upstream.script({ kind: 'stream', pieces: Array.from({ length: 100 }, () => 'x '), everyMs: 10 });
    const { chatId } = await talk.ask('Delete me');
    await talk.events.until((e) => e.chat_id === chatId && e.type === 'chat:completion');
    expect((await talk.ada.delete(`/api/v1/chats/${chatId}`)).body).toBe(true);
    expect((await talk.ada.get(`/api/v1/chats/${chatId}`)).status).toBe(401);
    await poll(() => talk.upstream.requests[0]?.aborted === true);
  });

  it('waits for the end without a session, and answers null', async () => {
    const { session_id: _none, ...sent } = turn('Wait');
    const made = await talk.ada.post('/api/v1/chats/new', {
      chat: { title: 'Mine', history: { messages: {} } },
    });
    const answer = await talk.complete({ ...sent, chat_id: made.body.id });
    expect(answer).toMatchObject({ status: 200, body: null });
    expect((await talk.messagesOf(made.body.id))[sent.id]).toMatchObject({
      done: true,
      content: 'Hello there.',
    });
    expect((await talk.ada.get(`/api/v1/chats/${made.body.id}`)).body.title).toBe('Mine');
  });

  it('stores nothing of a temporary chat, yet streams it', async () => {
    const before = (await talk.ada.get('/api/v1/chats/')).body.length;
    const { sent } = await talk.ask('Secret', { chat_id: 'local:abc', parent_id: undefined });
    const final = await talk.events.until((e) => e.chat_id === 'local:abc' && e.data?.done === true);
    expect(final).toMatchObject({ message_id: sent.id, data: { content: 'Hello there.' } });
    expect((await talk.ada.get('/api/v1/chats/')).body).toHaveLength(before);
  });
});

describe('titles', () => {
  it('are made by the model, told before the end, and never over one the user gave', async () => {
    talk.upstream.script(
      { kind: 'stream', pieces: ['ok'], everyMs: 30 },
      { kind: 'json', text: '<think>hm</think>\n"Counting Sheep."' },
    );
    const { chatId } = await talk.ask('How many sheep?', { background_tasks: { title_generation: true } });
    await talk.inactive(chatId);
    const final = talk.events.events.find((e) => e.chat_id === chatId && e.data?.done === true);
    expect(final?.data.title).toBe('Counting Sheep');
    expect(talk.events.events.findLast((e) => e.chat_id === chatId && e.type === 'chat:title')?.data).toBe(
      'Counting Sheep',
    );

    talk.upstream.script({ kind: 'stream', pieces: Array.from({ length: 20 }, () => 'x'), everyMs: 20 });
    const named = await talk.ask('Again', { background_tasks: { title_generation: false } });
    await talk.ada.post(`/api/v1/chats/${named.chatId}`, { chat: { title: 'My own' } });
    await talk.inactive(named.chatId);
    expect((await talk.ada.get(`/api/v1/chats/${named.chatId}`)).body.title).toBe('My own');
  });

  it('are the prompt’s beginning from the start, so that nothing is ever called New Chat', async () => {
    talk.upstream.script({ kind: 'stream', pieces: ['a', 'b'], everyMs: 100 });
    const { chatId } = await talk.ask('Early bird', { background_tasks: { title_generation: true } });
    expect((await talk.ada.get(`/api/v1/chats/${chatId}`)).body.title).toBe('Early bird');
    await talk.inactive(chatId);
  });

  it('fall back to the prompt when the model gives none', async () => {
    talk.upstream.script({ kind: 'stream', pieces: ['ok'] }, { kind: 'status', status: 500 });
    const { chatId } = await talk.ask(
      'A question that is rather long and goes on and on past fifty letters',
      {
        background_tasks: { title_generation: true },
      },
    );
    await talk.inactive(chatId);
    expect((await talk.ada.get(`/api/v1/chats/${chatId}`)).body.title).toBe(
      'A question that is rather long and goes on and on…',
    );
  });

  it('come as a completion with JSON inside from the task route', async () => {
    talk.upstream.script({ kind: 'json', text: 'Title: **Bees**' });
    const answer = await talk.ada.post('/api/v1/tasks/title/completions', {
      model: 'small-model',
      ...prompt('about bees'),
    });
    expect(JSON.parse(answer.body.choices[0].message.content)).toEqual({ title: 'Bees' });
  });
});
