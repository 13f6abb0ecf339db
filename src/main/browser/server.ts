import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WindowRole } from '../../shared/domain.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import type { Clock, IpcContext, Logger } from '../ports.ts';
import { cookieValue, sameSecret, type Access } from './access.ts';
import { createBridge } from './bridge.ts';
import { messagePage, type Pages } from './pages.ts';
import type { PageWindows } from './windows.ts';

const LOOPBACK = '127.0.0.1';

/** The part of the App this server uses. */
export interface ServedApp {
  handle: (ctx: IpcContext, route: string, input: unknown) => Promise<Result<unknown>>;
  windowAllowed: (role: WindowRole) => Promise<boolean>;
}

export interface HostServer {
  port: number;
  origin: string;
  /** A fresh address that opens Hark in one browser, once. */
  openUrl: () => string;
  close: () => Promise<void>;
}

/** Content-Security-Policy of every answer. No inline script or style, no foreign origin, no framing. */
export const contentSecurityPolicy = (host: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "media-src 'self'",
    `connect-src 'self' ws://${host}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'none'",
  ].join('; ');

/**
 * Listens on loopback and serves pages and the bridge. Every request must name this very host (against DNS
 * rebinding), come from no other origin (against forged requests) and carry the session cookie, which only a
 * one-time token gives. Errors: CONFLICT when the port is taken, REFUSED when it may not be used.
 */
export async function startHostServer(options: {
  port: number;
  app: ServedApp;
  pages: Pages;
  access: Access;
  windows: PageWindows;
  clock: Clock;
  log: Logger;
}): Promise<Result<HostServer>> {
  const { app, pages, access, windows } = options;
  const log = options.log.with('http');
  const bridge = createBridge({ clock: options.clock, log: options.log, windows, handle: app.handle });
  const server = createServer({ requestTimeout: 15_000, headersTimeout: 10_000, keepAliveTimeout: 5_000 });

  const listening = await listen(server, options.port);
  if (!listening.ok) return listening;
  const port = (server.address() as AddressInfo).port;
  const host = `${LOOPBACK}:${port}`;
  const origin = `http://${host}`;
  // Cookies are shared by all ports of a host: the name keeps two Harks apart.
  const cookie = `hark-${port}`;
  const headers: Record<string, string> = {
    'content-security-policy': contentSecurityPolicy(host),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  };
  const openUrl = (): string => `${origin}/open?token=${access.mintOpenToken()}`;

  const hasSession = (request: IncomingMessage): boolean => {
    const value = cookieValue(request.headers.cookie, cookie);
    return value !== null && sameSecret(value, access.session);
  };
  const say = (response: ServerResponse, status: number, title: string, words: string): void => {
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
    response.end(messagePage(title, words));
  };
  const redirect = (response: ServerResponse, to: string): void => {
    response.writeHead(303, { location: to });
    response.end();
  };

  const openSession = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams): void => {
    // A browser that fetches ahead must not use up the token before its user comes.
    if (/prefetch|prerender/.test(String(request.headers['sec-purpose'] ?? ''))) {
      say(response, 503, 'Not yet', 'This address is opened by a person, not ahead of time.');
    } else if (access.redeem(query.get('token') ?? '')) {
      response.setHeader('set-cookie', `${cookie}=${access.session}; HttpOnly; SameSite=Strict; Path=/`);
      redirect(response, '/chat/');
    } else if (hasSession(request)) {
      redirect(response, '/chat/');
    } else {
      say(
        response,
        403,
        'This address was used already',
        'Each address opens Hark once, within five minutes. Start Hark again: it opens a new one.',
      );
    }
  };

  const servePage = async (request: IncomingMessage, response: ServerResponse, role: WindowRole) => {
    const destination = request.headers['sec-fetch-dest'];
    // A script of one page must not fetch another page's token: pages are for windows only.
    if (destination !== undefined && destination !== 'document')
      return say(response, 403, 'Not for scripts', 'This page opens in a window of its own.');
    if (role === 'admin' && !(await app.windowAllowed('admin')))
      return say(
        response,
        403,
        'For admins only',
        'Sign in as an admin in the chat window, then open this window again.',
      );
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(request.method === 'HEAD' ? undefined : pages.html(role, windows.issue(role)));
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (request.headers.host !== host)
      return say(response, 421, 'Wrong address', `Hark answers at ${origin} only.`);
    const given = request.headers.origin;
    if (given !== undefined && given !== origin)
      return say(response, 403, 'Refused', 'Another site may not use Hark.');
    const [path, search] = splitTarget(request.url ?? '/');

    if (path === '/instance/open' && request.method === 'POST') {
      // Browsers send an Origin with every POST; another start of Hark sends none.
      const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      if (given !== undefined || !sameSecret(bearer, access.instanceSecret))
        return say(response, 403, 'Refused', 'Only another start of Hark may ask for this.');
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ url: openUrl() }));
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return say(response, 405, 'Refused', 'Hark’s pages are only read.');
    }
    if (path === '/open') return openSession(request, response, new URLSearchParams(search));
    if (!hasSession(request))
      return say(
        response,
        403,
        'Hark does not know this browser',
        'Start Hark again: it opens the window in your browser, or prints the address to open.',
      );
    if (path === '/' || path === '/chat') return redirect(response, '/chat/');
    if (path === '/settings' || path === '/admin') return redirect(response, `${path}/`);
    const role = pages.roleOf(path);
    if (role) return servePage(request, response, role);
    const found = pages.file(path);
    if (!found) return say(response, 404, 'Nothing here', 'Hark has no page at this address.');
    response.setHeader('content-type', found.type);
    response.setHeader(
      'cache-control',
      found.immutable ? 'private, max-age=31536000, immutable' : 'no-cache',
    );
    if (request.method === 'HEAD') return void response.end();
    createReadStream(found.file)
      .on('error', (error) => {
        log.error('a file of ours could not be read', { path, error: error.message });
        response.destroy();
      })
      .pipe(response);
  };

  server.on('request', (request, response) => {
    answer(request, response).catch((error: unknown) => {
      log.error('a request failed', { error: String(error) });
      if (response.headersSent) response.destroy();
      else say(response, 500, 'Something went wrong', 'The log says more.');
    });
  });
  server.on('upgrade', (request, socket, head) => {
    const [path, search] = splitTarget(request.url ?? '/');
    // Unlike for a page, an Origin is required: every browser sends one when it opens a WebSocket.
    const right =
      request.headers.host === host &&
      request.headers.origin === origin &&
      path === '/bridge' &&
      hasSession(request);
    if (right) bridge.upgrade(request, socket, head, new URLSearchParams(search).get('window') ?? '');
    else refuseUpgrade(socket);
  });
  server.on('clientError', (_error, socket) => socket.destroy());

  return ok({
    port,
    origin,
    openUrl,
    close: () =>
      new Promise<void>((resolve) => {
        bridge.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<Result<null>> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        resolve(
          fail(
            'CONFLICT',
            `Port ${port} is taken by another program. Choose another with --port N, or leave --port out to take a free one.`,
          ),
        );
      else if (error.code === 'EACCES')
        resolve(
          fail(
            'REFUSED',
            `This account may not listen on port ${port}. Choose one above 1023 with --port N.`,
          ),
        );
      else resolve(fail('INTERNAL', `Hark could not listen on this computer: ${error.message}.`));
    });
    server.listen(port, LOOPBACK, () => resolve(ok(null)));
  });
}

/** Path as sent, never decoded or normalised, and the query. */
function splitTarget(target: string): [path: string, search: string] {
  const at = target.indexOf('?');
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
}

function refuseUpgrade(socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}
