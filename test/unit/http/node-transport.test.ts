import { createServer, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import type { lookup } from 'node:dns';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createNodeTransport, type NodeTransportOptions } from '../../../src/main/http/node-transport.ts';
import type { HttpTransport } from '../../../src/main/ports.ts';
import { makeCertificate } from '../../support/certs.ts';
import { transportConformance } from './transport-conformance.ts';

transportConformance('node transport', () => createNodeTransport({ env: {} }));

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
const transportWith = (options: NodeTransportOptions): HttpTransport => {
  const transport = createNodeTransport(options);
  closers.push(() => transport.close());
  return transport;
};
const post = (transport: HttpTransport, url: string, more: object = {}) =>
  transport.send({ url, method: 'POST', headers: {}, body: 'x', connectTimeoutMs: 1_000, ...more });
const portOf = (server: { address: () => unknown }) => (server.address() as AddressInfo).port;

/** A look-up that gives these addresses for every name, as the system's would. */
const resolvesTo = (...addresses: string[]) =>
  ((_host: string, _options: object, callback: (error: null, found: object[]) => void) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )) as unknown as typeof lookup;

describe('name and address', () => {
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => response.end(request.headers.host));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test('the judged address is the one connected to: the name is looked up once', async () => {
    let lookups = 0;
    const rebinding = ((host: string, options: object, callback: (...args: unknown[]) => void) => {
      lookups += 1;
      resolvesTo(lookups === 1 ? '127.0.0.1' : '169.254.169.254')(host, options, callback as never);
    }) as unknown as typeof lookup;
    const url = `http://rebinding.example:${portOf(server)}/hook`;
    const outcome = await post(transportWith({ env: {}, lookup: rebinding }), url, {
      allowAddress: () => ({ ok: true }),
    });
    expect(outcome).toMatchObject({ answer: { status: 200, body: `rebinding.example:${portOf(server)}` } });
    expect(lookups).toBe(1);
  });

  test('a dead first address does not keep the second from being tried', async () => {
    const url = `http://two.example:${portOf(server)}/hook`;
    // 127.0.0.2 refuses at once, since the server listens on 127.0.0.1 alone.
    const outcome = await post(transportWith({ env: {}, lookup: resolvesTo('127.0.0.2', '127.0.0.1') }), url);
    expect(outcome).toMatchObject({ answer: { status: 200 } });
  });

  test('of several, only the allowed ones are tried', async () => {
    const url = `http://two.example:${portOf(server)}/hook`;
    const allowAddress = (address: string) =>
      address === '127.0.0.1' ? { ok: true as const } : { ok: false as const, words: 'No.' };
    const outcome = await post(transportWith({ env: {}, lookup: resolvesTo('fe80::1', '127.0.0.1') }), url, {
      allowAddress,
    });
    expect(outcome).toMatchObject({ answer: { status: 200 } });
  });

  test('a trailing dot and an IPv6 literal are names and addresses like others', async () => {
    const v6 = createServer((_request, response) => response.end('six'));
    await new Promise<void>((resolve) => v6.listen(0, '::1', resolve));
    closers.push(() => v6.close());
    const transport = transportWith({ env: {} });
    const judged: string[] = [];
    const allowAddress = (address: string) => {
      judged.push(address);
      return { ok: true as const };
    };
    expect(await post(transport, `http://[::1]:${portOf(v6)}/`, { allowAddress })).toMatchObject({
      answer: { body: 'six' },
    });
    expect(judged).toContain('::1');
  });
});

