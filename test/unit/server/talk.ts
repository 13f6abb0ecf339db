import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import {
  joinEvents,
  startTestServer,
  type Answer,
  type Client,
  type EventLog,
  type Json,
  type TestServer,
} from '../../support/hark-server.ts';
import { startOpenAiUpstream, type OpenAiUpstream } from '../../support/openai-upstream.ts';

/** What a turn sends, as the web client does; `more` overrides or adds fields. */
export function turn(content: string, more: Json = {}): Json {
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
}
export const prompt = (content: string) => ({ messages: [{ role: 'user', content }] });

export async function poll(test: () => boolean | Promise<boolean>, ms = 3000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await test())) {
    if (Date.now() > end) throw new Error('it did not come about in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export interface Talk {
  server: TestServer;
  upstream: OpenAiUpstream;
  ada: Client;
  events: EventLog;
  complete: (body: Json) => Promise<Answer>;
  /** Starts a turn in the background. */
  ask: (content: string, more?: Json) => Promise<{ sent: Json; chatId: string; taskIds: string[] }>;
  /** Resolves once nothing is answered in the chat any more. */
  inactive: (chatId: string) => Promise<unknown>;
  messagesOf: (chatId: string) => Promise<Record<string, Json>>;
  /** Between tests: events and requests forgotten, the usual script. */
  reset: () => void;
  close: () => Promise<void>;
}

/** A backend with an admin who listens, connected to a scripted endpoint. */
export async function startTalk(): Promise<Talk> {
  const upstream = await startOpenAiUpstream(['small-model', 'other-model']);
  const server = await startTestServer();
  const ada = await server.signUp('Ada');
  const connection = { OPENAI_API_BASE_URLS: [upstream.url], OPENAI_API_KEYS: ['sk-test'] };
  await ada.post('/openai/config/update', connection);
  const complete = (body: Json) => ada.post('/api/chat/completions', { model: 'small-model', ...body });
  const talk: Talk = {
    server,
    upstream,
    ada,
    events: await joinEvents(server, ada.token),
    complete,
    ask: async (content, more = {}) => {
      const sent = turn(content, more);
      const accepted = await complete(sent);
      expect(accepted.status, JSON.stringify(accepted.body)).toBe(200);
      return { sent, chatId: accepted.body.chat_id, taskIds: accepted.body.task_ids };
    },
    inactive: (chatId) =>
      talk.events.until((e) => e.chat_id === chatId && e.type === 'chat:active' && e.data.active === false),
    messagesOf: async (chatId) => (await ada.get(`/api/v1/chats/${chatId}`)).body.chat.history.messages,
    reset: () => {
      talk.events.events.length = 0;
      upstream.requests.length = 0;
      upstream.script({ kind: 'stream', pieces: ['Hello', ' there.'] });
    },
    close: async () => {
      talk.events.socket.close();
      await server.close();
      await upstream.close();
    },
  };
  return talk;
}
