import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type Json } from '../../support/hark-server.ts';
import { poll, prompt, startTalk, turn, type Talk } from './talk.ts';

let talk: Talk;
beforeAll(async () => {
  talk = await startTalk();
});
afterAll(() => talk.close());
afterEach(() => talk.reset());

const frames = (text: string): Json[] =>
  text
    .split('\n\n')
    .filter((f) => f.startsWith('data: '))
    .map((f) => (f === 'data: [DONE]' ? 'DONE' : JSON.parse(f.slice(6))));

describe('kept by the caller', () => {
  it('streams the endpoint’s chunks unchanged and asks it with OpenAI’s fields alone', async () => {
    const answer = await talk.complete({
      ...prompt('hi'),
      stream: true,
      temperature: 0.2,
      session_id: 'no chat, so no background',
      features: {},
      params: { seed: 7, function_calling: 'native' },
    });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const sent = frames(answer.body);
    expect(sent.at(-1)).toBe('DONE');
    expect(sent.map((c) => c.choices?.[0]?.delta?.content ?? '').join('')).toBe('Hello there.');
    expect(talk.upstream.requests[0]?.body).toEqual({
      model: 'small-model',
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
      temperature: 0.2,
      seed: 7,
    });
    expect(talk.upstream.requests[0]?.headers.authorization).toBe('Bearer sk-test');
    expect((await talk.ada.get('/api/v1/chats/')).body).toEqual([]);
  });

  it('gives one JSON answer when no stream was asked for, or the endpoint does not stream', async () => {
    expect((await talk.complete({ ...prompt('hi') })).body.choices[0].message.content).toBe('Hello there.');
    talk.upstream.script({ kind: 'json', text: 'whole' });
    const answer = await talk.complete({ ...prompt('hi'), stream: true });
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.body.choices[0].message.content).toBe('whole');
  });

  it.each([
    [
      'a quota',
      {
        kind: 'status',
        status: 429,
        headers: { 'retry-after': '7' },
        body: { error: { message: 'slow down' } },
      },
      429,
      /slow down/,
    ],
    [
      'a bad request',
      { kind: 'status', status: 400, body: { error: { message: 'context too long' } } },
      400,
      /context too long/,
    ],
    [
      'an error page',
      { kind: 'status', status: 503, raw: '<html>busy</html>' },
      502,
      /error of its own \(HTTP 503\)/,
    ],
    [
      'an unknown model',
      { kind: 'status', status: 404, body: { error: 'model "x" not found' } },
      404,
      /not found/,
    ],
    [
      'an answer that is only an error',
      { kind: 'status', status: 200, body: { error: { message: 'no such thing' } } },
      502,
      /no such thing/,
    ],
    [
      'a redirect',
      { kind: 'status', status: 307, headers: { location: 'http://127.0.0.1:1/steal' } },
      502,
      /redirects/,
    ],
    // Passed on as 401 it would sign the caller out.
    [
      'a refused key',
      { kind: 'status', status: 401, body: { error: { message: 'bad key' } } },
      502,
      /refused the API key/,
    ],
  ] as const)('says %s in words', async (_what, step, status, words) => {
    talk.upstream.script(step);
    const answer = await talk.complete({ ...prompt('hi'), stream: true });
    expect(answer.status).toBe(status);
    expect(answer.body.detail).toMatch(words);
    if (status === 429) expect(answer.headers.get('retry-after')).toBe('7');
  });

  it.each([
    ['an error frame', { errorFrame: { message: 'out of memory' } }, /out of memory/],
    ['a broken connection', { cut: true }, /closed the connection before the answer was complete/],
  ])('ends a stream on %s with an error frame and no [DONE]', async (_what, how, words) => {
    talk.upstream.script({ kind: 'stream', pieces: ['par', 'tial'], ...how });
    const sent = frames((await talk.complete({ ...prompt('hi'), stream: true })).body);
    expect(sent.at(-1).error.message).toMatch(words);
    expect(sent).not.toContain('DONE');
  });

  it('takes a stream without [DONE] for whole when it gave its finish reason', async () => {
    talk.upstream.script({ kind: 'stream', pieces: ['all'], noDone: true });
    expect(frames((await talk.complete({ ...prompt('hi'), stream: true })).body).at(-1)).toBe('DONE');
  });

  it('hangs up on the endpoint when the client hangs up', async () => {
    talk.upstream.script({ kind: 'stream', pieces: Array.from({ length: 500 }, () => 'x '), everyMs: 10 });
    const stop = new AbortController();
    const res = await fetch(`${talk.server.url}/api/chat/completions`, {
      method: 'POST',
      signal: stop.signal,
      headers: { authorization: `Bearer ${talk.ada.token ?? ''}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'small-model', ...prompt('hi'), stream: true }),
    });
    await res.body?.getReader().read();
    stop.abort();
    await poll(() => talk.upstream.requests[0]?.aborted === true);
  });

  it('does not keep the server from ending', async () => {
    const own = await startTestServer();
    const ada = await own.signUp('Ada');
    const res = await fetch(`${own.url}/api/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ada.token ?? ''}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'hark-demo', ...prompt('/slow 60'), stream: true }),
    });
    const reader = res.body?.getReader();
    await reader?.read();
    const before = performance.now();
    await own.close();
    expect(performance.now() - before).toBeLessThan(2000);
    await reader?.closed.catch(() => undefined);
  });

  it('says 400 to an unknown model and stores nothing', async () => {
    const answer = await talk.complete({ ...turn('hi'), model: 'nobody' });
    expect(answer).toMatchObject({ status: 400, body: { detail: 'Model not found' } });
    expect((await talk.ada.get('/api/v1/chats/')).body).toEqual([]);
  });
});
