import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startReceiver } from '../support/receiver.ts';
import {
  ask,
  expect,
  openAdmin,
  openSettings,
  PASSWORD,
  setWebhook,
  signUp,
  test,
} from './support/fixtures.ts';

/** Every file under a folder with its bytes as text. */
function filesUnder(folder: string): { path: string; text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ path, text: readFileSync(path, 'latin1') }));
}

test('after a full use no secret lies in settings, databases, logs or process output', async ({ hark }) => {
  const receiver = await startReceiver();
  const chat = await hark.openChat();
  await signUp(chat);
  const settings = await openSettings(chat);
  await setWebhook(settings, receiver.url('/hook-path-of-mine/Zx81secretZx81'));
  await settings.getByRole('button', { name: 'Test', exact: true }).click();
  await receiver.waitFor(1);

  const admin = await openAdmin(chat);
  await admin
    .getByRole('textbox', { name: 'Webhook URL' })
    .fill(receiver.url('/admin-path-of-mine/Qq17secretQq17'));
  await admin.getByRole('button', { name: 'Save', exact: true }).click();
  await hark.signUpElsewhere({ name: 'Bob', email: 'bob@example.com' });
  await receiver.waitFor(2);

  // A signing key, shown once: what the window shows must be nowhere on disk in clear.
  await settings.getByRole('button', { name: 'Notifications' }).click();
  await settings.getByRole('button', { name: /^Edit/ }).first().click();
  const editor = settings.getByRole('dialog');
  await editor.getByText('More choices').click();
  await editor.getByRole('button', { name: 'Make key' }).click();
  const secret = await editor.getByText(/^whsec_/).innerText();
  expect(secret).toMatch(/^whsec_.{30,}/);

  await editor.getByRole('button', { name: 'Cancel' }).click();

  // One answer told, one refused, so that words about failures are written too.
  receiver.answerWith(
    { status: 200 },
    { status: 404, body: 'no such hook /hook-path-of-mine/Zx81secretZx81' },
  );
  for (const n of [1, 2]) {
    await hark.focus(chat);
    await ask(chat, `/slow 2 number ${n}`);
    await hark.lookAway();
    await receiver.waitFor(2 + n, 20_000);
  }
  expect(receiver.received.some((r) => r.headers['webhook-signature'] !== undefined)).toBe(true);
  await hark.kill();

  const written = [...filesUnder(hark.profile), { path: 'output', text: hark.output() }];
  expect(written.length).toBeGreaterThan(6);
  const secrets = {
    'webhook path': 'Zx81secretZx81',
    'admin webhook path': 'Qq17secretQq17',
    'signing key': secret.slice(6, 30),
    password: PASSWORD,
  };
  for (const [name, text] of Object.entries(secrets))
    expect(
      written.filter((file) => file.text.includes(text)).map((file) => file.path),
      name,
    ).toEqual([]);
  // Session tokens are random: what looks like one must not follow its usual names.
  const leaks = written.filter((file) => /bearer\s+[\w-]{20,}|"token"\s*:\s*"[\w-]{20,}/i.test(file.text));
  expect(
    leaks.map((file) => file.path),
    'session token',
  ).toEqual([]);
  // And what was done is there: the search looked at the right files.
  expect(written.some((file) => file.path.endsWith('hark.db') || file.path.endsWith('hark.db-wal'))).toBe(
    true,
  );
  await receiver.stop();
});
