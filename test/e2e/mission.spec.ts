import type { Page } from '@playwright/test';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { ask, expect, openAdmin, openSettings, setWebhook, signUp, test } from './support/fixtures.ts';

const SECOND = 1000;
let receiver: Receiver;
test.beforeEach(async () => {
  receiver = await startReceiver();
});
test.afterEach(async () => {
  receiver.hang(false);
  await receiver.stop();
});

/** Waits until the answer to the last question is whole. */
const answered = async (page: Page): Promise<void> => {
  await expect(page.getByRole('button', { name: 'Stop' })).toBeHidden({ timeout: 20_000 });
  await expect(
    page
      .getByRole('button', { name: 'Retry' })
      .or(page.getByRole('button', { name: 'Regenerate' }))
      .first(),
  ).toBeVisible();
};
const quiet = (ms: number) => new Promise((done) => setTimeout(done, ms));

test.describe('called when nobody looks', () => {
  test('looking at the chat: no POST, and the log says why', async ({ hark }) => {
    const chat = await hark.openChat();
    await signUp(chat);
    const settings = await openSettings(chat);
    await setWebhook(settings, receiver.url());
    await settings.close();
    await hark.focus(chat);
    await ask(chat, 'Why is the sky blue?');
    await answered(chat);
    await quiet(SECOND);
    expect(receiver.received).toEqual([]);
    const again = await openSettings(chat);
    const log = again.getByRole('region', { name: 'Recent deliveries' });
    await expect(log.getByText('you were looking')).toBeVisible();
  });

  test('another window has focus: one POST within a second, exactly the documented body', async ({
    hark,
  }) => {
    const chat = await hark.openChat();
    await signUp(chat);
    await setWebhook(await openSettings(chat), receiver.url());
    await hark.focus(chat);
    await ask(chat, '/slow 3 Why is the sky blue?');
    await hark.lookAway();
    const [got] = await receiver.waitFor(1, 20_000);
    await answered(chat);
    const shown = await chat.title();
    const body = JSON.parse(got!.body) as { chat: { id: string; title: string } };
    expect(body).toEqual({
      event: 'chat_response',
      chat: { id: body.chat.id, title: body.chat.title, last_message: '/slow 3 Why is the sky blue?' },
    });
    expect(shown).toContain(body.chat.title);
    // Completion is logged by the main process: the request must follow within a second.
    const done = hark.logEntries().find((entry) => entry.message === 'answer ended');
    expect(got!.at - Date.parse(done!.at)).toBeLessThan(SECOND);
    await quiet(SECOND);
    expect(receiver.received).toHaveLength(1);
  });

  test('the window is closed in mid-answer: one POST, and the answer is whole on reopening', async ({
    hark,
  }) => {
    const chat = await hark.openChat();
    await signUp(chat);
    await setWebhook(await openSettings(chat), receiver.url());
    await ask(chat, '/slow 4 a closed window');
    await hark.closeAllWindows();
    await receiver.waitFor(1, 20_000);
    const again = await hark.openChat();
    await again
      .getByRole('navigation', { name: 'Chats' })
      .getByText(/a closed window/)
      .click();
    await answered(again);
    await quiet(SECOND);
    expect(receiver.received).toHaveLength(1);
  });

  test('the status bar shows the belief as focus really moves', async ({ hark }) => {
    const chat = await hark.openChat();
    await signUp(chat);
    await hark.focus(chat);
    await expect(chat.getByText('Looking: the chat window has focus')).toBeVisible();
    await hark.lookAway();
    await expect(chat.getByText('Away: no window focused')).toBeVisible();
    await hark.focus(chat);
    await expect(chat.getByText('Looking: the chat window has focus')).toBeVisible();
  });
});

test.describe('nothing is lost', () => {
  test('killed between completion and delivery: after the restart the POST arrives, same webhook-id', async ({
    hark,
  }) => {
    const chat = await hark.openChat();
    await signUp(chat);
    await setWebhook(await openSettings(chat), receiver.url());
    await receiver.stop();
    await ask(chat, '/slow 2 killed');
    await hark.lookAway();
    await expect.poll(() => hark.outboxIds(), { timeout: 20_000 }).toHaveLength(1);
    const [id] = hark.outboxIds();
    await hark.kill();
    await hark.restart();
    await receiver.start();
    const [got] = await receiver.waitFor(1, 30_000);
    expect(got!.headers['webhook-id']).toBe(id);
    await quiet(SECOND);
    expect(new Set(receiver.received.map((r) => r.headers['webhook-id'])).size).toBe(1);
  });

  test('500 twice, then 200: three attempts in the log, delivered', async ({ hark }) => {
    const chat = await hark.openChat();
    await signUp(chat);
    const settings = await openSettings(chat);
    await setWebhook(settings, receiver.url());
    receiver.answerWith({ status: 500, body: 'sorry' }, { status: 500 });
    await ask(chat, '/slow 2 flaky');
    await hark.lookAway();
    // At once, 5 s and 30 s after (each ±20 %).
    test.setTimeout(120_000);
    await receiver.waitFor(3, 60_000);
    expect(new Set(receiver.received.map((r) => r.headers['webhook-id'])).size).toBe(1);
    const log = settings.getByRole('region', { name: 'Recent deliveries' });
    await expect(log.getByText('Delivered', { exact: true })).toBeVisible();
    await log.getByRole('button').first().click();
    await expect(log.getByText(/HTTP 500|500/).first()).toBeVisible();
  });

  test('broken settings and a broken database: Hark starts, keeps them aside and says so', async ({
    hark,
  }) => {
    const chat = await hark.openChat();
    await signUp(chat);
    await setWebhook(await openSettings(chat), receiver.url());
    await hark.kill();
    hark.breakFile('settings');
    hark.breakFile('outbox');
    await hark.restart();
    const again = await hark.openChat();
    await expect(again.getByText('Your settings could not be read')).toBeVisible();
    await expect(again.getByText('The delivery log could not be read')).toBeVisible();
    expect(hark.keptAside().length).toBeGreaterThanOrEqual(2);
  });
});