describe('through a proxy', () => {
  const authority = makeCertificate({ name: 'Test authority', authority: true });
  const leaf = makeCertificate({ name: 'leaf', names: ['service.example'], by: authority });
  let proxy: Server;
  let secure: ReturnType<typeof createTlsServer>;
  let asked: string[] = [];
  let answerConnect: string | null = null;

  beforeAll(async () => {
    secure = createTlsServer(leaf, (_request, response) => response.end('through the tunnel'));
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    proxy = createServer((request, response) => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      if (request.url?.includes('needs-password')) response.writeHead(407).end();
      else response.end('by the proxy');
    });
    proxy.on('connect', (request, client) => {
      asked.push(`CONNECT ${request.url ?? ''}`);
      if (answerConnect !== null) {
        client.end(answerConnect);
        return;
      }
      const upstream = connect(portOf(secure), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on('error', () => client.destroy());
      client.on('error', () => upstream.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    for (const server of [proxy, secure]) {
      server.closeAllConnections();
      server.close();
    }
  });
  const viaEnv = (more: Record<string, string> = {}) => {
    asked = [];
    answerConnect = null;
    const way = `http://user:pass@127.0.0.1:${portOf(proxy)}`;
    return transportWith({ env: { HTTP_PROXY: way, HTTPS_PROXY: way, ...more } });
  };

  test('http goes to it whole, https by a tunnel with the certificate still checked', async () => {
    const transport = viaEnv();
    expect(await post(transport, 'http://service.example/hook')).toMatchObject({
      answer: { body: 'by the proxy' },
    });
    expect(await post(transport, 'https://service.example/hook', { caPem: authority.cert })).toMatchObject({
      answer: { body: 'through the tunnel' },
    });
    expect(asked).toEqual(['POST http://service.example/hook', 'CONNECT service.example:443']);
    expect(await post(transport, 'https://service.example/hook')).toMatchObject({
      fault: { failure: 'certificate', sent: false },
    });
  });

  test('its own faults are named as its own, without its password', async () => {
    const transport = viaEnv();
    const wantsPassword = await post(transport, 'http://service.example/needs-password');
    answerConnect = 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n';
    const tunnelPassword = await post(transport, 'https://service.example/hook');
    answerConnect = 'HTTP/1.1 403 Forbidden\r\n\r\n';
    const forbidden = await post(transport, 'https://service.example/hook');
    const dead = transportWith({ env: { https_proxy: 'http://user:pass@127.0.0.1:1' } });
    const notThere = await post(dead, 'https://service.example/hook');
    const silent = createTcpServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    closers.push(() => silent.close());
    const hangs = await post(
      transportWith({ env: { HTTPS_PROXY: `http://127.0.0.1:${portOf(silent)}` } }),
      'https://service.example/hook',
      { connectTimeoutMs: 100 },
    );
    const words = [wantsPassword, tunnelPassword, forbidden, notThere, hangs].map((outcome) => {
      if ('answer' in outcome) throw new Error(`answered ${outcome.answer.status}`);
      expect(outcome.fault).toMatchObject({ failure: 'proxy' });
      expect(outcome.fault.words).not.toMatch(/user|pass\b|\/hook/);
      return outcome.fault.words;
    });
    expect(words[0]).toMatch(/name and password/);
    expect(words[1]).toMatch(/name and password/);
    expect(words[2]).toMatch(/answered 403/);
    expect(words[3]).toMatch(/did not accept the connection/);
    expect(words[4]).toMatch(/in time/);
  });

  test('this computer’s own addresses, and what NO_PROXY names, go directly', async () => {
    const direct = createServer((_request, response) => response.end('direct'));
    await new Promise<void>((resolve) => direct.listen(0, '127.0.0.1', resolve));
    closers.push(() => direct.close());
    const here = `127.0.0.1:${portOf(direct)}`;
    expect(await post(viaEnv(), `http://${here}/`)).toMatchObject({ answer: { body: 'direct' } });
    expect(asked).toEqual([]);
    const transport = transportWith({
      env: { HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '.example' },
      lookup: resolvesTo('127.0.0.1'),
    });
    expect(await post(transport, `http://a.example:${portOf(direct)}/`)).toMatchObject({
      answer: { body: 'direct' },
    });
  });

  test('the system’s proxy is asked where the environment names none, never for this computer', async () => {
    const questions: string[] = [];
    asked = [];
    const transport = transportWith({
      env: { NO_PROXY: 'not-this.example' },
      lookup: resolvesTo('127.0.0.1'),
      systemProxy: async (url) => {
        questions.push(url.hostname);
        return `http://127.0.0.1:${portOf(proxy)}`;
      },
    });
    await post(transport, 'http://service.example/hook');
    await post(transport, 'http://127.0.0.1:1/');
    await post(transport, 'http://not-this.example:1/');
    expect(questions).toEqual(['service.example']);
    expect(asked).toEqual(['POST http://service.example/hook']);
  });
});
