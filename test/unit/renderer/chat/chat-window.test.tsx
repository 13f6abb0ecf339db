// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { App } from '../../../../src/renderer/chat/app.tsx';
import { useChatStore } from '../../../../src/renderer/chat/chat-store.ts';
import { useDrafts } from '../../../../src/renderer/lib/drafts.ts';
import { useStreams } from '../../../../src/renderer/lib/stream-store.ts';
import { ok, fail } from '../../../../src/shared/result.ts';
import type { RunState } from '../../../../src/shared/domain.ts';
import {
  SERVER,
  chatOf,
  createFakeBridge,
  message,
  summary,
  targetView,
} from '../../../support/fake-bridge.ts';
import { renderWindow } from '../render.tsx';

// The chunk of Markdown is fetched once, so that no test waits for it.
beforeAll(() => import('../../../../src/renderer/chat/markdown.tsx'));
beforeEach(() => {
  useChatStore.setState({ asks: {}, models: {}, seen: [] });
  useDrafts.setState({ byChat: {} });
  useStreams.setState({ texts: {} });
});

const now = Math.floor(Date.now() / 1000);
const lighthouses = summary('c1', 'Lighthouses', now);
const twoAnswers = chatOf(lighthouses, [
  message({ id: 'p1', role: 'user', content: 'Tell me' }),
  message({ id: 'a1', role: 'assistant', parentId: 'p1', content: 'First answer', timestamp: 1_790_000_001 }),
  message({
    id: 'a2',
    role: 'assistant',
    parentId: 'p1',
    content: 'Second answer',
    timestamp: 1_790_000_002,
  }),
]);
const run = (part: Partial<RunState>): RunState => ({
  chatId: 'c1',
  messageId: 'a2',
  title: 'Lighthouses',
  status: 'running',
  startedAt: Date.now(),
  endedAt: null,
  error: null,
  ...part,
});
const open = (fake: ReturnType<typeof createFakeBridge>, chatId = 'c1') => {
  location.hash = `#chat/${chatId}`;
  return renderWindow(fake, <App />);
};
const textbox = () => screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Message' });

describe('answers', () => {
  test('several to one prompt: the newest is shown, the switcher shows the others, and asking goes on from there', async () => {
    const fake = createFakeBridge({ chats: [lighthouses], details: { c1: twoAnswers } });
    fake.handle('chat.ask', () => ok({ chatId: 'c1', userMessageId: 'p2', messageId: 'a3' }));
    open(fake);
    expect(await screen.findByText('Second answer')).toBeDefined();
    expect(document.title).toBe('Lighthouses – Hark');
    fireEvent.click(screen.getByRole('button', { name: 'Previous answer' }));
    expect(await screen.findByText('First answer')).toBeDefined();
    expect(screen.queryByText('Second answer')).toBeNull();
    expect(screen.getByText('1 of 2')).toBeDefined();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Previous answer' }).disabled).toBe(true);

    fireEvent.change(await textbox(), { target: { value: 'And then?' } });
    fireEvent.click(screen.getByRole('button', { name: 'Send' }));
    await waitFor(() =>
      expect(fake.calls.find((call) => call.route === 'chat.ask')?.input).toEqual({
        chatId: 'c1',
        parentId: 'a1',
        model: 'hark-demo',
        prompt: 'And then?',
      }),
    );
  });

  test('stream text shows as it comes; a missed batch asks for the whole', async () => {
    const detail = chatOf(lighthouses, [
      message({ id: 'p1', role: 'user', content: 'Tell me' }),
      message({ id: 'a2', role: 'assistant', parentId: 'p1', done: false }),
    ]);
    const fake = createFakeBridge({ chats: [lighthouses], details: { c1: detail }, runs: [run({})] });
    open(fake);
    expect(await screen.findByText(/Thinking/)).toBeDefined();
    act(() => fake.emit('chat.stream', { chatId: 'c1', messageId: 'a2', from: 0, text: 'Light' }));
    act(() => fake.emit('chat.stream', { chatId: 'other', messageId: 'a2', from: 0, text: 'Wrong' }));
    act(() => fake.emit('chat.stream', { chatId: 'c1', messageId: 'a2', from: 5, text: 'houses' }));
    expect(await screen.findByText('Lighthouses', { selector: 'p' })).toBeDefined();

    fake.handle('chat.watch', () => ok({ run: run({}), text: 'Lighthouses shine far' }));
    act(() => fake.emit('chat.stream', { chatId: 'c1', messageId: 'a2', from: 20, text: '!' }));
    expect(await screen.findByText('Lighthouses shine far')).toBeDefined();
    expect(screen.getByRole('button', { name: 'Stop' })).toBeDefined();
    expect(screen.queryByRole('button', { name: 'Send' })).toBeNull();
  });

  test('after a lost line the chat is watched again', async () => {
    const fake = createFakeBridge({ chats: [lighthouses], details: { c1: twoAnswers } });
    const { setConnection } = open(fake);
    await screen.findByText('Second answer');
    const watches = () => fake.calls.filter((call) => call.route === 'chat.watch').length;
    const before = watches();
    act(() => setConnection('lost'));
    expect(screen.getByRole('alert').textContent).toContain('Hark is not running – reconnecting…');
    act(() => setConnection('open'));
    expect(watches()).toBeGreaterThan(before);
    expect(screen.queryByText(/reconnecting/)).toBeNull();
  });

  test('a failed one says why and can be tried again', async () => {
    const detail = chatOf(lighthouses, [
      message({ id: 'p1', role: 'user', content: 'Tell me' }),
      message({ id: 'a1', role: 'assistant', parentId: 'p1', error: 'The model is gone (HTTP 404).' }),
    ]);
    const fake = createFakeBridge({ chats: [lighthouses], details: { c1: detail } });
    fake.handle('chat.regenerate', () => ok({ chatId: 'c1', messageId: 'a2' }));
    open(fake);
    expect((await screen.findByRole('alert')).textContent).toContain('The model is gone (HTTP 404).');
    fireEvent.click(screen.getByRole('button', { name: 'Retry' }));
    await waitFor(() =>
      expect(fake.calls.find((call) => call.route === 'chat.regenerate')?.input).toMatchObject({
        chatId: 'c1',
        messageId: 'a1',
      }),
    );
  });
});

