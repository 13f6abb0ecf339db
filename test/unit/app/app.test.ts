import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type AppHarness } from '../../support/app-harness.ts';
import { startReceiver, type Receiver } from '../../support/receiver.ts';

let app: AppHarness;
let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
  app = await startApp();
});
afterEach(async () => {
  await app.stop();
  app.remove();
  receiver.hang(false);
  await receiver.stop();
});

const model = 'hark-demo';
const askAnew = (prompt: string) => app.must('chat.ask', { chatId: null, parentId: null, model, prompt });
const ended = (messageId: string) =>
  app.waitForEvent('run.changed', (run) => run.messageId === messageId && run.status !== 'running');
const ready = async (): Promise<void> => {
  await app.signUp();
  await app.must('webhook.save', { url: receiver.url() });
};

describe('the whole way, from question to receiver', () => {
  it('away: one POST, the documented body and nothing more', async () => {
    await ready();
    const asked = await askAnew('Why is the sky blue?');
    await ended(asked.messageId);
    const [got] = await receiver.waitFor(1);
    const chat = await app.must('chat.get', { id: asked.chatId });
    expect(JSON.parse(got!.body)).toEqual({
      event: 'chat_response',
      chat: { id: asked.chatId, title: chat.title, last_message: 'Why is the sky blue?' },
    });
    expect(chat.title).not.toBe('New Chat');
    await new Promise((done) => setTimeout(done, 300));
    expect(receiver.received).toHaveLength(1);
  });

  it('looking: no POST, and the log says why', async () => {
    await ready();
    app.focus(true);
    const asked = await askAnew('Hello');
    await ended(asked.messageId);
    const { items } = await app.must('delivery.list', { scope: 'user' });
    expect(items.map((row) => [row.state, row.reason])).toEqual([['suppressed', 'you were looking']]);
    expect((await app.must('delivery.explain_last', {})).words).toContain('you were looking');
    expect(receiver.received).toEqual([]);
  });

  it('the belief at the end decides, not the one at the start', async () => {
    await ready();
    app.focus(true);
    const asked = await askAnew('/slow 0.5');
    app.focus(false);
    await ended(asked.messageId);
    await receiver.waitFor(1);
  });

  it('a follow-up tells its own prompt, and the model got the conversation', async () => {
    await ready();
    const first = await askAnew('One');
    await ended(first.messageId);
    const second = await app.must('chat.ask', {
      chatId: first.chatId,
      parentId: first.messageId,
      model,
      prompt: 'Two',
    });
    await ended(second.messageId);
    const got = await receiver.waitFor(2);
    expect(JSON.parse(got[1]!.body).chat.last_message).toBe('Two');
    const chat = await app.must('chat.get', { id: first.chatId });
    expect(chat.messages[second.userMessageId]?.parentId).toBe(first.messageId);
    expect(chat.currentId).toBe(second.messageId);
    expect(Object.keys(chat.messages)).toHaveLength(4);
  });

  it('another answer to the same question is told as its own, beside the first', async () => {
    await ready();
    const first = await askAnew('One');
    await ended(first.messageId);
    const again = await app.must('chat.regenerate', { chatId: first.chatId, messageId: first.messageId });
    await ended(again.messageId);
    const chat = await app.must('chat.get', { id: first.chatId });
    expect(chat.messages[first.userMessageId]?.childrenIds).toEqual([first.messageId, again.messageId]);
    expect(new Set((await receiver.waitFor(2)).map((r) => r.headers['webhook-id'])).size).toBe(2);
  });

  it('a failed answer says why and is told as failed', async () => {
    await ready();
    const asked = await askAnew('/fail');
    const run = await ended(asked.messageId);
    expect(run.status).toBe('failed');
    expect(run.error).toBeTruthy();
    const [got] = await receiver.waitFor(1);
    expect(JSON.parse(got!.body).event).toBe('chat_failed');
  });

  it('stopped by hand: kept as far as it came, nobody is told', async () => {
    await ready();
    const asked = await askAnew('/slow 30');
    await app.waitForEvent(
      'run.changed',
      (run) => run.messageId === asked.messageId && run.status === 'running',
    );
    await app.must('chat.stop', { chatId: asked.chatId });
    await ended(asked.messageId);
    await new Promise((done) => setTimeout(done, 200));
    expect(receiver.received).toEqual([]);
    expect((await app.must('chat.get', { id: asked.chatId })).messages[asked.messageId]?.done).toBe(true);
  });

  it('stream text comes to the window that watches, whole and in order', async () => {
    await ready();
    const asked = await askAnew('/long 400');
    const watched = await app.must('chat.watch', { chatId: asked.chatId });
    await ended(asked.messageId);
    let text = watched.text ?? '';
    const parts = app.events.filter((e) => e.event === 'chat.stream');
    for (const { windowId, data } of parts) {
      expect(windowId).toBe('chat');
      const part = data as { from: number; text: string };
      text = text.slice(0, part.from) + part.text;
    }
    const chat = await app.must('chat.get', { id: asked.chatId });
    expect(text).toBe(chat.messages[asked.messageId]?.content);
  });

  it('the backend crashes in mid-answer: it is started again, the answer marked failed and told once', async () => {
    await ready();
    const asked = await askAnew('/slow 30');
    await app.waitForEvent('run.changed', (run) => run.messageId === asked.messageId);
    await app.crashBackend();
    const run = await ended(asked.messageId);
    expect(run.status).toBe('failed');
    await receiver.waitFor(1);
    expect(await app.must('account.get_state', {})).toMatchObject({ status: 'signed_in' });
  });

  it('Hark is restarted before the receiver is back: the POST arrives later, with the same id', async () => {
    await ready();
    await receiver.stop();
    const asked = await askAnew('Hello');
    await ended(asked.messageId);
    const [before] = (await app.must('delivery.list', { scope: 'user' })).items;
    app = await app.restart();
    await receiver.start();
    const [got] = await receiver.waitFor(1, 20_000);
    expect(got?.headers['webhook-id']).toBe(before?.id);
  }, 30_000);

  it('held, and back in time: cancelled, and the log says so', async () => {
    await ready();
    await app.must('settings.update', { activity: { holdSeconds: 5 } }, 'settings');
    const asked = await askAnew('Hello');
    await ended(asked.messageId);
    app.focus(true);
    const [row] = (await app.must('delivery.list', { scope: 'user' })).items;
    expect(row).toMatchObject({ state: 'cancelled', reason: 'you came back in time' });
  });
});

