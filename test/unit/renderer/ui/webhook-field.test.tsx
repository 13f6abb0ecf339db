// @vitest-environment jsdom
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { App } from '../../../../src/renderer/settings/app.tsx';
import { fail } from '../../../../src/shared/result.ts';
import { createFakeBridge, delivery, targetView } from '../../../support/fake-bridge.ts';
import { renderWindow } from '../render.tsx';

const field = () => screen.findByRole<HTMLInputElement>('textbox', { name: 'Notification Webhook' });
const described = (input: HTMLElement): string =>
  (input.getAttribute('aria-describedby') ?? '')
    .split(' ')
    .map((id) => document.getElementById(id)?.textContent ?? '')
    .join(' ');
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));
const inputs = (fake: ReturnType<typeof createFakeBridge>, route: string) =>
  fake.calls.filter((call) => call.route === route).map((call) => call.input);

test('a refused address keeps what was typed, with the words at the field, until it changes', async () => {
  const fake = createFakeBridge();
  renderWindow(fake, <App />);
  const input = await field();
  fireEvent.change(input, { target: { value: 'hooks.slack.com/x' } });
  press('Save');
  await waitFor(() => expect(input.getAttribute('aria-invalid')).toBe('true'));
  expect(described(input)).toContain('A webhook address begins with https:// or http://.');
  expect(input.value).toBe('hooks.slack.com/x');
  fireEvent.change(input, { target: { value: 'https://hooks.slack.com/x' } });
  expect(input.getAttribute('aria-invalid')).toBeNull();
});

test('a saved address is shown masked only, and cannot be edited in place', async () => {
  const fake = createFakeBridge();
  const { container } = renderWindow(fake, <App />);
  fireEvent.change(await field(), { target: { value: ' https://hooks.example.com/secret-token ' } });
  press('Save');
  await screen.findByRole('button', { name: 'Replace' });
  expect(inputs(fake, 'webhook.save')).toEqual([{ url: 'https://hooks.example.com/secret-token' }]);
  const input = await field();
  expect([input.readOnly, input.value]).toEqual([true, 'https://hooks.example.com/…']);
  expect(container.innerHTML).not.toContain('secret-token');
});

test('Save of nothing removes nothing: a stored webhook goes by Remove alone, which asks first', async () => {
  const fake = createFakeBridge({ webhook: targetView() });
  renderWindow(fake, <App />);
  await field();
  press('Replace');
  press('Save');
  expect(described(await field())).toContain('Enter the address of your webhook');
  expect(inputs(fake, 'webhook.save')).toEqual([]);
  press('Remove');
  const dialog = await screen.findByRole('alertdialog');
  expect(inputs(fake, 'webhook.save')).toEqual([]);
  fireEvent.click(within(dialog).getByRole('button', { name: 'Remove' }));
  await waitFor(() => expect(inputs(fake, 'webhook.save')).toEqual([{ url: '' }]));
});

test('Test sends to what is typed, else to what is stored, and shows the receiver’s own words', async () => {
  const fake = createFakeBridge({ webhook: targetView() });
  fake.data.test = { ...fake.data.test, delivered: false, status: 404, latencyMs: 91, words: 'no_team' };
  renderWindow(fake, <App />);
  await field();
  press('Test');
  const card = await screen.findByRole('status', { name: 'Test outcome' });
  expect(card.textContent).toMatch(/Test failed.*HTTP 404.*91 ms.*no_team/);
  press('Replace');
  expect(screen.queryByRole('status', { name: 'Test outcome' })).toBeNull();
  fireEvent.change(await field(), { target: { value: 'https://new.example.com/x' } });
  press('Test');
  await waitFor(() =>
    expect(inputs(fake, 'webhook.test')).toEqual([{}, { url: 'https://new.example.com/x' }]),
  );
});

test('a test that is refused shows at the field, not as an outcome', async () => {
  const fake = createFakeBridge();
  fake.handle('webhook.test', () => fail('REFUSED', 'Hark never calls 169.254.169.254.', { field: 'url' }));
  renderWindow(fake, <App />);
  fireEvent.change(await field(), { target: { value: 'http://169.254.169.254/' } });
  press('Test');
  await waitFor(async () => expect(described(await field())).toContain('Hark never calls 169.254.169.254.'));
  expect(screen.queryByRole('status', { name: 'Test outcome' })).toBeNull();
});

test('recent deliveries say why, open to their attempts, and go out again by hand', async () => {
  const fake = createFakeBridge({
    webhook: targetView(),
    deliveries: [
      delivery({
        id: 'msg_s',
        state: 'suppressed',
        reason: 'You were looking.',
        subject: 'Sailing',
        attempts: [],
      }),
      delivery({ id: 'msg_q', state: 'queued', subject: 'Waiting one' }),
    ],
  });
  renderWindow(fake, <App />);
  const region = await screen.findByRole('region', { name: 'Recent deliveries' });
  fireEvent.click(await within(region).findByRole('button', { name: /Not sent Sailing.*You were looking/ }));
  expect(within(region).getByText(/Nothing was sent, so there are no attempts/)).toBeDefined();
  fireEvent.click(within(region).getByRole('button', { name: 'Redeliver' }));
  await waitFor(() => expect(inputs(fake, 'delivery.redeliver')).toEqual([{ id: 'msg_s' }]));
  fireEvent.click(within(region).getByRole('button', { name: /Waiting one/ }));
  const buttons = within(region).getAllByRole<HTMLButtonElement>('button', { name: 'Redeliver' });
  expect(buttons.map((button) => button.disabled)).toEqual([false, true]);
});