describe('asking', () => {
  test('shows the prompt at once, before the server has answered', async () => {
    const fake = createFakeBridge();
    fake.handle('chat.ask', () => new Promise(() => undefined));
    renderWindow(fake, <App />);
    fireEvent.change(await textbox(), { target: { value: 'Hello' } });
    await waitFor(() =>
      expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Send' }).disabled).toBe(false),
    );
    fireEvent.keyDown(await textbox(), { key: 'Enter' });
    expect(await screen.findByText('Hello', { selector: '.bubble' })).toBeDefined();
    expect((await textbox()).value).toBe('');
  });

  test('gives the prompt back with words when it could not be sent', async () => {
    const fake = createFakeBridge();
    fake.handle('chat.ask', () => fail('UNREACHABLE', 'The server does not answer.'));
    renderWindow(fake, <App />);
    fireEvent.change(await textbox(), { target: { value: 'Hello' } });
    await screen.findByRole('button', { name: 'Model: Hark demo' });
    fireEvent.click(screen.getByRole('button', { name: 'Send' }));
    expect((await screen.findByRole('alert')).textContent).toContain('The server does not answer.');
    expect((await textbox()).value).toBe('Hello');
  });

  test('drafts stay with their chat', async () => {
    const fake = createFakeBridge({ chats: [lighthouses], details: { c1: twoAnswers } });
    open(fake);
    fireEvent.change(await textbox(), { target: { value: 'half a thought' } });
    fireEvent.click(screen.getByRole('button', { name: 'New chat' }));
    await waitFor(async () => expect((await textbox()).value).toBe(''));
    fireEvent.click(screen.getByRole('button', { name: 'Lighthouses' }));
    await waitFor(async () => expect((await textbox()).value).toBe('half a thought'));
  });
});

