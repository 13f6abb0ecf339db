import type { Page } from '@playwright/test';
import { expect, openAdmin, openSettings, signUp, test } from './support/fixtures.ts';

/** Everything a page complains of: exceptions, console errors and refusals of the content security policy. */
function complaints(page: Page, into: string[]): void {
  page.on('pageerror', (error) => into.push(`${page.url()}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') into.push(`${page.url()}: ${message.text()}`);
  });
}

test('every window opens under the strict policy without a complaint', async ({ hark }) => {
  const said: string[] = [];
  const chat = await hark.openChat();
  chat.context().on('page', (page) => complaints(page, said));
  complaints(chat, said);
  await chat.reload();
  await signUp(chat);
  const settings = await openSettings(chat);
  await expect(settings.getByRole('textbox', { name: 'Notification Webhook' })).toBeVisible();
  const admin = await openAdmin(chat);
  await expect(admin.getByRole('textbox', { name: 'Webhook URL' })).toBeVisible();
  // Loaded while nobody listened yet: once more, heard from the start.
  for (const page of [settings, admin]) await page.reload();
  await expect(settings.getByRole('textbox', { name: 'Notification Webhook' })).toBeVisible();
  await expect(admin.getByRole('textbox', { name: 'Webhook URL' })).toBeVisible();
  expect(said).toEqual([]);
});

test('two windows of Hark: while either has focus somebody looks', async ({ hark }) => {
  const chat = await hark.openChat();
  await signUp(chat);
  const settings = await openSettings(chat);
  await hark.focus(settings);
  await expect(chat.getByText(/^Looking:/)).toBeVisible();
  await hark.lookAway();
  await expect(chat.getByText('Away: no window focused')).toBeVisible();
  await settings.close();
  await hark.focus(chat);
  await expect(chat.getByText('Looking: the chat window has focus')).toBeVisible();
});

test('a page outlives its host: it says so, and the next one’s window is still signed in', async ({
  hark,
}) => {
  const chat = await hark.openChat();
  await signUp(chat);
  await hark.kill();
  await expect(chat.getByText(/^Hark is not running/)).toBeVisible();
  await hark.restart();
  const again = await hark.openChat();
  // Still signed in: the session survived the kill.
  await expect(again.getByRole('textbox', { name: 'Message' })).toBeVisible();
});

test('a second start finds the first; a browser that was not let in gets nothing', async ({ hark }) => {
  const first = new URL(await hark.openUrl());
  const second = new URL(await hark.openUrl());
  expect(second.origin).toBe(first.origin);
  expect(second.search).not.toBe(first.search);
  const stranger = await fetch(`${first.origin}/chat/`);
  expect(stranger.status).toBe(403);
  expect(await stranger.text()).not.toContain('hark-window');
});
