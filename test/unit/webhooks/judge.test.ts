import { describe, expect, test } from 'vitest';
import { retryAfterMs } from '../../../src/main/webhooks/judge.ts';
import { receiverOf } from '../../../src/main/webhooks/receivers/index.ts';
import type { Verdict } from '../../../src/main/webhooks/types.ts';
import { RECEIVER_KINDS } from '../../../src/shared/webhooks.ts';
import type { ReceiverKind } from '../../../src/shared/webhooks.ts';
import { answer } from './samples.ts';

const NOW = Date.UTC(2026, 10, 24, 7, 0, 0);
const MIDNIGHT = Date.UTC(2026, 10, 25) - NOW;

/** What each service answers when it took the message. */
const YES: Record<ReceiverKind, [status: number, body: unknown]> = {
  generic: [204, ''],
  slack: [200, 'ok'],
  discord: [200, { id: '123', type: 0 }],
  teams: [202, ''],
  google_chat: [200, { name: 'spaces/A/messages/B' }],
  mattermost: [200, 'ok'],
  rocket_chat: [200, { success: true }],
  ntfy: [200, { id: 'x', event: 'message' }],
  gotify: [200, { id: 25, appid: 5 }],
  telegram: [200, { ok: true, result: {} }],
  pushover: [200, { status: 1, request: 'r' }],
  home_assistant: [200, ''],
};

type Kind = Verdict['kind'];