describe('the list', () => {
  test('marks a running chat and one that ended unseen, and search asks once typing rests', async () => {
    const other = summary('c2', 'Sailing', now - 3 * 86_400);
    const fake = createFakeBridge({
      chats: [lighthouses, other],
      runs: [run({ status: 'running' }), run({ chatId: 'c2', messageId: 'x', status: 'done' })],
    });
    renderWindow(fake, <App />);
    const today = await screen.findByRole('region', { name: 'Today' });
    expect(within(today).getByText(/Answer is being written/)).toBeDefined();
    expect(
      within(screen.getByRole('region', { name: 'Previous 7 days' })).getByText(/Answer is ready/),
    ).toBeDefined();

    const search = screen.getByRole('textbox', { name: 'Search chats' });
    for (const value of ['s', 'sa', 'sai']) fireEvent.change(search, { target: { value } });
    const results = await screen.findByRole('region', { name: 'Results' });
    expect(within(results).queryByText('Lighthouses')).toBeNull();
    expect(fake.calls.filter((call) => call.route === 'chat.search')).toHaveLength(1);
  });

  test('deleting asks first, with the name', async () => {
    const fake = createFakeBridge({ chats: [lighthouses] });
    renderWindow(fake, <App />);
    fireEvent.keyDown(await screen.findByRole('button', { name: 'Options for Lighthouses' }), {
      key: 'Enter',
    });
    fireEvent.click(await screen.findByRole('menuitem', { name: 'Delete' }));
    const dialog = await screen.findByRole('alertdialog');
    expect(dialog.textContent).toContain('Lighthouses');
    expect(fake.data.chats).toHaveLength(1);
    fireEvent.click(within(dialog).getByRole('button', { name: 'Delete' }));
    await waitFor(() => expect(fake.data.chats).toHaveLength(0));
    expect(document.querySelector('style')).toBeNull();
  });
});

test('no <style> is made at run time, which the content security policy would refuse', async () => {
  const fake = createFakeBridge({ chats: [lighthouses], details: { c1: twoAnswers } });
  open(fake);
  await screen.findByText('Second answer');
  for (const name of ['Profile: Ada Lovelace', 'Model: Hark demo']) {
    fireEvent.keyDown(screen.getByRole('button', { name }), { key: 'Enter' });
    await screen.findByRole('menu');
    expect(document.querySelector('style')).toBeNull();
    fireEvent.keyDown(document.activeElement!, { key: 'Escape' });
  }
});

test('the status bar says what Hark believes, and warns while no webhook is set', async () => {
  const fake = createFakeBridge();
  renderWindow(fake, <App />);
  const bar = await screen.findByRole('contentinfo', { name: 'Status' });
  await within(bar).findByText('Looking: the chat window has focus');
  await within(bar).findByText('Webhook: not set – set one');
  act(() =>
    fake.emit('activity.changed', {
      active: false,
      since: 0,
      reason: 'not_focused',
      words: 'Away: no window focused',
    }),
  );
  await within(bar).findByText('Away: no window focused');
  fake.data.webhook = targetView();
  act(() => fake.emit('targets.changed', {}));
  await within(bar).findByText('Webhook: hooks.slack.com ✓');
});

describe('where the account stands', () => {
  test.each([
    [
      'first run',
      { status: 'signed_out', server: { ...SERVER, onboarding: true } },
      'Welcome to Hark',
      'Create account',
    ],
    ['signed out', { status: 'signed_out', server: SERVER }, 'Sign in to Hark', 'Sign in'],
    [
      'unreachable',
      { status: 'unreachable', server: SERVER, words: 'Nothing answers there.' },
      'Hark’s own server cannot be reached',
      'Retry',
    ],
  ] as const)('%s has its words and a way on', async (_words, account, heading, button) => {
    renderWindow(createFakeBridge({ account }), <App />);
    expect((await screen.findByRole('heading', { level: 1 })).textContent).toBe(heading);
    expect(screen.getByRole('button', { name: button })).toBeDefined();
  });

  test('an error of one field stands at that field', async () => {
    const fake = createFakeBridge({ account: { status: 'signed_out', server: SERVER } });
    fake.handle('account.sign_in', () =>
      fail('VALIDATION_FAILED', 'That is no address.', { field: 'email' }),
    );
    renderWindow(fake, <App />);
    fireEvent.click(await screen.findByRole('button', { name: 'Sign in' }));
    const email = screen.getByRole('textbox', { name: 'Email' });
    await waitFor(() => expect(email.getAttribute('aria-invalid')).toBe('true'));
    expect(document.getElementById(email.getAttribute('aria-describedby')!)!.textContent).toBe(
      'That is no address.',
    );
    expect(screen.getByLabelText('Password').getAttribute('aria-invalid')).toBeNull();
  });
});