test.describe('receivers get what they want', () => {
  /** Hostile for both services: mentions, markup, links that hide their target. */
  const PROMPT = '/slow 3 <!channel> @everyone <@U123> *bold* [click](https://evil.example) `code`';

  for (const [kind, check] of [
    [
      'Slack',
      (body: string) => {
        const message = JSON.parse(body) as { text: string; unfurl_links?: boolean };
        expect(message.text.length).toBeGreaterThan(0);
        expect(body).not.toMatch(/<!channel>|<@U123>/);
        expect(message.unfurl_links).toBe(false);
      },
    ],
    [
      'Discord',
      (body: string) => {
        const message = JSON.parse(body) as { allowed_mentions: { parse: string[] } };
        expect(message.allowed_mentions).toEqual({ parse: [] });
        expect(body).not.toMatch(/\[click\]\(https/);
      },
    ],
  ] as const)
    test(`${kind}: its own body, mentions and markup defused`, async ({ hark }) => {
      const chat = await hark.openChat();
      await signUp(chat);
      const settings = await openSettings(chat);
      await hark.saveTargetAs(settings, { url: receiver.url('/services/T0/B0/x'), kind });
      receiver.answerWith({
        status: 200,
        body: kind === 'Slack' ? 'ok' : '{"id":"1"}',
        headers: { 'content-type': 'application/json' },
      });
      await ask(chat, PROMPT);
      await hark.lookAway();
      const [got] = await receiver.waitFor(1, 20_000);
      check(got!.body);
      if (kind === 'Discord') expect(got!.path).toContain('wait=true');
    });
});

test.describe('admins hear of sign-ups', () => {
  test('from the admin window: one POST, exact body', async ({ hark }) => {
    const chat = await hark.openChat();
    await signUp(chat);
    const admin = await openAdmin(chat);
    await admin.getByRole('textbox', { name: 'Webhook URL' }).fill(receiver.url('/signups'));
    await admin.getByRole('button', { name: 'Save' }).first().click();
    await expect(admin.getByRole('textbox', { name: 'Webhook URL' })).toHaveValue(
      /^http:\/\/127\.0\.0\.1:\d+\/…/,
    );
    await hark.signUpElsewhere({ name: 'Bob', email: 'bob@example.com' });
    const [got] = await receiver.waitFor(1);
    expect(got!.path).toBe('/signups');
    expect(JSON.parse(got!.body)).toEqual({
      event: 'new_user',
      user: { email: 'bob@example.com', name: 'Bob' },
    });
    await expect(admin.getByRole('region', { name: 'Recent deliveries' }).getByText('Bob')).toBeVisible();
  });

  test('from WEBHOOK_URL alone, and a hanging receiver does not slow the sign-up', async ({ hark }) => {
    await hark.kill();
    await hark.restart({ WEBHOOK_URL: receiver.url('/env') });
    receiver.hang(true);
    const chat = await hark.openChat();
    const start = Date.now();
    await signUp(chat);
    expect(Date.now() - start).toBeLessThan(8 * SECOND);
    const [got] = await receiver.waitFor(1);
    expect(got!.path).toBe('/env');
    expect(JSON.parse(got!.body)).toMatchObject({ event: 'new_user', user: { name: 'Ada Lovelace' } });
  });
});

test.describe('a wrong address is refused at Save', () => {
  for (const [name, url, words] of [
    ['not http(s)', 'ftp://example.com/hook', /http/i],
    ['credentials', 'https://user:secret@example.com/hook', /user name and password/i],
    [
      'metadata address',
      'http://169.254.169.254/latest/meta-data',
      /169\.254\.169\.254|link-local|metadata/i,
    ],
    ['3 MB', `https://example.com/${'x'.repeat(3_000_000)}`, /too long|8,192/i],
  ] as const)
    test(name, async ({ hark }) => {
      const chat = await hark.openChat();
      await signUp(chat);
      const settings = await openSettings(chat);
      const field = settings.getByRole('textbox', { name: 'Notification Webhook' });
      await field.fill(url);
      await settings.getByRole('button', { name: 'Save' }).first().click();
      await expect(settings.getByRole('alert').filter({ hasText: words }).first()).toBeVisible();
      await expect(field).toHaveAttribute('aria-invalid', 'true');
    });
});
