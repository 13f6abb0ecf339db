// @vitest-environment jsdom
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { App } from '../../../../src/renderer/admin/app.tsx';
import type { AdminUser } from '../../../../src/shared/domain.ts';
import { ADA, SERVER, createFakeBridge } from '../../../support/fake-bridge.ts';
import { renderWindow } from '../render.tsx';

const person = (id: string, part: Partial<AdminUser> = {}): AdminUser => ({
  id,
  email: `${id}@example.com`,
  name: `Person ${id}`,
  role: 'user',
  profileImageUrl: null,
  lastActiveAt: null,
  createdAt: 1,
  ...part,
});

test('who is no admin sees words, and nothing of the admin’s is even asked for', async () => {
  const fake = createFakeBridge({
    account: { status: 'signed_in', server: SERVER, user: { ...ADA, role: 'user' } },
  });
  renderWindow(fake, <App />);
  expect(await screen.findByRole('heading', { name: 'For admins only' })).toBeDefined();
  expect(fake.calls.filter((call) => call.route.startsWith('admin.'))).toEqual([]);
});

test('a webhook from the environment says so; without a delivery log none is asked for', async () => {
  const fake = createFakeBridge();
  fake.data.general = {
    ...fake.data.general,
    hasDeliveryLog: false,
    webhook: {
      urlMasked: 'https://example.com/…',
      kind: 'generic',
      warnings: ['Not encrypted.'],
      fromEnvironment: true,
    },
  };
  renderWindow(fake, <App />);
  const input = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Webhook URL' });
  expect(input.value).toBe('https://example.com/…');
  expect(screen.getByText(/comes from WEBHOOK_URL/)).toBeDefined();
  expect(screen.getByText('Not encrypted.')).toBeDefined();
  expect(fake.calls.some((call) => call.route === 'admin.list_deliveries')).toBe(false);
});

test('users: one click activates, deleting names the person, and nobody deletes themself', async () => {
  location.hash = '#users';
  const fake = createFakeBridge({
    users: [person('u1', { name: ADA.name }), person('bob', { role: 'pending' }), person('eve')],
  });
  renderWindow(fake, <App />);
  fireEvent.click(await screen.findByRole('button', { name: 'Activate Person bob' }));
  await waitFor(() => expect(fake.data.users.find((user) => user.id === 'bob')?.role).toBe('user'));
  await waitFor(() => expect(screen.queryByRole('button', { name: /Activate/ })).toBeNull());

  expect(screen.getByRole<HTMLButtonElement>('button', { name: `Delete ${ADA.name}` }).disabled).toBe(true);
  fireEvent.click(screen.getByRole('button', { name: 'Delete Person eve' }));
  const dialog = await screen.findByRole('alertdialog', { name: 'Delete Person eve?' });
  expect(dialog.textContent).toContain('eve@example.com');
  fireEvent.click(within(dialog).getByRole('button', { name: 'Delete' }));
  await waitFor(() => expect(fake.data.users.map((user) => user.id)).toEqual(['u1', 'bob']));
});

test('searching goes back to the first page, and sorting turns around', async () => {
  location.hash = '#users';
  const fake = createFakeBridge({ users: Array.from({ length: 70 }, (_, i) => person(String(i))) });
  renderWindow(fake, <App />);
  fireEvent.click(await screen.findByRole('button', { name: 'Next' }));
  await screen.findByText(/Page 2 of 3/);
  fireEvent.change(screen.getByRole('textbox', { name: 'Search users' }), { target: { value: '69' } });
  await waitFor(() => expect(screen.getAllByRole('row')).toHaveLength(2));
  fireEvent.click(screen.getByRole('button', { name: 'Name' }));
  await waitFor(() =>
    expect(fake.calls.at(-1)?.input).toEqual({ page: 1, query: '69', orderBy: 'name', direction: 'desc' }),
  );
  expect(screen.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort')).toBe('descending');
});
