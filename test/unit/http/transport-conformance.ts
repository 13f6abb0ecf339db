import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
} from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  HttpAnswer,
  HttpFailure,
  HttpFault,
  HttpRequest,
  HttpTransport,
} from '../../../src/main/ports.ts';
import { makeCertificate, type Certificate } from '../../support/certs.ts';

const authority = makeCertificate({ name: 'Test authority', authority: true });
const local = { names: ['localhost'], addresses: ['127.0.0.1'] };
const DAY = 86_400_000;

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
  connection: Socket;
}

/**
 * What every HttpTransport must do, over real sockets on loopback. Call it from the transport's own test file.
 * `make` gives a transport that goes directly, whatever the environment's proxy says.
 */
export function transportConformance(name: string, make: () => HttpTransport): void {
  describe(`${name} as an HttpTransport`, () => {
    let transport: HttpTransport;
    let server: Server;
    let base: string;
    let seen: Seen[] = [];
    let handler: (request: IncomingMessage, response: ServerResponse) => void;
    const closers: (() => void)[] = [];

    const portOf = (of: Server | TcpServer) => (of.address() as AddressInfo).port;
    const listen = async <T extends Server | TcpServer>(of: T, host = '127.0.0.1'): Promise<T> => {
      await new Promise<void>((resolve) => of.listen(0, host, resolve));
      closers.push(() => {
        if ('closeAllConnections' in of) of.closeAllConnections();
        of.close();
      });
      return of;
    };
    const tlsServer = async ({ cert, key }: Certificate): Promise<string> => {
      const of = createTlsServer({ cert, key }, (request, response) => {
        request.resume().on('end', () => response.end('secure'));
      });
      return `https://localhost:${portOf(await listen(of as unknown as Server))}`;
    };
    const tcpServer = async (onSocket: (socket: Socket) => void): Promise<string> => {
      const of = await listen(createTcpServer((socket) => onSocket(socket.on('error', () => undefined))));
      return `http://127.0.0.1:${portOf(of)}`;
    };
    const send = (more: Partial<HttpRequest> = {}) =>
      transport.send({ url: `${base}/hook?x=1`, method: 'POST', headers: {}, body: 'hello', ...more });
    const answered = async (more: Partial<HttpRequest> = {}): Promise<HttpAnswer> => {
      const outcome = await send(more);
      if ('fault' in outcome) throw new Error(`${outcome.fault.failure}: ${outcome.fault.words}`);
      return outcome.answer;
    };
    const failed = async (more: Partial<HttpRequest> = {}): Promise<HttpFault> => {
      const outcome = await send(more);
      if ('answer' in outcome) throw new Error(`answered ${outcome.answer.status}`);
      const { words } = outcome.fault;
      // A sentence for a person, without path, query or bare error codes.
      expect(words).toMatch(/^\S.{15,}\.$/s);
      expect(words).not.toMatch(/\/hook|x=1|E[A-Z]{6,}|undefined/);
      return outcome.fault;
    };

    beforeAll(async () => {
      server = await listen(
        createServer((request, response) => {
          const parts: Buffer[] = [];
          request.on('data', (part: Buffer) => parts.push(part));
          request.on('end', () => {
            const { method = '', url = '', headers, socket } = request;
            seen.push({ method, url, headers, body: Buffer.concat(parts).toString(), connection: socket });
            handler(request, response);
          });
        }),
      );
      base = `http://127.0.0.1:${portOf(server)}`;
      transport = make();
    });
    afterAll(async () => {
      await transport.close();
      for (const close of closers) close();
    });
    const with_ = (next: typeof handler) => {
      seen = [];
      handler = next;
    };

    test('sends method, path, headers and the body byte for byte; gives back the whole answer', async () => {
      with_((_request, response) => {
        response
          .writeHead(201, { 'X-Word': 'yes', 'content-type': 'text/plain; charset=utf-8' })
          .end('grüße 🌊');
      });
      const body = 'naïve ☃ \u0000 "json"';
      const answer = await answered({ body, headers: { 'X-One': '1', 'Content-Type': 'application/json' } });
      expect(answer).toMatchObject({ status: 201, body: 'grüße 🌊', cut: false });
      expect(answer.headers['x-word']).toBe('yes');
      expect(answer.latencyMs).toBeGreaterThan(0);
      expect(seen).toHaveLength(1);
      expect(seen[0]).toMatchObject({ method: 'POST', url: '/hook?x=1', body });
      expect(seen[0]?.headers).toMatchObject({
        'x-one': '1',
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
      });
      expect(seen[0]?.headers).not.toHaveProperty('cookie');
    });

    test.each(['GET', 'PUT', 'DELETE'] as const)('%s', async (method) => {
      with_((_request, response) => response.end());
      await answered({ method, body: method === 'PUT' ? 'x' : undefined });
      expect(seen[0]).toMatchObject({ method, body: method === 'PUT' ? 'x' : '' });
    });

    test.each([301, 302, 303, 307, 308])('%i is an answer, not followed', async (status) => {
      with_((_request, response) => response.writeHead(status, { location: `${base}/elsewhere` }).end());
      expect(await answered()).toMatchObject({ status, headers: { location: `${base}/elsewhere` } });
      expect(seen).toHaveLength(1);
    });

    test('a cookie that was set is not sent back, an answer is not cached', async () => {
      with_((_request, response) =>
        response
          .writeHead(200, { 'set-cookie': 'a=b', 'cache-control': 'max-age=1000' })
          .end(String(seen.length)),
      );
      expect((await answered({ method: 'GET', body: undefined })).body).toBe('1');
      expect((await answered({ method: 'GET', body: undefined })).body).toBe('2');
      expect(seen[1]?.headers).not.toHaveProperty('cookie');
    });

    test('uses one connection for requests in a row', async () => {
      with_((_request, response) => response.end('ok'));
      await answered();
      await answered();
      expect(seen[0]?.connection === seen[1]?.connection).toBe(true);
    });

    test('a kept connection that the server closes just then is no failure', async () => {
      let requests = 0;
      const url = await tcpServer((socket) => {
        let first = true;
        socket.on('data', () => {
          requests += 1;
          // Answers once per connection, then resets as soon as the second request comes.
          if (first) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
          else socket.resetAndDestroy();
          first = false;
        });
      });
      expect((await answered({ url })).status).toBe(200);
      expect((await answered({ url })).status).toBe(200);
      expect(requests).toBe(3);
    });

    describe('an answer that is too much or too little', () => {
      test('longer than the cap: cut there, at once', async () => {
        with_((_request, response) => response.end('z'.repeat(10_000_000)));
        const answer = await answered();
        expect(answer).toMatchObject({ status: 200, cut: true });
        expect(answer.body).toHaveLength(65_536);
        expect(await answered({ maxAnswerBytes: 10 })).toMatchObject({ cut: true, body: 'zzzzzzzzzz' });
      });

      test('exactly the cap: whole', async () => {
        with_((_request, response) => response.end('z'.repeat(10)));
        expect(await answered({ maxAnswerBytes: 10 })).toMatchObject({ cut: false, body: 'zzzzzzzzzz' });
      });

      test('cut off by the server after its head: the status counts', async () => {
        with_((_request, response) => {
          response.writeHead(200, { 'content-length': '100' });
          response.write('half');
          setTimeout(() => response.destroy(), 20);
        });
        expect(await answered()).toMatchObject({ status: 200, cut: true, body: 'half' });
      });

      test('dripping: ends at the deadline, and the status counts', async () => {
        with_((_request, response) => {
          response.writeHead(200);
          const drip = setInterval(() => response.write('.'), 20);
          response.on('close', () => clearInterval(drip));
        });
        const started = performance.now();
        expect(await answered({ totalTimeoutMs: 200 })).toMatchObject({ status: 200, cut: true });
        expect(performance.now() - started).toBeLessThan(1_500);
      });

      test('dripping even its head: a time-out at the deadline', async () => {
        const url = await tcpServer((socket) => {
          const text = `HTTP/1.1 200 OK\r\nX-Slow: ${'x'.repeat(5_000)}`;
          let index = 0;
          const drip = setInterval(() => socket.write(text[index++] ?? 'x'), 20);
          socket.on('close', () => clearInterval(drip));
        });
        expect(await failed({ url, totalTimeoutMs: 200 })).toMatchObject({ failure: 'timeout', sent: true });
      });
    });

    describe('faults', () => {
      test('nothing listens', async () => {
        const free = await listen(createTcpServer());
        const url = `http://127.0.0.1:${portOf(free)}/hook?x=1`;
        await new Promise((resolve) => free.close(resolve));
        const fault = await failed({ url });
        expect(fault).toMatchObject({ failure: 'refused', sent: false });
        expect(fault.words).toMatch(/nothing listens there|firewall/);
      });

      test('no such name', async () => {
        const fault = await failed({ url: 'http://no-such-host.invalid/hook?x=1' });
        expect(fault).toMatchObject({ failure: 'name_not_found', sent: false });
        expect(fault.words).toContain('no-such-host.invalid');
      });

      test('no answer: a time-out that says the request had left', async () => {
        with_(() => undefined);
        const fault = await failed({ totalTimeoutMs: 150 });
        expect(fault).toMatchObject({ failure: 'timeout', sent: true });
        expect(fault.words).toMatch(/may have arrived/);
        expect(fault.latencyMs).toBeGreaterThan(100);
      });

      test('no TLS from the other side: the time for connecting runs out, nothing was sent', async () => {
        const url = (await tcpServer(() => undefined)).replace('http:', 'https:');
        const fault = await failed({ url: `${url}/hook?x=1`, connectTimeoutMs: 150 });
        expect(fault).toMatchObject({ failure: 'connect_timeout', sent: false });
      });

      test('the connection cut before an answer', async () => {
        const url = await tcpServer((socket) => void socket.once('data', () => socket.resetAndDestroy()));
        const fault = await failed({ url: `${url}/hook?x=1` });
        expect(fault).toMatchObject({ failure: 'reset', sent: true });
        expect(fault.words).toMatch(/may have arrived/);
      });

      test.each([
        ['not HTTP at all', '220 smtp.example ESMTP\r\n'],
        ['a broken status line', 'HTTP/1.1 abc\r\n\r\n'],
        ['headers without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(1_000_000)}\r\n\r\n`],
      ])('%s', async (_name, text) => {
        const url = await tcpServer((socket) => void socket.once('data', () => socket.end(text)));
        expect(await failed({ url: `${url}/hook?x=1` })).toMatchObject({ failure: 'bad_answer' });
      });

      test('https to a server that speaks http', async () => {
        const fault = await failed({ url: `${base.replace('http:', 'https:')}/hook?x=1` });
        expect(fault).toMatchObject({ failure: 'bad_answer', sent: false });
        expect(fault.words).toMatch(/https/);
      });

      test('an address that is none, another scheme, a header that cannot be sent', async () => {
        expect(await failed({ url: 'not a url' })).toMatchObject({ failure: 'other', sent: false });
        expect(await failed({ url: 'file:///etc/passwd' })).toMatchObject({ failure: 'other', sent: false });
        const fault = await failed({ headers: { 'x-bad': 'a\r\nb: c' } });
        expect(fault).toMatchObject({ failure: 'other', sent: false });
        expect(fault.words).toMatch(/characters/);
      });

      test('stopped by the caller: before and during', async () => {
        with_(() => undefined);
        expect(await failed({ signal: AbortSignal.abort() })).toMatchObject({
          failure: 'aborted',
          sent: false,
        });
        expect(await failed({ signal: AbortSignal.timeout(80) })).toMatchObject({
          failure: 'aborted',
          sent: true,
        });
      });
    });

    describe('certificates', () => {
      const signed = (more: object = {}) =>
        makeCertificate({ name: 'leaf', ...local, by: authority, ...more });
      const bad: [string, () => Certificate, RegExp][] = [
        ['self-signed', () => makeCertificate({ name: 'localhost', ...local }), /self-signed/],
        ['of an unknown authority', () => signed(), /authority/],
      ];
      test.each(bad)('%s: refused before anything is sent, with a way on', async (_name, cert, words) => {
        const fault = await failed({ url: `${await tlsServer(cert())}/hook?x=1` });
        expect(fault).toMatchObject({ failure: 'certificate', sent: false });
        expect(fault.words).toMatch(words);
      });

      const badThoughTrusted: [string, () => Certificate, RegExp][] = [
        ['expired', () => signed({ from: Date.now() - 9 * DAY, to: Date.now() - DAY }), /expired/],
        [
          'not valid yet',
          () => signed({ from: Date.now() + DAY, to: Date.now() + 9 * DAY }),
          /not valid yet.*date/,
        ],
        [
          'for another name',
          () => makeCertificate({ name: 'x', names: ['other.example'], by: authority }),
          /another name/,
        ],
      ];
      test.each(badThoughTrusted)('%s, though its authority is trusted', async (_name, cert, words) => {
        const url = `${await tlsServer(cert())}/hook?x=1`;
        const fault = await failed({ url, caPem: authority.cert });
        expect(fault).toMatchObject({ failure: 'certificate', sent: false });
        expect(fault.words).toMatch(words);
      });

      test('a private authority is trusted for the request that names it, and for no other', async () => {
        const url = `${await tlsServer(signed())}/hook?x=1`;
        expect(await answered({ url, caPem: authority.cert })).toMatchObject({ status: 200, body: 'secure' });
        expect(await failed({ url })).toMatchObject({ failure: 'certificate' });
        const stranger = makeCertificate({ name: 'Another authority', authority: true });
        expect(await failed({ url, caPem: stranger.cert })).toMatchObject({ failure: 'certificate' });
      });
    });

    describe('judged addresses', () => {
      const refuse = (words = 'That address is not allowed.') => ({ ok: false as const, words });

      test('a refused one is never connected to; the rule’s own words come back', async () => {
        let connections = 0;
        const url = await tcpServer((socket) => {
          connections += 1;
          socket.destroy();
        });
        for (const host of ['127.0.0.1', 'localhost'])
          expect(
            await failed({ url: `${url.replace('127.0.0.1', host)}/hook?x=1`, allowAddress: () => refuse() }),
          ).toMatchObject({ failure: 'refused_address', words: 'That address is not allowed.', sent: false });
        expect(connections).toBe(0);
      });

      test('every address of a name is judged, and those allowed are used', async () => {
        with_((_request, response) => response.end('ok'));
        const asked: string[] = [];
        const url = `${base.replace('127.0.0.1', 'localhost')}/hook?x=1`;
        const answer = await answered({
          url,
          allowAddress: (address) => {
            asked.push(address);
            return address === '127.0.0.1' ? { ok: true } : refuse();
          },
        });
        expect(answer.status).toBe(200);
        expect(asked).toContain('127.0.0.1');
      });

      test('a kept connection is judged by the rule of the request that would use it', async () => {
        with_((_request, response) => response.end('ok'));
        const url = `${base.replace('127.0.0.1', 'localhost')}/hook?x=1`;
        await answered({ url, allowAddress: () => ({ ok: true }) });
        const before = seen.length;
        expect(await failed({ url, allowAddress: () => refuse() })).toMatchObject({
          failure: 'refused_address',
        });
        expect(seen).toHaveLength(before);
      });
    });

    test('a hundred at once, each its own answer', async () => {
      with_((request, response) => response.end(request.headers['x-number']));
      const bodies = await Promise.all(
        Array.from(
          { length: 100 },
          async (_, i) => (await answered({ headers: { 'x-number': String(i) } })).body,
        ),
      );
      expect(bodies).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
    });

    test('close ends what is open and refuses what comes after', async () => {
      const own = make();
      with_(() => undefined);
      const open = own.send({ url: `${base}/hook`, method: 'POST', headers: {}, body: 'x' });
      await new Promise((resolve) => setTimeout(resolve, 50));
      await own.close();
      const expected: HttpFailure = 'aborted';
      expect(await open).toMatchObject({ fault: { failure: expected } });
      expect(await own.send({ url: `${base}/hook`, method: 'POST', headers: {}, body: 'x' })).toMatchObject({
        fault: { failure: expected, sent: false },
      });
    });
  });
}