describe('accounts and edges', () => {
  it('a second App on the same folder is refused, so nothing is told twice; after the first ended it starts', async () => {
    await expect(app.another()).rejects.toThrow(/Another Hark runs/);
    app = await app.restart();
    expect(await app.must('account.get_state', {})).toMatchObject({ status: 'signed_out' });
  });

  it('a second account waits for the admin, is activated, and then gets in', async () => {
    await app.signUp('Ada');
    await app.must('account.sign_out', {});
    expect(
      await app.must('account.sign_up', {
        name: 'Bob',
        email: 'bob@example.com',
        password: 'correct horse battery',
      }),
    ).toMatchObject({ status: 'pending' });
    expect(await app.ask('model.list', {})).toMatchObject({ ok: false, error: { code: 'PENDING' } });
    await app.must('account.sign_out', {});
    await app.must('account.sign_in', { email: 'ada@example.com', password: 'correct horse battery' });
    const { users } = await app.must('admin.list_users', {});
    const bob = users.find((u) => u.email === 'bob@example.com')!;
    await app.must('admin.set_role', { id: bob.id, role: 'user' });
    await app.must('account.sign_out', {});
    expect(
      await app.must('account.sign_in', { email: 'bob@example.com', password: 'correct horse battery' }),
    ).toMatchObject({ status: 'signed_in', user: { role: 'user' } });
    expect(await app.ask('admin.list_users', {})).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    expect(await app.app.windowAllowed('admin')).toBe(false);
  });

  it('stays signed in over a restart, and one account’s targets are not another’s', async () => {
    await ready();
    app = await app.restart();
    expect(await app.must('account.get_state', {})).toMatchObject({ status: 'signed_in' });
    expect(await app.must('webhook.get', {})).toMatchObject({
      urlMasked: expect.stringContaining('127.0.0.1'),
    });
  });

  it('a wrong password is an error in words, not the end of a session', async () => {
    await app.signUp();
    await app.must('account.sign_out', {});
    const result = await app.ask('account.sign_in', {
      email: 'ada@example.com',
      password: 'wrong password 1',
    });
    expect(result).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED' } });
  });

  it('a chat that is not there is NOT_FOUND, and the session stands (401 means both)', async () => {
    await app.signUp();
    expect(await app.ask('chat.get', { id: 'nope' })).toMatchObject({
      ok: false,
      error: { code: 'NOT_FOUND' },
    });
    expect(await app.must('account.get_state', {})).toMatchObject({ status: 'signed_in' });
  });

  it('the sign-up webhook: exact body, and a hanging receiver does not slow the sign-up', async () => {
    await app.signUp('Ada');
    await app.must('admin.save_webhook', { url: receiver.url('/admin') });
    expect(await app.must('admin.get_general', {})).toMatchObject({
      webhook: { kind: 'generic', fromEnvironment: false },
    });
    receiver.hang(true);
    await app.must('account.sign_out', {});
    const start = performance.now();
    await app.signUp('Bob');
    expect(performance.now() - start).toBeLessThan(2000);
    const [got] = await receiver.waitFor(1);
    expect(got).toMatchObject({ path: '/admin' });
    expect(JSON.parse(got!.body)).toEqual({
      event: 'new_user',
      user: { email: 'bob@example.com', name: 'Bob' },
    });
  });

  it('a broken database is kept aside and said; Hark starts', async () => {
    await ready();
    await app.stop();
    writeFileSync(join(app.folder, 'outbox.db'), 'this is not a database'.repeat(500));
    app = await app.restart();
    const notices = await app.must('app.list_notices', {});
    expect(notices.map((n) => n.title)).toContain('The delivery log could not be read');
    expect(await app.must('account.get_state', {})).toMatchObject({ status: 'signed_in' });
    expect(await app.must('webhook.get', {})).not.toBeNull();
  });

  it('no secret gets into the log or the settings', async () => {
    await ready();
    const asked = await askAnew('my secret prompt');
    await ended(asked.messageId);
    await receiver.waitFor(1);
    const written = JSON.stringify([app.log.entries, app.store.data]);
    for (const secret of ['my secret prompt', '/hook', 'correct horse'])
      expect(written).not.toContain(secret);
  });
});
