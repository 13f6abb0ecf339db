import { expect, test } from 'vitest';
import { formErrors, toForm, toInput } from '../../../../src/renderer/settings/target-form.ts';
import { targetInput } from '../../../../src/shared/ipc/routes.ts';
import { targetView } from '../../../support/fake-bridge.ts';

test('saving an untouched target changes nothing and keeps every secret', () => {
  const target = targetView({
    kind: 'telegram',
    kindChosen: true,
    headerNames: ['X-Api-Key'],
    options: { chat_id: '42', include: 'answer,link' },
    when: { mode: 'away_for', seconds: 90 },
    quietHours: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' },
    minAnswerSeconds: 2.5,
    shelfLifeHours: 0.5,
    caPem: '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----',
  });
  const input = toInput(toForm(target), target.id);
  expect(targetInput.parse(input)).toEqual(input);
  expect(input).toEqual({
    id: 't1',
    name: target.name,
    url: null,
    kind: 'telegram',
    enabled: true,
    events: target.events,
    when: target.when,
    privacy: 'full',
    minAnswerSeconds: 2.5,
    quietHours: target.quietHours,
    shelfLifeHours: 0.5,
    headers: [{ name: 'X-Api-Key', value: null }],
    options: target.options,
    caPem: target.caPem,
  });
});

test('a kind that follows the address keeps following it', () => {
  expect(toInput(toForm(targetView({ kind: 'slack', kindChosen: false })), 't1').kind).toBeNull();
});

test('a new header needs a value of its own; emptied options are left out', () => {
  const form = {
    ...toForm(null),
    headers: [{ name: ' X-New ', value: '', stored: false }],
    options: { a: ' ' },
  };
  expect(toInput(form, null)).toMatchObject({ headers: [{ name: 'X-New', value: '' }], options: {} });
});

test.each([
  [{ minAnswerSeconds: '' }, ['minAnswerSeconds']],
  [{ minAnswerSeconds: '-1' }, ['minAnswerSeconds']],
  [{ minAnswerSeconds: '1e9' }, ['minAnswerSeconds']],
  [{ shelfLifeHours: 'soon' }, ['shelfLifeHours']],
  [{ shelfLifeHours: '0' }, ['shelfLifeHours']],
  [{ when: 'away_for' as const, awayFor: '1.5' }, ['awayFor']],
  [{ when: 'away' as const, awayFor: 'x' }, []],
  [{}, []],
])('%j', (part, fields) => expect(Object.keys(formErrors({ ...toForm(null), ...part }))).toEqual(fields));
