import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { buildRequest, previewRequest, toCurl } from '../../../src/main/webhooks/build.ts';
import { checkHeaders } from '../../../src/main/webhooks/headers.ts';
import { maskText, maskUrl, secretsOf } from '../../../src/main/webhooks/mask.ts';
import { makeSecret, secretKey, signHeaders } from '../../../src/main/webhooks/signing.ts';
import { RECEIVER_KINDS } from '../../../src/shared/webhooks.ts';
import { CHAT, target, URLS } from './samples.ts';

const NOW = Date.now();
const CONTEXT = { deliveryId: '01890a5d-ac96-774b-bcce-b302099a8057', nowMs: NOW };

describe('signing', () => {
  test("the standard's own vector", () => {
    const headers = signHeaders(
      ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1614265330,
      '{"test": 2432232314}',
    );
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  test("a receiver's library verifies with either key while keys change, and with no other", () => {
    const [current, former, stranger] = [makeSecret(), makeSecret(), makeSecret()];
    const request = buildRequest(
      target(
        'generic',
        { signingSecrets: [current, former] },
        { signing: { enabled: true, previousUntil: NOW + 1 } },
      ),
      { ...CHAT, chat: { id: 'c', title: '漢字 😀', last_message: '\ud83d lone' } } as typeof CHAT,
      CONTEXT,
    );
    const bytes = Buffer.from(request.body, 'utf8');
    for (const secret of [current, former])
      expect(new Webhook(secret).verify(bytes, request.headers)).toMatchObject({ event: 'chat_response' });
    expect(() => new Webhook(stranger).verify(bytes, request.headers)).toThrow();
    expect(() =>
      new Webhook(current).verify(Buffer.concat([bytes, Buffer.from(' ')]), request.headers),
    ).toThrow();
  });

  test('secrets are 32 random bytes', () => {
    const [one, two] = [makeSecret(), makeSecret()];
    expect(one).not.toBe(two);
    expect(secretKey(one)).toHaveLength(32);
  });

  test.each(['', 'whsec_', 'whsec_c2hvcnQ=', 'not base64 at all!!', `whsec_${'A'.repeat(100)}`])(
    'what is no secret signs nothing: %j',
    (secret) => {
      expect(signHeaders([secret], 'id', 1, '{}')).not.toHaveProperty('webhook-signature');
    },
  );
});

describe('buildRequest', () => {
  test('generic: id on every attempt, time of this one, unsigned unless signing is on', () => {
    const { headers } = buildRequest(target('generic', { signingSecrets: [makeSecret()] }), CHAT, CONTEXT);
    expect(headers).toEqual({
      'content-type': 'application/json; charset=utf-8',
      'user-agent': expect.stringMatching(/^Hark\/\d+\.\d+\.\d+$/) as string,
      'webhook-id': CONTEXT.deliveryId,
      'webhook-timestamp': String(Math.floor(NOW / 1000)),
    });
  });

  test.each(RECEIVER_KINDS.filter((kind) => kind !== 'generic'))('%s gets no signature', (kind) => {
    const signing = { enabled: true, previousUntil: null };
    const { headers } = buildRequest(
      target(kind, { signingSecrets: [makeSecret()] }, { signing }),
      CHAT,
      CONTEXT,
    );
    expect(Object.keys(headers).filter((name) => name.startsWith('webhook-'))).toEqual([]);
  });

  test('credentials in the address become Basic; a header of the user goes before', () => {
    const url = 'https://us%C3%A9r:p%25w@example.com/x';
    const built = buildRequest(target('generic', { url }), CHAT, CONTEXT);
    expect(built.url).toBe('https://example.com/x');
    expect(built.headers.authorization).toBe(`Basic ${Buffer.from('usér:p%w').toString('base64')}`);
    const own = buildRequest(
      target('generic', { url, headers: [['Authorization', 'Bearer t']] }),
      CHAT,
      CONTEXT,
    );
    expect(Object.entries(own.headers).filter(([name]) => name.toLowerCase() === 'authorization')).toEqual([
      ['Authorization', 'Bearer t'],
    ]);
  });

  test('stored header values cannot break out', () => {
    const { headers } = buildRequest(
      target('generic', { headers: [['X-Key', 'a\r\nX-Evil: 1 é']] }),
      CHAT,
      CONTEXT,
    );
    expect(headers['X-Key']).toBe('a??X-Evil: 1 ?');
  });
});

describe('masking', () => {
  test.each([
    [URLS.slack, 'https://hooks.slack.com/…XX'],
    [URLS.discord, 'https://discord.com/…'],
    [URLS.google_chat, 'https://chat.googleapis.com/…'],
    ['https://u:p@example.com:8443/a?b=c#d', 'https://example.com:8443/…'],
    ['https://example.com/', 'https://example.com/'],
    ['https://example.com', 'https://example.com/'],
    ['https://example.com/?token=x', 'https://example.com/…'],
    ['no url', '…'],
  ])('%s is shown as %s', (url, expected) => {
    expect(maskUrl(url)).toBe(expected);
  });

  test('secrets vanish plain, encoded, in forms and in JSON, longest first', () => {
    const secret = 'a b/"c"\\+é=';
    const text = [
      secret,
      encodeURIComponent(secret),
      new URLSearchParams({ s: secret }).toString(),
      JSON.stringify(secret),
    ].join('\n');
    expect(maskText(text, [secret, 'zzzz'])).toBe('…\n…\ns=…\n"…"');
    expect(maskText('tokentoken-long', ['tokentoken', 'tokentoken-long'])).toBe('…');
    expect(maskText('abc', ['', 'abc'])).toBe('abc');
  });

  /** The parts of each sample that are credentials, found by reading the address, not by asking the code. */
  const CREDENTIALS: Record<string, string[]> = {
    generic: ['/hook?x=1'],
    slack: ['XXXXXXXXXXXXXXXXXXXXXXXX'],
    discord: ['abcDEF-ghi_jkl', '123456789012345678'],
    teams: ['a%2Bb_c-d', 'a+b_c-d', '0123abcd'],
    google_chat: ['t%3D2', 'key=k-1'],
    mattermost: ['abcdefghijklmnopqrstuvwxyz'],
    rocket_chat: ['AbCdEfGhIjKlMnOpQrStUvWxYz012345', '5f1a2b3c4d5e6f7a8b9c0d1e'],
    ntfy: ['my-topic'],
    gotify: ['Abcdefghijklmn.'],
    telegram: ['AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr'],
    pushover: ['apptokenapptoken', 'userkeyuserkey'],
    home_assistant: ['answer-ready-1234'],
  };

  test.each(RECEIVER_KINDS)('a preview and a curl command for %s hold no credential', (kind) => {
    const secret = makeSecret();
    const full = target(
      kind,
      {
        signingSecrets: [secret],
        headers: [
          ['Authorization', 'Bearer tk_supersecret'],
          ['X-Key', 'hunter22'],
        ],
      },
      { signing: { enabled: true, previousUntil: null } },
    );
    const preview = previewRequest(full, CHAT, CONTEXT);
    const shown = JSON.stringify(preview) + toCurl(preview);
    for (const word of [...(CREDENTIALS[kind] ?? []), secret.slice(6), 'tk_supersecret', 'hunter22', 'v1,'])
      expect(shown).not.toContain(word);
    expect(shown).toContain('biscuits');
    const echo = maskText(`you sent ${full.url} with tk_supersecret`, secretsOf(full));
    for (const word of [...(CREDENTIALS[kind] ?? []), 'tk_supersecret']) expect(echo).not.toContain(word);
  });
});

test('a curl command survives the shell whatever the text', () => {
  const request = {
    url: 'https://example.com/…',
    method: 'POST' as const,
    headers: { 'x-a': `it's "$HOME"` },
    body: `{"a":"'; touch /tmp/x; echo '\\n $(id) \`id\` !"}`,
  };
  const script = `curl() { printf '%s\\0' "$@"; }\n${toCurl(request)}`;
  const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
  expect(stdout.split('\0').slice(0, -1)).toEqual([
    '-X',
    'POST',
    request.url,
    '-H',
    `x-a: it's "$HOME"`,
    '--data-raw',
    request.body,
  ]);
});

describe('checkHeaders', () => {
  test('good ones come back trimmed; null keeps the stored value', () => {
    expect(
      checkHeaders([
        { name: ' Authorization ', value: ' Bearer x\t' },
        { name: 'X-A', value: null },
      ]),
    ).toEqual({
      ok: true,
      data: [
        { name: 'Authorization', value: 'Bearer x' },
        { name: 'X-A', value: null },
      ],
    });
  });

  test.each<[string, string | null, RegExp]>([
    ['', 'x', /no name/],
    ['X A', 'x', /not a header name/],
    ['X-A:', 'x', /without the colon/],
    ['X-Ä', 'x', /not a header name/],
    ['X-A\n', 'x', /not a header name/],
    ['X-A', '', /no value/],
    ['X-A', 'a\r\nX-Evil: 1', /line break/],
    ['X-A', 'a\n', /line break/],
    ['X-A', 'é', /plain ASCII/],
    ['X-A', 'a\u0000', /plain ASCII|line break/],
    ['X-A', 'a'.repeat(4097), /too long/],
    ['host', 'x', /follows from the address/],
    ['Content-Length', 'x', /cannot be set/],
    ['Content-Type', null, /kind of receiver/],
    ['TRANSFER-ENCODING', 'x', /cannot be set/],
    ['Connection', 'x', /cannot be set/],
    ['Cookie', 'x', /no cookies/],
    ['Webhook-Signature', 'x', /signature/],
    ['Proxy-Authorization', 'x', /proxy/],
  ])('%j: %j', (name, value, words) => {
    const result = checkHeaders([
      { name: 'X-Fine', value: 'x' },
      { name, value },
    ]);
    expect(result).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED', field: 'headers.1' } });
    expect(result.ok ? '' : result.error.message).toMatch(words);
  });

  test('twice the same, whatever the case, and too many', () => {
    expect(
      checkHeaders([
        { name: 'X-A', value: '1' },
        { name: 'x-a', value: '2' },
      ]).ok,
    ).toBe(false);
    expect(checkHeaders(Array.from({ length: 21 }, (_one, at) => ({ name: `X-${at}`, value: '1' }))).ok).toBe(
      false,
    );
  });
});
