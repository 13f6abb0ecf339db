import { describe, expect, it } from 'vitest';
import { createRouter, mayCall, type Handlers } from '../../../src/main/ipc/router.ts';
import { routes } from '../../../src/shared/ipc/routes.ts';
import type { Logger } from '../../../src/main/ports.ts';

const errors: string[] = [];
const log: Logger = {
  with: () => log,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (message) => errors.push(message),
};
/** Handlers that give their input back, and one that breaks. */
const handlers = Object.fromEntries(
  Object.keys(routes).map((name) => [
    name,
    (input: unknown) => {
      if (name === 'model.list') throw new Error('broken inside');
      return { ok: true, data: input };
    },
  ]),
) as unknown as Handlers;
const handle = createRouter(handlers, log);
const chat = { windowId: 'w', role: 'chat' } as const;

describe('router', () => {
  it('an unknown route is an answer, not an exception, even with a prototype’s name', async () => {
    for (const route of ['nope', 'toString', '__proto__'])
      expect(await handle(chat, route, {})).toMatchObject({ ok: false, error: { code: 'ROUTE_NOT_FOUND' } });
  });

  it('names the field that is wrong, in words', async () => {
    const result = await handle({ windowId: 'w', role: 'settings' }, 'settings.update', {
      activity: { holdSeconds: 31 },
    });
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'VALIDATION_FAILED', field: 'activity.holdSeconds' },
    });
    expect(
      await handle(chat, 'chat.ask', { chatId: null, parentId: null, model: 'm', prompt: '' }),
    ).toMatchObject({
      error: { message: 'Write something first.' },
    });
  });

  it('fields nobody asked for are refused, not passed on', async () => {
    expect(await handle(chat, 'chat.get', { id: 'x', token: 'y' })).toMatchObject({ ok: false });
  });

  it('fills defaults', async () => {
    expect(await handle(chat, 'chat.list', {})).toEqual({ ok: true, data: { page: 1 } });
  });

  it('a handler that throws becomes INTERNAL and is logged, its message kept from the window', async () => {
    const result = await handle(chat, 'model.list', {});
    expect(result).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
    expect(JSON.stringify(result)).not.toContain('broken inside');
    expect(errors).toHaveLength(1);
  });
});

describe('mayCall', () => {
  it('only the admin window reaches admin routes', () => {
    const admin = Object.keys(routes).filter((r) => r.startsWith('admin.'));
    expect(admin.length).toBeGreaterThan(5);
    for (const route of admin) {
      expect(mayCall('chat', route)).toBe(false);
      expect(mayCall('settings', route)).toBe(false);
      expect(mayCall('admin', route)).toBe(true);
    }
  });

  it('the chat window may see whether a webhook is set, but not change or test it', () => {
    expect(mayCall('chat', 'webhook.get')).toBe(true);
    expect(mayCall('chat', 'webhook.save')).toBe(false);
    expect(mayCall('chat', 'target.list')).toBe(false);
  });

  it('the admin window cannot read chats', () => {
    expect(mayCall('admin', 'chat.get')).toBe(false);
  });
});
