import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createRest, wordsOf } from '../../../src/main/backend/rest.ts';
import { toChat, chatResponse } from '../../../src/main/backend/wire.ts';
import { createNodeTransport } from '../../../src/main/http/node-transport.ts';

let server: Server;
let base = '';
let answer: { status: number; headers?: Record<string, string>; body: string } = { status: 200, body: '{}' };
let seen: { method: string; url: string; authorization: string | undefined; body: string }[] = [];
const transport = createNodeTransport();

beforeAll(async () => {
  server = createServer((req, res) => {
    let body = '';
    req.on('data', (d: Buffer) => (body += d.toString()));
    req.on('end', () => {
      seen.push({
        method: req.method ?? '',
        url: req.url ?? '',
        authorization: req.headers.authorization,
        body,
      });
      res
        .writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
        .end(answer.body);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await transport.close();
  server.close();
});
const rest = () => createRest({ transport, baseUrl: base, token: () => 'tok' });
const schema = z.object({ id: z.string() });

describe('createRest', () => {
  const cases: [string, typeof answer, string, RegExp][] = [
    [
      'a detail in words',
      { status: 400, body: '{"detail":"Email taken"}' },
      'VALIDATION_FAILED',
      /^Email taken$/,
    ],
    [
      'a validation list names the field',
      { status: 422, body: '{"detail":[{"loc":["body","email"],"msg":"field required"}]}' },
      'VALIDATION_FAILED',
      /^email: field required$/,
    ],
    ['401', { status: 401, body: '{"detail":"x"}' }, 'SIGNED_OUT', /x/],
    ['403', { status: 403, body: '{}' }, 'FORBIDDEN', /not allow/],
    ['404', { status: 404, body: '' }, 'NOT_FOUND', /not know/],
    [
      '429 says how long',
      { status: 429, headers: { 'retry-after': '12' }, body: '{"detail":"Too many tries."}' },
      'RATE_LIMITED',
      /12 s/,
    ],
    ['500', { status: 500, body: '<html>' }, 'SERVER_ERROR', /HTTP 500/],
    [
      'a redirect is not followed',
      { status: 302, headers: { location: 'http://elsewhere/' }, body: '' },
      'SERVER_ERROR',
      /HTTP 302/,
    ],
    ['a login page instead of JSON', { status: 200, body: '<html>hello</html>' }, 'SERVER_ERROR', /no JSON/],
    ['JSON of another shape', { status: 200, body: '{"nope":1}' }, 'SERVER_ERROR', /not understood/],
  ];
  it.each(cases)('%s', async (_name, given, code, words) => {
    answer = given;
    const result = await rest()('GET', '/x', schema);
    expect(result.ok).toBe(false);
    if (!result.ok) {
      expect(result.error.code).toBe(code);
      expect(result.error.message).toMatch(words);
    }
  });

  it('sends the token and the body, and gives the parsed answer', async () => {
    answer = { status: 200, body: '{"id":"a","more":1}' };
    seen = [];
    expect(await rest()('POST', '/y?z=1', schema, { body: { a: 'ü' } })).toEqual({
      ok: true,
      data: { id: 'a' },
    });
    expect(seen).toEqual([{ method: 'POST', url: '/y?z=1', authorization: 'Bearer tok', body: '{"a":"ü"}' }]);
  });

  it('nobody there: UNREACHABLE, in words', async () => {
    const result = await createRest({ transport, baseUrl: 'http://127.0.0.1:9', token: () => null })(
      'GET',
      '/',
      schema,
    );
    expect(result).toMatchObject({ ok: false, error: { code: 'UNREACHABLE' } });
  });
});

describe('wordsOf', () => {
  it.each([
    ['{"detail":"a"}', 'a'],
    ['{"error":{"message":"b"}}', 'b'],
    ['{"error":"c"}', 'c'],
    ['null', null],
    ['not json', null],
  ])('%s', (body, words) => expect(wordsOf(body)).toBe(words));
});

describe('toChat', () => {
  const chat = (message: Record<string, unknown>) =>
    toChat(
      chatResponse.parse({
        id: 'c',
        title: 't',
        chat: { history: { currentId: 'm', messages: { m: { role: 'assistant', ...message } } } },
      }),
    ).messages['m'];
  it('an assistant message without the mark is still being made; with an error it is not', () => {
    expect(chat({ content: 'x' })?.done).toBe(false);
    expect(chat({ content: 'x', done: true })?.done).toBe(true);
    expect(chat({ content: '', error: { content: 'no quota' } })).toMatchObject({
      done: true,
      error: 'no quota',
    });
  });
  it('reads times in milliseconds as seconds, and odd shapes without losing the chat', () => {
    expect(
      chat({ content: [{ type: 'text', text: 'a' }, { text: 'b' }], timestamp: 1_700_000_000_000 }),
    ).toMatchObject({
      content: 'ab',
      timestamp: 1_700_000_000,
    });
    expect(toChat(chatResponse.parse({ id: 'c', chat: {} }))).toMatchObject({
      messages: {},
      currentId: null,
      title: 'Untitled',
    });
  });
});
