import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from '../support/certs.ts';

export interface Call {
  /** performance.now() of its arrival. */
  at: number;
  id: string;
  body: string;
}

const DAY = 86_400_000;

/** A webhook receiver on loopback that misbehaves as its path says; later calls of a path get 200 where it says so. */
export async function startFaultyReceiver() {
  const calls = new Map<string, Call[]>();
  const authority = makeCertificate({ name: 'Faulty authority', authority: true });
  const local = { names: ['localhost'], addresses: ['127.0.0.1'] };

  const behave = (path: string, nth: number, request: IncomingMessage, response: ServerResponse): void => {
    const once = (fault: () => void): void => {
      if (nth === 1) fault();
      else response.end('ok at last');
    };
    switch (path) {
      case '/429-seconds':
        return once(() => response.writeHead(429, { 'retry-after': '2' }).end('slow down'));
      case '/429-date':
        // Whole seconds only: three of them, so that two are left however late in the second it is.
        return once(() =>
          response.writeHead(429, { 'retry-after': new Date(Date.now() + 3_000).toUTCString() }).end(),
        );
      case '/503-after':
        return once(() => response.writeHead(503, { 'retry-after': '1' }).end('<html>maintenance</html>'));
      case '/429-for-ever':
        return void response.writeHead(429, { 'retry-after': '3600' }).end();
      case '/500':
        return once(() => response.writeHead(500).end('database is down'));
      case '/503':
        return once(() => response.writeHead(503).end());
      case '/408':
        return once(() => response.writeHead(408).end());
      case '/hang':
        return once(() => undefined);
      case '/drip':
        return once(() => {
          // One byte a second, the head never ends.
          request.socket.write('HTTP/1.1 200 OK\r\nX: ');
          const drip = setInterval(() => request.socket.write('x'), 1_000);
          request.socket.on('close', () => clearInterval(drip));
        });
      case '/drip-body':
        response.writeHead(200);
        response.write('.');
        return void setInterval(() => response.write('.'), 1_000).unref();
      case '/reset':
        return once(() => request.socket.resetAndDestroy());
      case '/close':
        return once(() => request.socket.end());
      case '/half':
        response.writeHead(200, { 'content-length': '500' });
        response.write('half of an answ');
        return void setTimeout(() => request.socket.destroy(), 20);
      case '/garbage':
        return void response.end(Buffer.from([0xff, 0xfe, 0, 1, 2, 0x1b, 0x5b, 0x33, 0x31, 0x6d]));
      case '/not-http':
        return once(() => request.socket.end('220 mail.example ESMTP ready\r\n'));
      case '/huge':
        return void response.end(Buffer.alloc(10_000_000, 'z'));
      case '/to-self':
        return void response.writeHead(307, { location: '/to-self' }).end();
      case '/to-metadata':
        return void response
          .writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/?k=s3cr3t' })
          .end();
      case '/410':
        return void response.writeHead(410).end('this hook was removed');
      case '/404':
        return void response.writeHead(404).end('no such hook');
      default:
        return void response.end('ok');
    }
  };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    // A kept connection that breaks is tried afresh at once; here every fault is to be a fault of its own.
    response.shouldKeepAlive = false;
    const parts: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const path = (request.url ?? '').split('?')[0] ?? '';
      const list = calls.get(path) ?? [];
      list.push({
        at: performance.now(),
        id: String(request.headers['webhook-id']),
        body: Buffer.concat(parts).toString(),
      });
      calls.set(path, list);
      behave(path, list.length, request, response);
    });
  };
  const listen = async (server: Server): Promise<number> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const plain = createServer(handle);
  const secure = [
    createTlsServer(makeCertificate({ name: 'localhost', ...local }), handle),
    createTlsServer(
      makeCertificate({
        name: 'leaf',
        ...local,
        by: authority,
        from: Date.now() - 9 * DAY,
        to: Date.now() - DAY,
      }),
      handle,
    ),
  ];
  const [port, selfSigned, expired] = [
    await listen(plain),
    await listen(secure[0] as unknown as Server),
    await listen(secure[1] as unknown as Server),
  ];
  return {
    url: (path: string) => `http://127.0.0.1:${port}${path}?token=s3cr3t`,
    selfSignedUrl: `https://localhost:${selfSigned}/hook?token=s3cr3t`,
    expiredUrl: `https://localhost:${expired}/hook?token=s3cr3t`,
    authorityPem: authority.cert,
    calls: (path: string): Call[] => calls.get(path) ?? [],
    close: () => {
      for (const server of [plain, ...secure]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}
