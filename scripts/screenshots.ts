import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { browserPath } from '../test/e2e/support/chromium.ts';
import { createHostProcess } from '../test/e2e/support/host.ts';

/* Takes the pictures of README.md, of a real Hark in the browser host: `node scripts/screenshots.ts` after a build. */

const docs = resolve(import.meta.dirname, '../docs');
mkdirSync(docs, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'hark-pictures-'));
const receiver = createServer((req, res) => {
  req.resume().on('end', () => res.writeHead(200).end('ok'));
}).listen(0, '127.0.0.1');
await new Promise((done) => receiver.once('listening', done));
const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;

const host = createHostProcess(join(folder, 'profile'), {});
await host.start();
const browser = await chromium.launch({
  executablePath: browserPath(),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
const context = await browser.newContext({ viewport: { width: 1180, height: 760 } });
const shoot = async (page: Page, name: string): Promise<void> => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.waitForTimeout(250);
    await page.screenshot({ path: join(docs, `${name}-${colorScheme}.png`) });
  }
};

const chat = await context.newPage();
await chat.goto(await host.openUrl());
await chat.getByRole('textbox', { name: 'Name' }).fill('Ada Lovelace');
await chat.getByRole('textbox', { name: 'Email' }).fill('ada@example.com');
await chat.getByLabel('Password', { exact: true }).fill('correct horse battery');
await chat.getByRole('button', { name: 'Create account' }).click();
const message = chat.getByRole('textbox', { name: 'Message' });
await message.waitFor();
for (const [name, email] of [
  ['Charles Babbage', 'charles@example.com'],
  ['Mary Somerville', 'mary@example.com'],
])
  await fetch(`${host.backendUrl()}/api/v1/auths/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, email, password: 'correct horse battery' }),
  });

const open = async (item: string): Promise<Page> => {
  await chat.getByRole('button', { name: /^Profile/ }).click();
  const [page] = await Promise.all([
    context.waitForEvent('page'),
    chat.getByRole('menuitem', { name: item }).click(),
  ]);
  await page.setViewportSize({ width: 900, height: 700 });
  return page;
};
const settings = await open('Settings');
await settings.getByRole('textbox', { name: 'Notification Webhook' }).fill(hook);
await settings.getByRole('button', { name: 'Save', exact: true }).click();
await settings.getByRole('button', { name: 'Test' }).click();
await settings.getByRole('status', { name: 'Test outcome' }).waitFor();

for (const prompt of [
  'Tell me about lighthouses',
  'Why is the sky blue?',
  '/markdown Show me what you can do',
]) {
  await chat.getByRole('button', { name: 'New chat' }).click();
  await message.fill(prompt);
  await chat.keyboard.press('Enter');
  await chat.getByRole('button', { name: 'Regenerate answer' }).waitFor();
}
await shoot(chat, 'chat');
await shoot(settings, 'settings');
const admin = await open('Admin Panel');
await admin.getByRole('textbox', { name: 'Webhook URL' }).fill(hook);
await admin.getByRole('button', { name: 'Save', exact: true }).click();
await admin.getByText('Saved.').waitFor();
await shoot(admin, 'admin');
await admin.getByRole('button', { name: 'Users' }).click();
await admin.getByText('Mary Somerville').waitFor();
await shoot(admin, 'admin-users');

await browser.close();
await host.stop();
receiver.close();
rmSync(folder, { recursive: true, force: true });
