import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect, type BrowserContext, type Page } from '@playwright/test';
import { openBrowser } from './chromium.ts';
import { startDisplay, xdotool, type Display } from './display.ts';
import { createHostProcess, type HostProcess } from './host.ts';

export { expect };

/** Hark as a user has it: a running host, its windows, and other things to look at. */
export interface Hark extends Omit<HostProcess, 'start' | 'stop'> {
  openChat: () => Promise<Page>;
  closeAllWindows: () => Promise<void>;
  /** Gives a window of Hark the system's focus, through the window manager. */
  focus: (page: Page) => Promise<void>;
  /** Gives a window of another program the system's focus. */
  lookAway: () => Promise<void>;
  restart: (environment?: Record<string, string>) => Promise<void>;
  /** Another person signs up at the same backend, from elsewhere. */
  signUpElsewhere: (user: { name: string; email: string }) => Promise<void>;
  /** A target under "More targets" of a chosen kind. */
  saveTargetAs: (settings: Page, target: { url: string; kind: string }) => Promise<void>;
}

const FOREIGN = 'Other work';

export const test = base.extend<{ hark: Hark }, { display: Display; elsewhere: Page }>({
  display: [
    // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern, even for no fixtures.
    async ({}, use) => {
      const display = await startDisplay();
      await use(display);
      display.stop();
    },
    { scope: 'worker' },
  ],
  /** A window of another program, opened ahead: starting one takes longer than a short answer. */
  elsewhere: [
    async ({ display }, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'hark-elsewhere-'));
      const context = await openBrowser(folder, display.environment);
      const page = context.pages()[0] ?? (await context.newPage());
      await page.setContent(`<title>${FOREIGN}</title><p>Something else.</p>`);
      await use(page);
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
  hark: async ({ display, elsewhere }, use, info) => {
    const folder = mkdtempSync(join(tmpdir(), 'hark-e2e-'));
    const host = createHostProcess(join(folder, 'profile'), display.environment);
    const contexts: BrowserContext[] = [];
    let mine: BrowserContext | null = null;
    const open = async (name: string): Promise<BrowserContext> => {
      const context = await openBrowser(join(folder, name), display.environment);
      contexts.push(context);
      return context;
    };
    /** The window manager raises and focuses the window whose title is the page's. */
    const activate = async (page: Page): Promise<void> => {
      await expect
        .poll(
          async () => {
            // A pop-up’s title is the page’s alone. Chromium keeps unmapped windows of the same name; waiting for one of those would never end.
            const named = ['search', '--onlyvisible', '--name', `^${escape(await page.title())}( - |$)`];
            const id = xdotool(display.name, ...named)
              ?.split('\n')
              .at(-1);
            if (!id) return false;
            xdotool(display.name, 'windowactivate', id);
            await page.waitForTimeout(100);
            return xdotool(display.name, 'getactivewindow') === id;
          },
          { message: `the window manager gives “${await page.title()}” the focus`, timeout: 15_000 },
        )
        .toBe(true);
    };
    const hark: Hark = {
      ...host,
      openChat: async () => {
        mine ??= await open('browser');
        const page = mine.pages().find((p) => p.url() === 'about:blank') ?? (await mine.newPage());
        await page.goto(await host.openUrl());
        await page.waitForURL(/\/chat\//);
        return page;
      },
      closeAllWindows: async () => {
        await mine?.close();
        mine = null;
      },
      focus: async (page) => {
        await activate(page);
        await expect.poll(() => page.evaluate<boolean>('document.hasFocus()')).toBe(true);
      },
      lookAway: () => activate(elsewhere),
      restart: (environment) => host.start(environment),
      signUpElsewhere: async ({ name, email }) => {
        const answer = await fetch(`${host.backendUrl()}/api/v1/auths/signup`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ name, email, password: PASSWORD }),
        });
        if (!answer.ok) throw new Error(`Sign-up answered ${answer.status}: ${await answer.text()}`);
      },
      saveTargetAs: async (settings, { url, kind }) => {
        await settings.getByRole('button', { name: 'Notifications' }).click();
        await settings.getByRole('button', { name: 'Add target' }).click();
        const editor = settings.getByRole('dialog');
        await editor.getByLabel('Address').fill(url);
        await editor.getByLabel('Kind').selectOption({ label: kind });
        await editor.getByRole('button', { name: 'Save' }).click();
        await expect(editor).toBeHidden();
      },
    };

    await host.start();
    await use(hark);
    if (info.status !== info.expectedStatus) {
      await info.attach('host output', { body: host.output() });
      await info.attach('log', {
        body: host
          .logEntries()
          .map((e) => JSON.stringify(e))
          .join('\n'),
      });
    }
    for (const context of contexts) await context.close();
    await host.stop();
    rmSync(folder, { recursive: true, force: true });
  },
});

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export const ADA = { name: 'Ada Lovelace', email: 'ada@example.com' };
export const PASSWORD = 'correct horse battery';

async function fillSignUp(page: Page, user: { name: string; email: string }): Promise<void> {
  await page.getByRole('textbox', { name: 'Name' }).fill(user.name);
  await page.getByRole('textbox', { name: 'Email' }).fill(user.email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
}

/** Creates the first account; the chat is ready afterwards. */
export async function signUp(page: Page): Promise<void> {
  await fillSignUp(page, ADA);
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeVisible();
}

async function openFromMenu(chat: Page, item: string): Promise<Page> {
  await chat.getByRole('button', { name: /^Profile/ }).click();
  const [popup] = await Promise.all([
    chat.context().waitForEvent('page'),
    chat.getByRole('menuitem', { name: item }).click(),
  ]);
  await popup.waitForLoadState();
  return popup;
}
export const openSettings = (chat: Page): Promise<Page> => openFromMenu(chat, 'Settings');
export const openAdmin = (chat: Page): Promise<Page> => openFromMenu(chat, 'Admin Panel');

/** Settings > Account > "Notification Webhook" > Save. */
export async function setWebhook(settings: Page, url: string): Promise<void> {
  await settings.getByRole('textbox', { name: 'Notification Webhook' }).fill(url);
  await settings.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(settings.getByText('Saved.')).toBeVisible();
}

/** Sends a prompt from the composer. */
export async function ask(chat: Page, prompt: string): Promise<void> {
  await chat.getByRole('textbox', { name: 'Message' }).fill(prompt);
  await chat.getByRole('button', { name: 'Send' }).click();
}