describe.each(RECEIVER_KINDS)('%s', (kind) => {
  const judge = receiverOf(kind).judge;

  test('its own yes is delivered', () => {
    expect(judge(answer(...YES[kind]), NOW).kind).toBe('delivered');
  });

  test.each<[number, Kind]>([
    [301, 'failed'],
    [302, 'failed'],
    [307, 'failed'],
    [308, 'failed'],
    [400, 'rejected'],
    [405, 'failed'],
    [408, 'retry'],
    [410, 'gone'],
    [413, 'rejected'],
    [422, 'rejected'],
    [425, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
    [504, 'retry'],
    [507, 'retry'],
  ])('%i is %s', (status, expected) => {
    expect(judge(answer(status, 'words'), NOW).kind).toBe(expected);
  });

  test('a redirect names the host it points to and nothing behind it', () => {
    const verdict = judge(
      answer(302, '', { Location: 'https://login.example.com/secret-path?t=secret' }),
      NOW,
    );
    expect(verdict.words).toContain('https://login.example.com');
    expect(verdict.words).not.toContain('secret');
  });

  test.each([429, 503])('Retry-After of %i is honoured, whatever the header case', (status) => {
    for (const name of ['Retry-After', 'retry-after'])
      expect(judge(answer(status, '', { [name]: '42.5' }), NOW)).toMatchObject({
        kind: 'retry',
        afterMs: 42_500,
      });
  });

  test('the receiver is quoted, but never a whole page', () => {
    expect(judge(answer(500, 'tea pot overflow'), NOW).words).toContain('tea pot overflow');
    expect(judge(answer(500, '<!DOCTYPE html><html>page'), NOW).words).not.toContain('page');
    expect(judge(answer(500, 'x'.repeat(60_000)), NOW).words.length).toBeLessThan(400);
  });
});

test.each(RECEIVER_KINDS.filter((kind) => !['generic', 'home_assistant', 'teams'].includes(kind)))(
  'a sign-in page answering 200 for %s is not a delivery',
  (kind) => {
    expect(receiverOf(kind).judge(answer(200, '<html>Please sign in</html>'), NOW).kind).toBe('retry');
  },
);

describe("services' own words", () => {
  test.each<[ReceiverKind, number, unknown, Kind, RegExp?]>([
    ['slack', 404, 'no_service', 'gone'],
    ['slack', 404, 'no_active_hooks', 'gone'],
    ['slack', 404, 'channel_not_found', 'gone'],
    ['slack', 410, 'channel_is_archived', 'gone'],
    ['slack', 403, 'action_prohibited', 'failed', /action_prohibited/],
    ['slack', 400, 'invalid_blocks', 'rejected', /invalid_blocks/],
    ['slack', 200, { ok: true }, 'delivered'],
    ['slack', 200, { ok: false, error: 'invalid_workflow_input' }, 'rejected', /invalid_workflow_input/],
    ['slack', 500, 'rollup_error', 'retry'],
    ['discord', 204, '', 'delivered'],
    ['discord', 404, { message: 'Unknown Webhook', code: 10015 }, 'gone', /Unknown Webhook/],
    ['discord', 401, { message: 'Invalid Webhook Token', code: 50027 }, 'gone'],
    ['discord', 404, { message: 'Unknown Channel', code: 10003 }, 'failed'],
    ['discord', 400, { message: 'Invalid Form Body', code: 50035 }, 'rejected'],
    ['teams', 200, '1', 'delivered'],
    [
      'teams',
      200,
      'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429',
      'retry',
    ],
    [
      'teams',
      200,
      'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413',
      'rejected',
    ],
    ['teams', 404, { error: { code: 'WorkflowNotFound', message: 'gone' } }, 'gone'],
    ['teams', 202, { error: { code: 'Bad', message: 'no' } }, 'rejected'],
    [
      'google_chat',
      404,
      { error: { code: 404, message: 'Space not found', status: 'NOT_FOUND' } },
      'gone',
      /Space not found/,
    ],
    [
      'google_chat',
      400,
      { error: { code: 400, message: 'Invalid JSON', status: 'INVALID_ARGUMENT' } },
      'rejected',
    ],
    [
      'rocket_chat',
      400,
      { success: false, error: 'error-invalid-channel' },
      'rejected',
      /error-invalid-channel/,
    ],
    ['rocket_chat', 200, { success: false, error: 'x' }, 'rejected'],
    ['ntfy', 401, { code: 40101, http: 401, error: 'unauthorized' }, 'gone', /unauthorized/],
    ['ntfy', 403, { code: 40301, http: 403, error: 'forbidden' }, 'gone'],
    ['ntfy', 413, { code: 41301, http: 413, error: 'attachment too large' }, 'rejected'],
    [
      'gotify',
      401,
      { error: 'Unauthorized', errorCode: 401, errorDescription: 'you need a valid token' },
      'gone',
      /valid token/,
    ],
    ['gotify', 403, {}, 'gone'],
    ['gotify', 404, {}, 'failed'],
    ['telegram', 200, { ok: false, error_code: 400, description: 'Bad Request: x' }, 'rejected'],
    ['telegram', 401, { ok: false, error_code: 401, description: 'Unauthorized' }, 'gone'],
    ['telegram', 404, { ok: false, error_code: 404, description: 'Not Found' }, 'gone'],
    [
      'telegram',
      403,
      { ok: false, error_code: 403, description: 'Forbidden: bot was blocked by the user' },
      'gone',
      /blocked/,
    ],
    [
      'telegram',
      400,
      { ok: false, error_code: 400, description: "Bad Request: can't parse entities" },
      'rejected',
    ],
    [
      'telegram',
      400,
      { ok: false, error_code: 400, description: 'Bad Request: chat not found' },
      'failed',
      /chat id/,
    ],
    [
      'telegram',
      400,
      {
        ok: false,
        error_code: 400,
        description: 'group upgraded',
        parameters: { migrate_to_chat_id: -1001 },
      },
      'failed',
      /-1001/,
    ],
    ['telegram', 403, '<html>proxy</html>', 'failed'],
    [
      'pushover',
      400,
      { status: 0, errors: ['application token is invalid'] },
      'gone',
      /application token is invalid/,
    ],
    ['pushover', 400, { status: 0, errors: ['message cannot be blank'] }, 'rejected'],
    ['home_assistant', 405, '', 'failed', /allow the method POST/],
    ['generic', 404, '', 'failed', /path/],
    ['generic', 401, '', 'failed', /Authorization/],
  ])('%s %i %j is %s', (kind, status, body, expected, words) => {
    const verdict = receiverOf(kind).judge(answer(status, body), NOW);
    expect(verdict.kind).toBe(expected);
    if (words) expect(verdict.words).toMatch(words);
  });
});

describe('how long to wait', () => {
  test.each<[string, ReceiverKind, unknown, Record<string, string>, number]>([
    ['Discord says it in the body', 'discord', { retry_after: 40.125 }, {}, 40_125],
    [
      'Discord: the longer of body and header',
      'discord',
      { retry_after: 3 },
      { 'retry-after': '45' },
      45_000,
    ],
    [
      'Telegram: parameters.retry_after',
      'telegram',
      { ok: false, error_code: 429, parameters: { retry_after: 17 } },
      {},
      17_000,
    ],
    ['ntfy refills every five seconds', 'ntfy', { code: 42901 }, {}, 10_000],
    ['ntfy: the daily quota ends at midnight UTC', 'ntfy', { code: 42908 }, {}, MIDNIGHT],
    [
      'Pushover: the month starts anew',
      'pushover',
      {},
      { 'X-Limit-App-Reset': String(NOW / 1000 + 3600) },
      3_600_000,
    ],
    ['Pushover wants five seconds at least', 'pushover', {}, {}, 5000],
    ['Slack: never under a second', 'slack', '', { 'retry-after': '0' }, 1000],
  ])('%s', (_name, kind, body, headers, afterMs) => {
    expect(receiverOf(kind).judge(answer(429, body, headers), NOW)).toMatchObject({ kind: 'retry', afterMs });
  });

  test.each<[string | undefined, number | undefined]>([
    ['120', 120_000],
    [' 0.5 ', 500],
    ['Tue, 24 Nov 2026 07:01:00 GMT', 60_000],
    ['Tuesday, 24-Nov-26 07:01:00 GMT', 60_000],
    ['Tue Nov 24 07:01:00 2026', 60_000],
    ['Tue, 24 Nov 2026 06:00:00 GMT', 0],
    ['9'.repeat(400), 7 * 86_400_000],
    ['-5', undefined],
    ['1e9', undefined],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('Retry-After %j', (value, expected) => {
    expect(retryAfterMs(value, NOW)).toBe(expected);
  });

  test.each([-1, NaN, '9', null, {}])('a senseless retry_after %j is passed over', (value) => {
    expect(receiverOf('discord').judge(answer(429, { retry_after: value }), NOW)).not.toHaveProperty(
      'afterMs',
    );
  });
});
